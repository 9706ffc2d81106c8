package dynamodb

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

var errForeign = errors.New("the table is not made for a ledger, and was left alone")

// explain says which ledger, and what to do about what users meet.
func (s *Store) explain(err error) error {
	if err == nil {
		return nil
	}
	if fix := s.remedy(err); fix != "" {
		return fmt.Errorf("ledger %s: %s (%w)", s.table, fix, err)
	}
	return fmt.Errorf("ledger %s: %w", s.table, err)
}

func (s *Store) remedy(err error) string {
	create := command(s.table)
	var api smithy.APIError
	switch missing := new(types.ResourceNotFoundException); {
	case errors.As(err, &missing):
		return "there is no such table here: look at the account and the region, or make one with deploy/terraform/modules/hub, or with " + create
	case errors.Is(err, errForeign):
		return "name another table, or make one with deploy/terraform/modules/hub, or with " + create
	case errors.Is(err, errBusy):
		return "it is throttled, or written by very many at once: nothing was changed; look at its capacity"
	case !errors.As(err, &api):
		return ""
	}
	switch code := api.ErrorCode(); {
	case code == "ValidationException" && strings.Contains(api.ErrorMessage(), "index"):
		return "an index is missing or not what it should be; the whole table is made with " + create
	case code == "AccessDeniedException":
		return "riposte's own role may not do this: allow dynamodb:GetItem, BatchGetItem, Query, Scan, PutItem, UpdateItem, DeleteItem " +
			"and DescribeTable on the table and its indexes"
	case strings.Contains(code, "Throughput") || strings.Contains(code, "Throttling") || code == "RequestLimitExceeded":
		return "it is throttled: look at its capacity"
	}
	return ""
}

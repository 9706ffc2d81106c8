package lambda

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/dynamodb"
)

// ledger opens the record, in a table of the function's own region.
func (s *settings) ledger(ctx context.Context, base func(event.Place) aws.Config) (ledger.Store, error) {
	store, err := dynamodb.Connect(ctx, base(event.Place{Region: s.region}), s.config.Ledger.Name)
	if err != nil {
		return nil, fmt.Errorf("open the ledger: %w", err)
	}
	return store, nil
}

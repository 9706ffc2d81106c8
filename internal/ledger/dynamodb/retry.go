package dynamodb

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ripostehq/riposte/internal/ledger"
)

const maxTries = 40

// retryConflict reads and writes until no other writer comes between. A write that has begun is not cancelled: all of it happens or nothing,
// and what DynamoDB was told it may have done. Where others come between for too long, that is the case's trouble and not the
// table's.
func retryConflict(ctx context.Context, try func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	for n := 0; ; n++ {
		err := try(ctx)
		if !errors.Is(err, errAgain) && !errors.Is(err, errBusy) {
			return err
		}
		if n == 0 && errors.Is(err, errAgain) {
			continue
		}
		if n == maxTries || pause(ctx, n) != nil {
			return fmt.Errorf("%w: tried %d times: %w", ledger.ErrFull, n+1, err)
		}
	}
}

// busy tells a rival's transaction from a fault.
func busy(err error) error {
	if c, p := new(types.TransactionConflictException), new(types.TransactionInProgressException); errors.As(err, &c) || errors.As(err, &p) {
		return errBusy
	}
	return err
}

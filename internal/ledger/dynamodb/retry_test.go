package dynamodb

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/ripostehq/riposte/internal/ledger"
)

// A writer that loses a case to rivals again and again has that case's trouble; a table that does not answer is the whole store's.
func TestWhoseTroubleItIs(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		full bool
	}{
		{"others write to the case all the time", errBusy, true},
		{"what was read is never what stands there", errAgain, true},
		{"the table does not answer", context.DeadlineExceeded, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				err := retryConflict(t.Context(), func(context.Context) error { return c.err })
				if !errors.Is(err, c.err) || errors.Is(err, ledger.ErrFull) != c.full {
					t.Errorf("%v", err)
				}
			})
		})
	}
}

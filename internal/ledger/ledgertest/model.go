package ledgertest

import (
	"testing"

	"github.com/ripostehq/riposte/internal/ledger"
)

func lives(t *testing.T, open func(t *testing.T) ledger.Store) {}

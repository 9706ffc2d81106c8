package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

type changesVerb struct{ ledgerFlag }

// noted is what --format json prints per entry.
type noted struct {
	At    time.Time `json:"at"`
	Notes []string  `json:"notes"`
}

// Run lists what concerned every case, the oldest first.
func (v changesVerb) Run(ctx context.Context, sh *shell) error {
	r, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	past, err := r.History(ctx, ledger.BrakesChain)
	if err != nil {
		return fmt.Errorf("read %s: %w", r.file, err)
	}
	for _, e := range past {
		if sh.json() {
			sh.object(noted{e.At, e.Notes})
			continue
		}
		for _, note := range e.Notes {
			sh.line("%s  %s", e.At.UTC().Format(time.RFC3339), note)
		}
	}
	return nil
}

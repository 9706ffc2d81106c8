package app

import (
	"context"
	"errors"
	"testing"

	"github.com/ripostehq/riposte/internal/ledger"
)

type ear struct {
	heard int
	err   error
}

func (e *ear) Report(context.Context, *ledger.Case) error { e.heard++; return e.err }

// One who does not listen keeps nobody else from being told, and it is not forgotten that he was not.
func TestEverybodyIsTold(t *testing.T) {
	deaf, other := &ear{err: errors.New("no answer")}, &ear{err: errors.New("throttled")}
	all := everybody{deaf, &ear{}, other}
	err := all.Report(t.Context(), &ledger.Case{})
	if !errors.Is(err, deaf.err) || !errors.Is(err, other.err) {
		t.Errorf("want both errors, got %v", err)
	}
	for i, r := range all {
		if n := r.(*ear).heard; n != 1 {
			t.Errorf("number %d was told %d times", i, n)
		}
	}
	if err := (everybody{}).Report(t.Context(), &ledger.Case{}); err != nil {
		t.Errorf("nobody to tell: %v", err)
	}
}

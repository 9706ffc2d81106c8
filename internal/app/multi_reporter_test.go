package app

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/ripostehq/riposte/internal/ledger"
)

type ear struct {
	heard int
	err   error
}

func (e *ear) Report(context.Context, *ledger.Case) error { e.heard++; return e.err }

func contained(wanted int) *ledger.Case {
	return &ledger.Case{ID: "c_01jq6p3e4r8w9x0y1z2a3b4c5d", Report: ledger.Report{Wanted: wanted}}
}

// A reporter that does not answer keeps no other from being told, and it is not forgotten that it was not.
func TestEverybodyIsTold(t *testing.T) {
	deaf, hears, other := &ear{err: errors.New("no answer")}, &ear{}, &ear{err: errors.New("throttled")}
	err := reportToAll(deaf, hears, other).Report(t.Context(), contained(1))
	if !errors.Is(err, deaf.err) || !errors.Is(err, other.err) {
		t.Errorf("want both errors, got %v", err)
	}
	if deaf.heard != 1 || hears.heard != 1 || other.heard != 1 {
		t.Errorf("told %d, %d and %d times", deaf.heard, hears.heard, other.heard)
	}
	if err := reportToAll().Report(t.Context(), contained(1)); err != nil {
		t.Errorf("no reporter: %v", err)
	}
}

// An account has no Security Hub: its cases are told again and again, and reporters that took them are spared.
func TestWhoeverHeardIsToldTheNextNews(t *testing.T) {
	deaf, hears := &ear{err: errors.New("not subscribed")}, &ear{}
	all := reportToAll(deaf, hears)
	for range 5 {
		if err := all.Report(t.Context(), contained(1)); !errors.Is(err, deaf.err) {
			t.Fatalf("want what failed, got %v", err)
		}
	}
	if deaf.heard != 5 || hears.heard != 1 {
		t.Errorf("told %d and %d times, want 5 and 1", deaf.heard, hears.heard)
	}
	deaf.err = nil
	for wanted := 1; wanted <= 3; wanted++ {
		if err := all.Report(t.Context(), contained(wanted)); err != nil {
			t.Fatal(err)
		}
	}
	if deaf.heard != 8 || hears.heard != 3 {
		t.Errorf("told %d and %d times, want 8 and 3", deaf.heard, hears.heard)
	}
	if left := all.(*multiReporter).delivered; len(left) != 0 {
		t.Errorf("remembered what all have taken: %v", left)
	}
}

func TestHalfTellingsDoNotFillTheMemory(t *testing.T) {
	all := reportToAll(&ear{err: errors.New("no answer")})
	for i := range 3 * remembered {
		one := contained(1)
		one.ID = fmt.Sprint("c_", i)
		if all.Report(t.Context(), one) == nil {
			t.Fatal("told")
		}
	}
	if n := len(all.(*multiReporter).delivered); n > remembered {
		t.Errorf("%d are remembered", n)
	}
}

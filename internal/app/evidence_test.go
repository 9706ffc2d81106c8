package app

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// pages are cases, newest first.
type pages struct {
	all   []*ledger.Case
	asked int
}

func (p *pages) Page(_ context.Context, f ledger.Filter, before string, limit int) ([]*ledger.Case, string, error) {
	p.asked++
	at := 0
	fmt.Sscan(before, &at)
	end := min(at+limit, len(p.all))
	next := ""
	if end < len(p.all) {
		next = fmt.Sprint(end)
	}
	if f.Playbook != "launch.unapproved-image" {
		return nil, "", nil
	}
	return p.all[at:end], next, nil
}

func ended(account string, s ledger.State, of ...ledger.Revision) *ledger.Case {
	return &ledger.Case{
		State: s, Root: event.Resource{Account: account}, Revisions: of,
		Origin: playbook.Origin{Received: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)},
	}
}

func TestEvidenceIsWhatBecameOfCases(t *testing.T) {
	yes := ledger.Revision{Approved: &ledger.Order{By: "alice"}}
	p := &pages{all: []*ledger.Case{
		ended("1", ledger.Observed), ended("1", ledger.Verified, yes), ended("1", ledger.Contained),
		ended("1", ledger.Dismissed), ended("1", ledger.Dismissed, ledger.Revision{}), ended("1", ledger.Asked), ended("1", ledger.Expired),
		ended("1", ledger.Excepted), ended("1", ledger.Undone, yes), ended("1", ledger.Failed), ended("1", ledger.Acting), ended("2", ledger.Observed),
		{State: ledger.Verified, Root: event.Resource{Account: "1"}, Granted: []ledger.Exception{{}}},
	}}
	got, err := EvidenceOf(t.Context(), p, "launch.unapproved-image", func(a string) bool { return a == "1" })
	if err != nil {
		t.Fatal(err)
	}
	got.Since = time.Time{}
	if diff := cmp.Diff(Evidence{Cases: 12, Right: 3, Dismissed: 1, Refused: 1, Unanswered: 2, Excepted: 2, Undone: 1, Approved: 2, Failed: 1, Other: 1}, got); diff != "" {
		t.Error(diff)
	}
}

func TestEvidenceIsReadInBounds(t *testing.T) {
	p := &pages{}
	for range 3 * mostEvidence {
		p.all = append(p.all, ended("1", ledger.Observed))
	}
	got, err := EvidenceOf(t.Context(), p, "launch.unapproved-image", func(string) bool { return true })
	if err != nil || !got.More || got.Cases != mostEvidence || p.asked != mostEvidence/evidencePage {
		t.Errorf("%+v in %d pages, %v", got, p.asked, err)
	}
}

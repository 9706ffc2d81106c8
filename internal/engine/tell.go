package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// A playbook that tells (playbook.Spec.Tells) has no steps for the gate to judge. What would except its finding is asked before anything is
// stored, so that nobody has to dismiss it: automation that is trusted beyond doubt, and what the organisation alone explains.
func (e *Engine) spared(ctx context.Context, book playbook.Playbook, s playbook.StoredSuspect) (bool, error) {
	if !book.Tells {
		return false, nil
	}
	if e.Policy.Trusts(book.ID, s.Origin.Actor) {
		return true, nil
	}
	said, _, err := book.Spares(ctx, s, e.Organization)
	return said != "", err
}

// tell adds what a check confirmed to the one finding of the case. There is no answer, and none is missing: the case ends as observed.
func (pl *planner) tell(t *attempt, l *ledger.Suspect, p playbook.Proposal) error {
	l.Checked = "confirmed"
	at := slices.IndexFunc(t.c.Suspects, func(o ledger.Suspect) bool { return o.Checked == "confirmed" && o.Key != l.Key })
	if at < 0 {
		l.StoredSuspect = p.Suspect
		sealed, err := pl.codec.Seal(action.Plan{})
		if err != nil {
			return fmt.Errorf("plan for %s: %w", l.Resource, err)
		}
		t.c.Revisions = append(t.c.Revisions, ledger.Revision{Number: len(t.c.Revisions) + 1, Suspect: l.Key, Plan: sealed, Made: t.Now()})
		t.plans[sealed.Digest], t.planned[len(t.c.Revisions)] = action.Plan{}, true
	} else {
		joined, err := pl.books[l.Playbook].Join(t.c.Suspects[at].StoredSuspect, p.Suspect)
		if err != nil {
			return fmt.Errorf("join what was found of %s: %w", l.Resource, err)
		}
		t.c.Suspects[at].StoredSuspect = joined
		l.Checked, l = "again", &t.c.Suspects[at]
	}
	r := &t.c.Revisions[len(t.c.Revisions)-1]
	r.Found, r.FactsDigest = l.Found, factsDigest(l.StoredSuspect)
	t.c.Title, t.c.Severity, t.c.Origin, t.c.Reason = l.Title, l.Severity, l.Origin, onlyTells
	if t.c.Times.Decided.IsZero() {
		t.c.Times.Decided = t.Now()
	}
	t.answered = true
	t.c.Report.Wanted++
	if p.Suspect.Kept {
		t.note("kept: %s", p.Suspect.Title)
	} else {
		t.note("to be told: %s", p.Suspect.Title)
	}
	return nil
}

// onlyTells is the reason of a case that is observed whatever the mode.
const onlyTells = "playbook: it tells, and changes nothing"

// mostTold is how many findings of one root a case takes of those that are told, and of those that are kept. One more is taken, which says that
// there are more: a flood hides what comes behind it, and not that there was one.
const mostTold = 100

// mostTellings is how many roots are remembered. Above, what is found again is stored again.
const mostTellings = 30_000

// tellings remember what was stored of each root until its case is decided. The same finding again says nothing new, and is dropped unread: a
// person who calls a hundred thousand times costs the record some rows. It is what this process stored: another one, or the next, stores it once more.
type tellings struct {
	mu sync.Mutex
	of map[string]telling
}

// telling is what is known of one root.
type telling struct {
	until time.Time
	found map[string]bool
	more  bool // the one that says so is stored
}

func (ts *tellings) root(s playbook.StoredSuspect) string {
	return fmt.Sprint(ledger.RootKey(s.Playbook, s.Resource), "\n", s.Kept) // what is kept leaves room for what is told
}

// known reports whether a finding was stored, or comes after the one too many.
func (ts *tellings) known(s playbook.StoredSuspect, now time.Time) bool {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	of, found := ts.of[ts.root(s)], strings.Join(s.Found, "\n")
	return now.Before(of.until) && (of.found[found] || of.more)
}

// full reports whether a finding is the one too many.
func (ts *tellings) full(s playbook.StoredSuspect, now time.Time) bool {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	of := ts.of[ts.root(s)]
	return now.Before(of.until) && len(of.found) >= mostTold
}

// stored remembers a finding.
func (ts *tellings) stored(s playbook.StoredSuspect, now time.Time) {
	if s.DecideAt.IsZero() {
		return // its case is closed at once, and the next is another
	}
	ts.mu.Lock()
	defer ts.mu.Unlock()
	root := ts.root(s)
	of, is := ts.of[root]
	if !is && len(ts.of) >= mostTellings {
		maps.DeleteFunc(ts.of, func(_ string, of telling) bool { return !now.Before(of.until) })
	}
	if !is && len(ts.of) >= mostTellings {
		return
	}
	if !now.Before(of.until) {
		of = telling{until: s.DecideAt, found: map[string]bool{}}
	}
	of.found[strings.Join(s.Found, "\n")] = true
	of.more = of.more || s.More
	ts.of[root] = of
}

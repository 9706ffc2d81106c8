package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// ExceptFor is how long an answer that was taken back is not given again, unless the person says otherwise.
const ExceptFor = 24 * time.Hour

// exceptSwept is the same of what a sweep found: nobody should have to say no to tidying every day.
const exceptSwept = 30 * 24 * time.Hour

// ExceptAfter is how long an answer of a case that was taken back is not given again, unless the person says otherwise.
func ExceptAfter(c *ledger.Case) time.Duration {
	if c.Origin.Sweep != "" {
		return exceptSwept
	}
	return ExceptFor
}

// batch is how many suspects may wait in a case to be looked at; the others stay in the inbox.
const batch = 25

// inbox takes what came in since: suspects, orders, what people were told, and sightings of calls that concern an effect.
type inbox struct {
	store interface {
		ledger.Effects
		ledger.Cases
	}
	policy  gate.Policy
	look    *looker
	effects *effects
	watch   *watch
}

// drain moves the inbox into the case: people's orders, what they were told, sightings, and as many suspects as can be looked at.
func (ib *inbox) drain(ctx context.Context, t *attempt) error {
	var seen []ledger.Sighting
	var noticed []string
	for _, m := range t.inbox {
		switch {
		case m.Lead != nil && t.unchecked() >= batch:
			t.inboxWaits, t.passedOver = true, true
			continue
		case m.Lead != nil:
			l := ledger.Suspect{Key: m.Key, StoredSuspect: *m.Lead}
			if t.c.Undo != nil {
				l.Checked = t.handedOn(l.StoredSuspect)
			}
			t.c.Suspects = append(t.c.Suspects, l)
			t.caused(l.StoredSuspect)
			t.note("suspect: %s (%s)", m.Lead.Title, m.Lead.Origin.EventID)
		case m.Seen != nil:
			seen, noticed = append(seen, *m.Seen), append(noticed, m.Key)
			continue
		case m.Told != nil:
			ib.told(t, m.Told)
		case m.Note != "":
			t.note("%s", m.Note)
		case m.Order != nil:
			if err := ib.order(ctx, t, *m.Order); err != nil {
				return err
			}
		}
		t.w.Taken = append(t.w.Taken, m.Key)
	}
	if err := ib.sightings(ctx, t, seen); err != nil {
		return err
	}
	t.w.Taken = append(t.w.Taken, noticed...)
	if t.letBe {
		return t.commit(ctx)
	}
	return nil
}

// caused makes the case of a sweep an event's, where an event brings the same: there is a caller by now, and no time to lose.
func (t *attempt) caused(l playbook.StoredSuspect) {
	if t.c.Origin.Sweep == "" || l.Origin.Sweep != "" {
		return
	}
	t.c.Origin, t.c.Times.Occurred, t.c.Times.Received = l.Origin, l.Origin.Occurred, l.Origin.Received
	t.note("a sweep found it, and a record tells of it: %s by %s", l.Origin.Name, l.Origin.Actor.ARN)
}

// order takes what a person wants of the case, if that person may; of a closed case, only to have it taken back, or to end an
// exception that came from it.
func (ib *inbox) order(ctx context.Context, t *attempt, o ledger.Order) error {
	if o.Verb != ledger.Undo && o.Verb != ledger.Revoke && !t.c.State.Open() {
		t.note("%s by %s is void: the case is %s", o.Verb, by(o), t.c.State)
		return nil
	}
	standing, why, err := ib.mayOrder(ctx, t, o)
	if err != nil {
		return err
	}
	if why != "" {
		t.note("%s by %s is void: %s", o.Verb, by(o), why)
		return nil
	}
	switch o.Verb {
	case ledger.Approve:
		ib.approve(t, o, standing)
	case ledger.Dismiss:
		t.drop("dismissed by " + by(o) + because(o.Reason))
		t.note("dismissed by %s%s", by(o), because(o.Reason))
	case ledger.Undo:
		ib.undo(t, o)
	case ledger.Except:
		ib.except(t, o)
	case ledger.Revoke:
		ib.revoke(t, o)
	case ledger.Mine, ledger.NotMine:
		ib.answer(t, o, standing)
	}
	return nil
}

// undo has the case taken back.
func (ib *inbox) undo(t *attempt, o ledger.Order) {
	if t.c.Undo != nil {
		t.note("undo by %s is void: the case is taken back already", by(o))
		return
	}
	if !t.c.Returnable() || t.tells {
		t.note("undo by %s is void: nothing was changed", by(o))
		return
	}
	t.c.Undo = &o
	// The playbook is quiet about what was found, for a while, from the moment the order is taken: the same finding would fire
	// at once. It is of what the person who ordered it knew; what joined since is answered.
	quiet, found := o.Except, o.Found
	if quiet == 0 {
		quiet = ExceptAfter(t.c)
	}
	if len(found) == 0 {
		found = t.c.Found()
	}
	x := t.c.Exception(o, t.Now(), quiet, found, "case "+t.c.ID+" was taken back")
	t.c.Quiet = &x
	t.w.Exceptions = append(t.w.Exceptions, *t.c.Quiet)
	t.c.Reminds(t.Now())
	t.note("quiet until %s about %s", t.c.Quiet.Until.UTC().Format(time.RFC3339), strings.Join(found, ", "))
	for i := range t.c.Suspects {
		if l := &t.c.Suspects[i]; l.Checked == "" {
			l.Checked = t.handedOn(l.StoredSuspect)
		}
	}
	t.drop("the case is taken back")
	t.note("to be taken back, says %s%s", by(o), because(o.Reason))
}

// drop ends the steps and suspects that nothing was done about yet.
func (t *attempt) drop(why string) {
	for i := range t.c.Suspects {
		if t.c.Suspects[i].Checked == "" {
			t.c.Suspects[i].Checked = "dropped"
		}
	}
	for i := range t.c.Revisions {
		for j := range t.c.Revisions[i].Steps {
			if s := &t.c.Revisions[i].Steps[j]; s.State == ledger.Pending {
				s.State, s.Note = ledger.Dropped, why
			}
		}
	}
}

func by(o ledger.Order) string { return o.Giver() }

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

// abandon ends a case that killed every process that took it up, before it kills this one as well.
func (ib *inbox) abandon(ctx context.Context, t *attempt) error {
	t.giveUp(fmt.Errorf("it was taken up %d times, and the process died each time", t.c.Attempts-1))
	for _, m := range t.inbox {
		if m.Seen != nil && m.Seen.Shared != "" {
			if err := ib.watch.spread(ctx, t, *m.Seen); err != nil {
				return err
			}
		}
		t.w.Taken = append(t.w.Taken, m.Key)
	}
	return t.close(ctx, nil)
}

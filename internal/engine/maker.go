package engine

import (
	"context"
	"hash/fnv"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/region"
	"github.com/ripostehq/riposte/playbook"
)

// makerPatience is how long telling waits for the event history: a letter goes without what it does not say by then.
const makerPatience = 3 * time.Second

// makers asks CloudTrail's event history who made what a case is about, where that says whose it is. It is asked before people are told, never before
// the answer, and of nothing that contains: its owner has no word in that. Its pages are its own.
type makers struct {
	policy  gate.Policy
	aws     AWS
	lookups *playbook.Lookups
	silent  silent
}

func newMakers(p gate.Policy, aws AWS) *makers {
	return &makers{policy: p, aws: aws, lookups: &playbook.Lookups{OfLook: 3, OfPlace: 12}}
}

// look looks in the first attempt that has nothing to answer, which tells, and again later where the history did not answer. Nothing fails by it.
func (m *makers) look(ctx context.Context, t *attempt) error {
	if !m.wants(t) {
		t.c.MakerAgain = nil
		return nil
	}
	if x := t.c.MakerAgain; t.answered || t.late() || x != nil && x.Due.After(t.Now()) {
		return nil
	}
	at := t.c.Root.Place()
	if p, known := region.Named(at.Partition); known && event.Global(t.c.Root.Type) {
		at.Region = p.Global
	}
	made := ledger.Maker{Asked: t.Now(), Unseen: didNotAnswer}
	again := true
	if !m.silent.is(at, t.Now()) {
		ctx, cancel := context.WithTimeout(ctx, makerPatience)
		defer cancel()
		found, err := m.lookups.Maker(ctx, m.aws.Reads(), t.Now(), at, t.c.Root)
		if err != nil {
			t.note("error: %v", err)
			m.silent.note(at, t.Now())
		} else {
			again = found.UsedUp
			made = ledger.Maker{Asked: t.Now(), Actor: found.Actor, Call: found.Call, At: found.At, Unseen: found.Unseen}
		}
	}
	if made.Known() && t.c.MakerAgain != nil {
		t.c.Report.Wanted++ // people were told of the case without
	}
	t.c.Made(made)
	t.madeAgain(again)
	if made.Known() {
		t.note("made by %s: %s at %s, by the event history", made.Actor.Principal(), made.Call, made.At.UTC().Format(time.RFC3339))
	}
	return nil
}

// wants reports whether who made the root says whose it is, and that person would have a word: about something that is to be done and does not contain.
func (m *makers) wants(t *attempt) bool {
	c := t.c
	if m.policy.Approval.MakerOwns == nil || c.Maker != nil && c.MakerAgain == nil || c.GivenUp != "" || c.Undo != nil || !c.State.Open() || c.State == ledger.Suspected {
		return false
	}
	changes := false
	for r := range t.live() {
		for _, rung := range r.plan.Ladder {
			switch gate.DeedOf(rung.Do).Class {
			case action.Contain:
				return false
			case action.Mend, action.Destroy:
				changes = true
			}
		}
	}
	return changes && m.policy.Approval.MakerOwns(c)
}

// madeAgain ends the look at who made the root, or has it made again where the history did not answer: as often and as late as the look at who called,
// each at a moment of its own within as long again, since the thousand cases of a sweep would else ask in the same second, and most in vain.
func (t *attempt) madeAgain(again bool) {
	times := 1
	if t.c.MakerAgain != nil {
		times += t.c.MakerAgain.Times
	}
	if !again || times > mostLooksAgain {
		t.c.MakerAgain = nil
		return
	}
	wait := firstLookAgain << (2 * (times - 1))
	of := fnv.New32a()
	of.Write([]byte(t.c.ID))
	wait += wait * time.Duration(of.Sum32()%1000) / 1000
	t.c.MakerAgain = &ledger.Trouble{Times: times, Due: t.Now().Add(wait), Error: t.c.Maker.Unseen}
}

package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

const (
	recentBefore = time.Hour // of the caller's calls, before that of the case
	recentRows   = 25
	recentText   = 128 // of a name or a code, which AWS keeps shorter
	// onceIn is how often an incident is looked up: a caller that brings more cases brings no more look-ups.
	onceIn = time.Hour
	// didNotAnswer stands in the case: an error's text is AWS's, and in the notes.
	didNotAnswer = "the event history could not be read"
	// lookedUp is what is remembered of an incident that was.
	lookedUp = "looked up"
)

// hindsight asks CloudTrail's event history about the caller of a case that was answered, for people: what else the caller called, and who opened
// its session where no record showed it. Nothing waits for it and nothing fails by it. Its pages are its own: what it spends, checks still have; and who
// brings many cases to have their calls read leaves the openers their pages.
type hindsight struct {
	plan           *planner
	calls, openers *playbook.Lookups
	silent         silent
}

// newHindsight gives a place few pages: three for the calls of a case, one for each caller behind its session.
func newHindsight(pl *planner) *hindsight {
	return &hindsight{plan: pl, calls: &playbook.Lookups{OfLook: 3, OfPlace: 6}, openers: &playbook.Lookups{OfPlace: 4}}
}

// look looks in the attempt that ends verification, and again later where the history did not answer. What goes wrong is told as not seen.
func (h *hindsight) look(ctx context.Context, t *attempt) error {
	if !t.wantsHindsight() || t.c.LookAgain != nil && t.c.LookAgain.Due.After(t.Now()) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	unanswered, err := h.upstream(ctx, t) // whatever the incident: another session may have the same name
	if err != nil {
		t.note("error: who opened the caller's session was not looked up: %v", err)
		unanswered = err.Error()
	}
	first, err := h.first(ctx, t)
	if err != nil {
		t.note("error: whether the incident was looked up could not be read: %v", err)
		unanswered = err.Error()
	} else if first {
		unanswered = cmp.Or(h.recent(ctx, t), unanswered)
	}
	t.lookedUp(unanswered)
	return nil
}

// wantsHindsight reports whether a case was answered, is about to rest, and has a caller. One at rest is looked up again where the history did not answer.
func (t *attempt) wantsHindsight() bool {
	c := t.c
	a := c.Origin.Actor
	answered := c.GivenUp == "" && c.Undo == nil && !t.answered && t.waiting() == 0 && !t.changed().IsZero() && c.Rounds >= len(t.Timing.Rounds)
	rests := c.State.Open() || t.atRest() && c.LookAgain != nil
	return answered && rests && !c.LookedUp && !c.Origin.Noticed() && !a.ByAWS() && a.PrincipalID != ""
}

// first reports whether no case of the incident was looked up within the hour, and remembers that this one is. It is remembered before, so that
// a process that dies of the look does not make another's; the same case may look again.
func (h *hindsight) first(ctx context.Context, t *attempt) (bool, error) {
	of := event.Resource{Partition: t.c.Root.Partition, Type: "incident", ID: cmp.Or(t.c.Incident, t.c.ID)} // no resource of AWS's has such a type
	was, err := h.plan.store.Recall(ctx, of, lookedUp, t.Now())
	if err != nil || was != nil && t.Now().Sub(was.At) < onceIn {
		return err == nil && was.Event == t.c.ID, err
	}
	return true, h.plan.store.Remember(ctx, []playbook.Observation{{Resource: of, Of: lookedUp, On: true, At: t.Now(), Event: t.c.ID}})
}

// recent keeps the calls of the case's caller: a user's by its name, whatever the key, a session's by its key, since others may have the session's
// name. It returns why a later look may see more; what an earlier look saw stays where this one sees nothing.
func (h *hindsight) recent(ctx context.Context, t *attempt) (unanswered string) {
	o := t.c.Origin
	s := playbook.Session{
		Place: o.Place, Name: cmp.Or(o.Actor.UserName, o.Actor.Session), Key: o.Actor.AccessKey, UserID: o.Actor.PrincipalID,
		From: o.Occurred.Add(-recentBefore), To: t.Now(),
	}
	if o.Actor.Kind == event.UserActor && s.Name != "" {
		s.Key = ""
	}
	out := &ledger.Recent{Asked: t.Now(), Since: s.From, Account: o.Place.Account, Region: o.Place.Region}
	switch {
	case s.Key == "" && s.Name == "":
		out.Unseen = "nothing names the caller by which it could be looked up"
	case t.late():
		unanswered = "there was no time to look"
	case h.silent.is(o.Place, t.Now()):
		unanswered = didNotAnswer
	default:
		called, err := h.calls.Calls(h.plan.aws.Reads(), t.Now())(ctx, s)
		if err != nil {
			t.note("error: the caller's recent calls: %v", err)
			h.silent.note(o.Place, t.Now())
			unanswered = didNotAnswer
			break
		}
		if out.Unseen = called.Unseen; called.UsedUp {
			unanswered = called.Unseen
		}
		grouped(out, called.Calls)
	}
	out.Unseen = cmp.Or(out.Unseen, unanswered)
	if t.c.Recent == nil || len(out.Calls) > 0 || out.Unseen == "" {
		if t.c.Recent != nil {
			t.c.Report.Wanted++ // people were told of the case without them
		}
		t.c.Recent = out
	}
	return unanswered
}

// grouped puts calls, the latest first, into few rows: names, times, addresses and codes.
func grouped(out *ledger.Recent, calls []playbook.RecordedCall) {
	for _, one := range calls {
		row := ledger.RecentCalls{Call: cut(string(one.Call)), Error: cut(one.Error), From: cut(cmp.Or(one.InvokedBy, one.From)), Times: 1, First: one.At, Last: one.At}
		i := slices.IndexFunc(out.Calls, func(have ledger.RecentCalls) bool {
			return have.Call == row.Call && have.Error == row.Error && have.From == row.From
		})
		switch {
		case i >= 0:
			out.Calls[i].Times, out.Calls[i].First = out.Calls[i].Times+1, one.At
		case len(out.Calls) < recentRows:
			out.Calls = append(out.Calls, row)
		default:
			out.More++
		}
	}
}

func cut(s string) string { return strings.ToValidUTF8(s[:min(len(s), recentText)], "") }

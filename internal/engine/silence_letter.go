package engine

import (
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// Where letters tell (gate.ByLetter) the report only has them written: it is owed once for each thing that people are to be told, and what
// they were told comes back as a message (ledger.Message.Told) once a channel has accepted the letter.

const (
	nobodyTold = "nobody could be told what riposte asks: no answer means nothing until somebody is"
	askedAnew  = "what riposte asks was changed again and again: each time people have to be told anew"
	movedFor   = 30 * 24 * time.Hour
	mostAsks   = 3 // new questions of one step in that time
)

func byLetter(p gate.Policy) bool { return p.Approval.Tells == gate.ByLetter }

// posts notes what letters are to tell from now on, and reports whether there is any news.
func (rp *reporter) posts(t *attempt) (any bool) {
	if !byLetter(rp.policy) {
		return false
	}
	news := rp.news(t)
	for r := range t.live() {
		if told, is := news[r.step]; is && rp.post(t, r, told) {
			any = true
		}
	}
	return any
}

// post notes one question, unless that was done.
func (rp *reporter) post(t *attempt, r ref, told ledger.Told) bool {
	next := &ledger.Posting{Of: told.Of, At: t.Now(), By: rp.policy.ToldBy(gate.DeedOf(r.rung().Do), t.Now())}
	was := r.step.Posted
	if known := r.step.Told; known != nil && known.Of == told.Of {
		next.Remind = known.Remind
	}
	if was != nil && was.Of == next.Of && was.Remind.Equal(next.Remind) {
		return false
	}
	if was != nil && was.Of == next.Of {
		next.Asked = was.Asked
	} else if next.Asked = append(t.asked(r), t.Now()); len(next.Asked) >= mostAsks {
		next.Asked = next.Asked[len(next.Asked)-mostAsks:]
		t.note("%s: the third question in %d days", r, int(movedFor/(24*time.Hour)))
		if t.c.Paged != askedAnew {
			t.page(askedAnew)
		}
	}
	r.step.Posted = next
	return true
}

// inherits has a revision keep what people know of the one that it takes the place of, where the plan is the same and only the facts behind
// it have changed: of the same question, that counts on. Else whoever changes facts puts an answer off each time.
func (t *attempt) inherits(next *ledger.Revision, was ledger.Revision) {
	if next.Plan.Digest != was.Plan.Digest {
		return
	}
	for i := range min(len(next.Steps), len(was.Steps)) {
		if s := was.Steps[i]; s.Told != nil {
			t.c.Tell(&next.Steps[i], *s.Told)
		}
		next.Steps[i].Posted = was.Steps[i].Posted
	}
}

// question names what the step asks.
func (r ref) question() string {
	a := r.asking()
	a.Why = r.step.Reason
	return a.Digest()
}

// asked are the times, of the last weeks, at which the step had another question, in this revision or one before it.
func (t *attempt) asked(r ref) (at []time.Time) {
	for i := range t.c.Revisions {
		old := &t.c.Revisions[i]
		for j, s := range t.plans[old.Plan.Digest].Steps {
			if p := old.Steps[j].Posted; p != nil && key(s.Ladder[0].Do) == key(r.plan.Ladder[0].Do) {
				at = append(at, p.Asked...)
			}
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	at = slices.CompactFunc(at, time.Time.Equal)
	return slices.DeleteFunc(at, func(one time.Time) bool { return t.Now().Sub(one) > movedFor })
}

// pageUntold pages people where nobody could be told of what the case asks.
func (t *attempt) pageUntold() {
	for r := range t.live() {
		p := r.step.Posted
		if p == nil || p.Untold || !r.step.Asks() || p.Of != r.question() || !p.Owes(r.step.Told) || t.Now().Before(p.By) {
			continue
		}
		p.Untold = true
		t.note("%s: nobody was told since %s", r, p.At.UTC().Format(time.RFC3339))
		if t.c.Paged != nobodyTold {
			t.page(nobodyTold)
		}
	}
}

// told takes what people were told of the questions that were posted last. Of any other nobody needs to know any more.
func (ib *inbox) told(t *attempt, all []ledger.Told) {
	for _, told := range all {
		taken := false
		for r := range t.live() {
			p := r.step.Posted
			if r.step.State != ledger.Pending || p == nil || p.Of != told.Of {
				continue
			}
			now, news := ib.policy.AnswerAbout(t.c, r.revision.Suspect, r.rung()).Accepts(r.step.Told, told, *p)
			if taken = true; !news {
				continue
			}
			t.c.Tell(r.step, now)
			t.told(r)
			p.Untold = p.Untold && p.Owes(&now)
		}
		if !taken {
			t.note("people were told of what is not asked any more")
		}
	}
	waits := false
	for r := range t.live() {
		waits = waits || r.step.Untold()
	}
	if !waits && t.c.Paged == nobodyTold {
		t.c.Paged = ""
	}
}

package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/code"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// planner makes the revisions of a case's plan.
type planner struct {
	store interface {
		ledger.Memory
		ledger.Inbox
		ledger.Incidents
	}
	codec  action.Codec
	aws    AWS
	org    playbook.Organization
	tracer tracer
	books  map[string]playbook.Playbook
	looks  *playbook.Lookups
	// letters tell people what is asked: see attempt.inherits
	letters bool
	estates *playbook.Estates
	places  *playbook.Whereabouts
	sweeps  *sweeps
	tags    string // begins the keys of the tags on what was changed; "": none are put
}

// open wakes the plans of a case. They were sealed when they were made; one that is not what was sealed is an error.
func (pl *planner) open(_ context.Context, t *attempt) error {
	t.plans, t.cores, t.planned = map[string]action.Plan{}, map[string]string{}, map[int]bool{}
	t.looks, t.known, t.covered = map[string]looked{}, map[string]ledger.Facts{}, map[string]*covered{}
	t.code = map[event.Resource]code.Answer{}
	for _, r := range t.c.Revisions {
		p, err := pl.codec.Open(r.Plan)
		if err != nil {
			return fmt.Errorf("plan of revision %d: %w", r.Number, err)
		}
		if len(p.Steps) != len(r.Steps) {
			return fmt.Errorf("plan of revision %d has %d steps, %d are recorded", r.Number, len(p.Steps), len(r.Steps))
		}
		t.plans[r.Plan.Digest] = p
	}
	return nil
}

// confirm returns a check of the present for a suspect. It shares nothing with the attempt, and may run beside it.
func (pl *planner) confirm(t *attempt, l *ledger.Suspect) func(context.Context) ([]playbook.Proposal, error) {
	book, known := pl.books[l.Playbook]
	suspect, caseID, limit := l.StoredSuspect, t.c.ID, t.Timing.Call
	in := playbook.In{AWS: pl.aws.Reads(), Now: t.Now(), Organization: pl.org, Metrics: pl.sweeps.metrics, Past: pl.sweeps.past, Prices: pl.sweeps.prices, Names: pl.sweeps.names, Estates: pl.estates, Whereabouts: pl.places, History: playbook.History{Recall: pl.store.Recall, Counter: pl.store.Count, Calls: pl.looks.Calls(pl.aws.Reads(), t.Now())}}
	for _, o := range t.c.Suspects {
		if o.Playbook == l.Playbook && o.Key != l.Key {
			in.Beside = append(in.Beside, o.StoredSuspect)
		}
	}
	return func(ctx context.Context) ([]playbook.Proposal, error) {
		if !known {
			return nil, fmt.Errorf("playbook %s is not in this riposte's catalogue: %w", suspect.Playbook, ledger.ErrNewer)
		}
		ctx, cancel := context.WithTimeout(ctx, limit) // however much there is to read, the others are looked at in time
		defer cancel()
		check := book.Check
		if suspect.Origin.Sweep != "" {
			check = pl.sweeps.check(book)
		}
		found, err := check(ctx, in, caseID, suspect)
		if suspect.Origin.Sweep != "" {
			err = inTime(ctx, err)
		}
		if err != nil {
			return nil, fmt.Errorf("check %q: %w", suspect.Title, err)
		}
		if suspect.Origin.Sweep != "" {
			return found, nil // it has tags of its own, which tell before anything is changed
		}
		for i := range found {
			found[i].Plan = marked(found[i].Plan, pl.tags, caseID, suspect.Playbook)
		}
		return found, nil
	}
}

// preempt adds a revision that need not wait for the check, and returns its number; 0 where there is nothing to do, or the
// same plan stands already.
func (pl *planner) preempt(ctx context.Context, t *attempt, l *ledger.Suspect) (number int, err error) {
	plan, err := pl.books[l.Playbook].Preempt(ctx, pl.store.Recall, t.c.ID, l.StoredSuspect)
	if err != nil || len(plan.Steps) == 0 {
		return 0, err
	}
	plan = marked(plan, pl.tags, t.c.ID, l.Playbook)
	if again, err := pl.again(t, l.Key, playbook.Proposal{Suspect: l.StoredSuspect, Plan: plan}); err != nil || again {
		return 0, err
	}
	sealed, err := pl.codec.Seal(plan)
	if err != nil {
		return 0, fmt.Errorf("plan for %s: %w", l.Resource, err)
	}
	number = len(t.c.Revisions) + 1
	t.c.Revisions = append(slices.Clip(t.c.Revisions), ledger.Revision{
		Number: number, Suspect: l.Key, Plan: sealed, Made: t.Now(), Preempts: true, Steps: t.begin(plan, l.Origin.Sweep != ""),
	})
	t.c.AsksActor(plan)
	t.plans[sealed.Digest], t.planned[number] = plan, true
	return number, nil
}

// placeOf hands a finding to the case of its own root, which the event alone did not show.
func (pl *planner) placeOf(ctx context.Context, t *attempt, l playbook.StoredSuspect) error {
	var err error
	if l.Actors, err = pl.tracer.actors(ctx, l.Origin); err != nil {
		return err
	}
	ads, err := pl.store.Admit(ctx, t.Now(), []playbook.StoredSuspect{l}, ledger.FirstClaim{})
	if err != nil {
		return fmt.Errorf("open a case for %s: %w", l.Resource, err)
	}
	t.c.SupersededBy = ads[0].Case
	t.note("goes on in case %s: %s", ads[0].Case, l.Resource)
	return nil
}

// revise adds a revision of the plan.
func (pl *planner) revise(t *attempt, suspect string, p playbook.Proposal) error {
	sealed, err := pl.codec.Seal(p.Plan)
	if err != nil {
		return fmt.Errorf("plan for %s: %w", p.Suspect.Resource, err)
	}
	if again, err := pl.again(t, suspect, p); err != nil || again {
		t.suspect(suspect).Checked = "again"
		return err
	}
	number := len(t.c.Revisions) + 1
	t.c.Revisions = append(t.c.Revisions, ledger.Revision{
		Number: number, Suspect: suspect, Plan: sealed, Found: p.Suspect.Found, FactsDigest: factsDigest(p.Suspect), Made: t.Now(), Steps: t.begin(p.Plan, p.Suspect.Origin.Sweep != ""),
	})
	t.c.AsksActor(p.Plan)
	t.plans[sealed.Digest], t.planned[number], t.answered = p.Plan, true, true
	t.c.Report.Wanted++
	pl.replaceNoticed(t, number)
	if len(p.Plan.Steps) == 0 && t.c.Paged == "" && p.Suspect.Origin.Sweep == "" {
		t.c.Paged = "riposte has no answer to this, a person must act"
	}
	t.note("confirmed: %s; plan %d: %v", p.Suspect.Title, number, p.Plan.Kinds())
	return nil
}

// factsDigest is the digest of the facts that a check found: what differs later has drifted.
func factsDigest(l playbook.StoredSuspect) string {
	h := sha256.Sum256(l.Facts)
	return hex.EncodeToString(h[:])
}

// replan makes a new revision that supersedes another: another plan, whose steps stand where those of the other do. What people said yes to stays
// approved where the step is the same, so that what was approved and done is done again where it is undone; another step asks anew.
func (pl *planner) replan(t *attempt, was *ledger.Revision, plan action.Plan) (*ledger.Revision, error) {
	sealed, err := pl.codec.Seal(plan)
	if err != nil {
		return nil, err
	}
	next := ledger.Revision{
		Number: len(t.c.Revisions) + 1, Suspect: was.Suspect, Plan: sealed, Found: was.Found, FactsDigest: was.FactsDigest, Made: was.Made, Preempts: was.Preempts,
	}
	for _, s := range was.Steps {
		s.Owned, s.Requests = slices.Clone(s.Owned), slices.Clone(s.Requests)
		next.Steps = append(next.Steps, s)
	}
	if err := pl.keepAnswers(&next, was, plan, t.plans[was.Plan.Digest]); err != nil {
		return nil, err
	}
	was.Superseded = next.Number
	t.c.Revisions = append(t.c.Revisions, next)
	t.c.AsksActor(plan)
	t.plans[sealed.Digest], t.planned[next.Number], t.answered = plan, true, true
	t.c.Report.Wanted++
	return &t.c.Revisions[len(t.c.Revisions)-1], nil
}

// keepAnswers has a new revision keep what people said about the steps that it shares with the one it supersedes.
func (pl *planner) keepAnswers(next, was *ledger.Revision, plan, old action.Plan) error {
	same := map[int]bool{}
	for i, s := range old.Steps {
		before, err := pl.codec.Seal(action.Plan{Steps: []action.Step{s}})
		if err != nil {
			return err
		}
		now, err := pl.codec.Seal(action.Plan{Steps: plan.Steps[i : i+1]})
		if err != nil {
			return err
		}
		same[i] = before.Digest == now.Digest
	}
	for _, a := range was.Answers {
		if same[a.Step] {
			next.Answers, next.Approved = append(next.Answers, a), was.Approved
		}
	}
	for _, x := range was.Consents {
		if same[x.Step] {
			next.Consents = append(next.Consents, x)
		}
	}
	return nil
}

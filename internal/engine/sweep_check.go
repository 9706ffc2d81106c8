package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// sweeps knows the streaks and the coverage behind the cases of sweeps, and what their checks ask.
type sweeps struct {
	store   ledger.Sweeps
	books   map[string]playbook.Playbook
	metrics playbook.Metrics
	past    playbook.Past
	prices  playbook.Prices
	names   playbook.Names
}

func newSweeps(p Options) *sweeps {
	s := &sweeps{store: p.Store, books: map[string]playbook.Playbook{}, metrics: p.Metrics, past: p.Past, prices: p.Prices, names: p.Names}
	for _, b := range p.Playbooks {
		s.books[b.ID] = b
	}
	if s.metrics == nil {
		s.metrics = blind{}
	}
	if s.past == nil {
		s.past = blind{}
	}
	if s.prices == nil {
		s.prices = blind{}
	}
	return s
}

// covered is a streak with the listings that saw it.
type covered struct {
	streak ledger.Streak
	here   ledger.Coverage // of its place and kind
	listed int             // how many of its kind complete listings found in its account
}

// of reads the streak behind a suspect; nil where it has ended, or another has begun since: then what was found is so no more.
func (s *sweeps) of(ctx context.Context, l playbook.StoredSuspect) (*covered, error) {
	k, err := s.store.Streak(ctx, l.Playbook, l.Resource)
	if err != nil {
		return nil, fmt.Errorf("read the streak of %s: %w", l.Resource, err)
	}
	if k == nil || k.First.After(l.Origin.Received) {
		return nil, nil
	}
	all, err := s.store.Coverages(ctx, l.Resource.Account)
	if err != nil {
		return nil, fmt.Errorf("read what was listed in account %s: %w", l.Resource.Account, err)
	}
	at := k.Resource.Place()
	if event.Global(k.Kind) {
		at.Region = ""
	}
	c := &covered{streak: *k}
	for _, one := range all {
		if one.Kind != k.Kind {
			continue
		}
		if one.Error == "" {
			c.listed += one.Listed
		}
		if one.Place == at {
			c.here = one
		}
	}
	return c, nil
}

// check is a playbook's check of what a sweep found: only while the streak goes on and is ripe. What a tag keeps is not confirmed, and what
// saves nothing has no plan.
func (s *sweeps) check(book playbook.Playbook) func(context.Context, playbook.In, string, playbook.StoredSuspect) ([]playbook.Proposal, error) {
	return func(ctx context.Context, in playbook.In, caseID string, l playbook.StoredSuspect) ([]playbook.Proposal, error) {
		c, err := s.of(ctx, l)
		if err != nil || c == nil {
			return nil, err
		}
		seen := c.streak.Seen(c.here)
		if ripe, err := book.Ripe(seen, l, in.Now); err != nil || !ripe {
			return nil, err
		}
		in.Streak = &seen
		found, err := book.Check(ctx, in, caseID, l)
		if err != nil {
			return nil, err
		}
		return s.called(ctx, book, c.streak, found, in.Now)
	}
}

// called are the proposals that no tag keeps, each without its plan where that would save nothing.
func (s *sweeps) called(ctx context.Context, book playbook.Playbook, k ledger.Streak, found []playbook.Proposal, now time.Time) (out []playbook.Proposal, err error) {
	for _, p := range found {
		until, err := keptUntil(book.Concern, k, p, now)
		if err != nil {
			return nil, err
		}
		if until.After(now) && !contains(p.Plan) {
			continue
		}
		if err := s.worth(ctx, book, &p); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// keptUntil is until when a tag keeps what was found: as the last sweep read it, or as it is now. What was put on or changed since keeps it for a
// day at least: the next sweep says until when. What a tag says that can't be read is no evidence that it says nothing, until the sweeps have
// counted its time to the end.
func keptUntil(c playbook.Concern, k ledger.Streak, p playbook.Proposal, now time.Time) (time.Time, error) {
	keep, until := playbook.KeepOf(c, p.Tags), k.Kept
	if keep.Digest() != k.KeepTags {
		until = later(keep.Until(now, day), k.Kept)
	}
	if err := keep.Unread(); err != nil && until.After(now) {
		return until, fmt.Errorf("what the tags of %s say: %w: %w", p.Suspect.Resource, err, playbook.ErrNoEvidence)
	}
	return until, nil
}

// contains reports whether a plan contains: no tag keeps riposte from that.
func contains(p action.Plan) bool {
	return slices.ContainsFunc(p.Steps, func(s action.Step) bool {
		return slices.ContainsFunc(s.Ladder, func(r action.Rung) bool { return r.Do.About().Kind.Class == action.Contain })
	})
}

// worth takes the plan off what costs no more than its way back would. Where the price is not known, the plan stays: it is never guessed.
func (s *sweeps) worth(ctx context.Context, book playbook.Playbook, p *playbook.Proposal) error {
	if book.Saves == nil {
		return nil
	}
	saving, err := book.Saves(ctx, s.prices, p.Suspect)
	switch {
	case errors.Is(err, playbook.ErrNoPrice):
		return nil
	case err != nil:
		return fmt.Errorf("what the end of %s saves: %w", p.Suspect.Resource, err)
	case saving.Net() <= 0:
		p.Plan = action.Plan{}
		p.Suspect.Title += fmt.Sprintf("; its end would save nothing: %s", saving.Formula)
	}
	return nil
}

// going is the admission of a suspect whose streak has a case that still goes on, in another mode by now: that case is judged anew by
// itself. The zero Admission: there is none.
func (s *sweeps) going(ctx context.Context, cases ledger.Cases, l playbook.StoredSuspect) (none ledger.Admission, err error) {
	k, err := s.store.Streak(ctx, l.Playbook, l.Resource)
	if err != nil || k == nil || k.Case == "" {
		return none, err
	}
	c, err := cases.Load(ctx, k.Case)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return none, nil
	case err != nil:
		return none, fmt.Errorf("read the case of the streak of %s: %w", l.Resource, err)
	case c.State.Open() || !c.Due.IsZero(): // it rests until a step is due
		return ledger.Admission{Case: c.ID, How: "duplicate"}, nil
	}
	return none, nil
}

// why says why a look does not confirm any more what a sweep found.
func (s *sweeps) why(ctx context.Context, l playbook.StoredSuspect, now time.Time) (string, error) {
	c, err := s.of(ctx, l)
	switch {
	case err != nil:
		return "", err
	case c != nil && c.streak.Kept.After(now):
		return "a tag keeps it until " + c.streak.Kept.UTC().Format(time.RFC3339), nil
	}
	return "it is used again, or kept", nil
}

// restart ends the streak behind a suspect: the next sweep begins another where it finds the same. It is done before the case is closed,
// and again where a process died in between. A streak that would be ripe at once is left: it would open a case each day.
func (s *sweeps) restart(ctx context.Context, t *attempt, l playbook.StoredSuspect) error {
	now := t.Now()
	ripe, err := s.books[l.Playbook].Ripe(playbook.Streak{Since: now, First: now, Last: now, Seen: 1}, l, now)
	if err != nil || ripe {
		return err
	}
	return s.end(ctx, l, now)
}

// end ends the streak behind a suspect, whatever comes of it.
func (s *sweeps) end(ctx context.Context, l playbook.StoredSuspect, now time.Time) error {
	c, err := s.of(ctx, l)
	if err != nil || c == nil {
		return err
	}
	if _, err := s.store.MarkStreak(ctx, now, ledger.StreakChange{Streak: c.streak, Ended: true}); err != nil {
		return fmt.Errorf("end the streak of %s: %w", l.Resource, err)
	}
	return nil
}

// undone ends the streaks behind a case that is taken back.
func (s *sweeps) undone(ctx context.Context, t *attempt) error {
	for _, l := range t.c.Suspects {
		if l.Origin.Sweep == "" {
			continue
		}
		if err := s.end(ctx, l.StoredSuspect, t.Now()); err != nil {
			return err
		}
	}
	return nil
}

// told writes into the streaks behind a case that their owners were told of it: by the tags that its plan begins with, else by a report.
func (s *sweeps) told(ctx context.Context, t *attempt) error {
	if t.c.Spared != "" || t.c.Undo != nil {
		return nil
	}
	at := t.toldAt()
	if at.IsZero() {
		return nil
	}
	for _, l := range t.c.Suspects {
		if l.Origin.Sweep == "" || l.Checked != "confirmed" {
			continue
		}
		c, err := s.of(ctx, l.StoredSuspect)
		if err != nil {
			return err
		}
		if c == nil || c.streak.Case == t.c.ID {
			continue
		}
		c.streak.Told, c.streak.Case = at, t.c.ID
		if _, err := s.store.MarkStreak(ctx, t.Now(), ledger.StreakChange{Streak: c.streak}); err != nil {
			return fmt.Errorf("write that the owner of %s was told: %w", l.Resource, err)
		}
	}
	return nil
}

// toldAt is when owners could first know of what a case plans; zero where they can't yet.
func (t *attempt) toldAt() (at time.Time) {
	tags := false
	for r := range t.live() {
		tags = tags || r.tags() && r.step.State != ledger.StepFailed
		if r.tags() && made(r.step.State) && (at.IsZero() || r.step.Made.Before(at)) {
			at = r.step.Made
		}
	}
	if !tags && t.c.Report.Sent > 0 {
		return t.Now()
	}
	return at
}

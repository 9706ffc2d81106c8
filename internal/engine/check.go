package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// check reads the present for the suspects that were not looked at, until one is confirmed: that is answered before the
// next is looked at. What it confirms gets a plan.
func (t *turn) check(ctx context.Context) (confirmed bool, err error) {
	for i := range t.c.Leads {
		l := &t.c.Leads[i]
		if confirmed || t.late() {
			break
		}
		if l.Checked != "" || t.rests(l.Trouble) {
			continue
		}
		before := len(t.c.Revisions)
		if err = t.went(ctx, &l.Trouble, t.checkLead(ctx, l)); err != nil {
			break
		}
		confirmed = len(t.c.Revisions) > before
	}
	t.c.Leads = slices.DeleteFunc(t.c.Leads, t.spare)
	return confirmed, err
}

func (t *turn) checkLead(ctx context.Context, l *ledger.Lead) error {
	found, err := t.confirmInTime(ctx, l)
	if err == nil && len(found) == 0 {
		err = t.relent(ctx, l)
	}
	if err != nil {
		return err
	}
	l.Checked = "dismissed"
	for _, p := range found {
		if p.Lead.Resource != t.c.Root {
			if err := t.elsewhere(ctx, p.Lead); err != nil {
				return err
			}
			l.Checked = "moved"
			continue
		}
		l.Checked = "confirmed"
		t.c.Title, l.Related = p.Lead.Title, p.Lead.Related // for people: the facts stay as the event gave them
		if err := t.revise(l.Key, p); err != nil {
			return err
		}
	}
	if l.Checked == "dismissed" {
		t.note("not confirmed: %s", l.Title)
	}
	return nil
}

func (t *turn) confirm(ctx context.Context, l *ledger.Lead) ([]playbook.Proposal, error) {
	book, ok := t.books[l.Playbook]
	if !ok {
		return nil, fmt.Errorf("playbook %s is not in this riposte's catalogue: %w", l.Playbook, ledger.ErrNewer)
	}
	return checked(ctx, t.Timing.Call, book, t.in(), t.c.ID, l.Lead)
}

// in is what a check may use.
func (t *turn) in() playbook.In {
	return playbook.In{AWS: t.AWS.Reads(), Now: t.Now(), Organization: t.Member, History: playbook.History{Recall: t.Store.Recall}}
}

func checked(ctx context.Context, limit time.Duration, book playbook.Playbook, in playbook.In, caseID string, l playbook.Lead) ([]playbook.Proposal, error) {
	ctx, cancel := context.WithTimeout(ctx, limit) // however much there is to read, the others have their turn
	defer cancel()
	found, err := book.Check(ctx, in, caseID, l)
	if err != nil {
		return nil, fmt.Errorf("check %q: %w", l.Title, err)
	}
	return found, nil
}

// elsewhere hands a finding to the case of its own root, which the event alone did not show.
func (t *turn) elsewhere(ctx context.Context, l playbook.Lead) error {
	ads, err := t.Store.Admit(ctx, t.Now(), []playbook.Lead{l}, ledger.Hand{})
	if err != nil {
		return fmt.Errorf("open a case for %s: %w", l.Resource, err)
	}
	t.c.Moved = ads[0].Case
	t.note("goes on in case %s: %s", ads[0].Case, l.Resource)
	return nil
}

// revise adds a revision of the plan.
func (t *turn) revise(lead string, p playbook.Proposal) error {
	sealed, err := t.Codec.Seal(p.Plan)
	if err != nil {
		return fmt.Errorf("plan for %s: %w", p.Lead.Resource, err)
	}
	if again, err := t.again(p); err != nil || again {
		t.leadOf(lead).Checked = "again"
		return err
	}
	number := len(t.c.Revisions) + 1
	t.c.Revisions = append(t.c.Revisions, ledger.Revision{
		Number: number, Lead: lead, Plan: sealed, Found: p.Lead.Found, Saw: saw(p.Lead), Made: t.Now(), Steps: make([]ledger.Step, len(p.Plan.Steps)),
	})
	t.plans[sealed.Digest], t.fresh[number], t.answered = p.Plan, true, true
	t.c.Report.Wanted++
	if len(p.Plan.Steps) == 0 && t.c.Paged == "" {
		t.c.Paged = "riposte has no answer to this, a person must act"
	}
	t.note("confirmed: %s; plan %d: %v", p.Lead.Title, number, p.Plan.Kinds())
	return nil
}

// together are two findings as one.
func together(a, b []string) []string {
	all := append(slices.Clone(a), b...)
	slices.Sort(all)
	return slices.Compact(all)
}

// spare reports whether nothing needs a suspect any more: it was found before, and no plan is its own.
func (t *turn) spare(l ledger.Lead) bool {
	return l.Checked == "again" && !slices.ContainsFunc(t.c.Revisions, func(r ledger.Revision) bool { return r.Lead == l.Key })
}

// ended reports whether a person, or AWS, has put an end to a step of the revision: the next finding is judged for itself.
func ended(r *ledger.Revision) bool {
	return slices.ContainsFunc(r.Steps, func(s ledger.Step) bool {
		return s.Verdict == "except" || s.State == ledger.Dropped || s.State == ledger.Broken || s.State == ledger.Back || s.State == ledger.Stays
	})
}

// watchedOnly reports whether a step of the revision is not to be done.
func watchedOnly(r *ledger.Revision) bool {
	return slices.ContainsFunc(r.Steps, func(s ledger.Step) bool { return s.Verdict == string(gate.Observe) })
}

// saw is the digest of the facts that a check found: what differs later has drifted.
func saw(l playbook.Lead) string {
	h := sha256.Sum256(l.Facts)
	return hex.EncodeToString(h[:])
}

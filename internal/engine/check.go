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
func (t *attempt) check(ctx context.Context) (confirmed bool, err error) {
	for i := range t.c.Suspects {
		l := &t.c.Suspects[i]
		if confirmed || t.late() {
			break
		}
		if l.Checked != "" || t.backsOff(l.Trouble) {
			continue
		}
		before := len(t.c.Revisions)
		if err = t.retryLater(ctx, &l.Trouble, t.checkLead(ctx, l)); err != nil {
			break
		}
		confirmed = len(t.c.Revisions) > before
	}
	t.c.Suspects = slices.DeleteFunc(t.c.Suspects, t.spare)
	return confirmed, err
}

func (t *attempt) checkLead(ctx context.Context, l *ledger.Suspect) error {
	found, err := t.confirmInTime(ctx, l)
	if err == nil && len(found) == 0 {
		err = t.relent(ctx, l)
	}
	if err != nil {
		return err
	}
	l.Checked = "dismissed"
	for _, p := range found {
		if p.Suspect.Resource != t.c.Root {
			if err := t.placeOf(ctx, p.Suspect); err != nil {
				return err
			}
			l.Checked = "moved"
			continue
		}
		l.Checked = "confirmed"
		t.c.Title, l.Related = p.Suspect.Title, p.Suspect.Related // for people: the facts stay as the event gave them
		if err := t.revise(l.Key, p); err != nil {
			return err
		}
	}
	if l.Checked == "dismissed" {
		t.note("not confirmed: %s", l.Title)
	}
	return nil
}

func (t *attempt) confirm(ctx context.Context, l *ledger.Suspect) ([]playbook.Proposal, error) {
	book, ok := t.books[l.Playbook]
	if !ok {
		return nil, fmt.Errorf("playbook %s is not in this riposte's catalogue: %w", l.Playbook, ledger.ErrNewer)
	}
	return checked(ctx, t.Timing.Call, book, t.in(), t.c.ID, l.StoredSuspect)
}

// in is what a check may use.
func (t *attempt) in() playbook.In {
	return playbook.In{AWS: t.AWS.Reads(), Now: t.Now(), Organization: t.Member, History: playbook.History{Recall: t.Store.Recall}}
}

func checked(ctx context.Context, limit time.Duration, book playbook.Playbook, in playbook.In, caseID string, l playbook.StoredSuspect) ([]playbook.Proposal, error) {
	ctx, cancel := context.WithTimeout(ctx, limit) // however much there is to read, the others have their turn
	defer cancel()
	found, err := book.Check(ctx, in, caseID, l)
	if err != nil {
		return nil, fmt.Errorf("check %q: %w", l.Title, err)
	}
	return found, nil
}

// placeOf hands a finding to the case of its own root, which the event alone did not show.
func (t *attempt) placeOf(ctx context.Context, l playbook.StoredSuspect) error {
	ads, err := t.Store.Admit(ctx, t.Now(), []playbook.StoredSuspect{l}, ledger.FirstClaim{})
	if err != nil {
		return fmt.Errorf("open a case for %s: %w", l.Resource, err)
	}
	t.c.SupersededBy = ads[0].Case
	t.note("goes on in case %s: %s", ads[0].Case, l.Resource)
	return nil
}

// revise adds a revision of the plan.
func (t *attempt) revise(lead string, p playbook.Proposal) error {
	sealed, err := t.Codec.Seal(p.Plan)
	if err != nil {
		return fmt.Errorf("plan for %s: %w", p.Suspect.Resource, err)
	}
	if again, err := t.again(p); err != nil || again {
		t.leadOf(lead).Checked = "again"
		return err
	}
	number := len(t.c.Revisions) + 1
	t.c.Revisions = append(t.c.Revisions, ledger.Revision{
		Number: number, Suspect: lead, Plan: sealed, Found: p.Suspect.Found, FactsDigest: factsDigest(p.Suspect), Made: t.Now(), Steps: make([]ledger.Step, len(p.Plan.Steps)),
	})
	t.plans[sealed.Digest], t.fresh[number], t.answered = p.Plan, true, true
	t.c.Report.Wanted++
	if len(p.Plan.Steps) == 0 && t.c.Paged == "" {
		t.c.Paged = "riposte has no answer to this, a person must act"
	}
	t.note("confirmed: %s; plan %d: %v", p.Suspect.Title, number, p.Plan.Kinds())
	return nil
}

// together are two findings as one.
func together(a, b []string) []string {
	all := append(slices.Clone(a), b...)
	slices.Sort(all)
	return slices.Compact(all)
}

// spare reports whether nothing needs a suspect any more: it was found before, and no plan is its own.
func (t *attempt) spare(l ledger.Suspect) bool {
	return l.Checked == "again" && !slices.ContainsFunc(t.c.Revisions, func(r ledger.Revision) bool { return r.Suspect == l.Key })
}

// ended reports whether a person, or AWS, has put an end to a step of the revision: the next finding is judged for itself.
func ended(r *ledger.Revision) bool {
	return slices.ContainsFunc(r.Steps, func(s ledger.Step) bool {
		return s.Verdict == "except" || s.State == ledger.Dropped || s.State == ledger.StepFailed || s.State == ledger.StepUndone || s.State == ledger.Stays
	})
}

// watchedOnly reports whether a step of the revision is not to be done.
func watchedOnly(r *ledger.Revision) bool {
	return slices.ContainsFunc(r.Steps, func(s ledger.Step) bool { return s.Verdict == string(gate.Observe) })
}

// factsDigest is the digest of the facts that a check found: what differs later has drifted.
func factsDigest(l playbook.StoredSuspect) string {
	h := sha256.Sum256(l.Facts)
	return hex.EncodeToString(h[:])
}

package decoy

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// record is one planting or removing in the ledger: a case that is opened before anything is changed, and closed by this process. Where
// that dies, the case is dismissed by the riposte that serves the ledger, and says what was begun.
type record struct {
	g        Garden
	c        *ledger.Case
	iam      *iam.Client // narrowed to the user
	requests []string    // ids of the changes made, by which riposte knows its own work again
}

// lease is how long a planting or removing may take.
const lease = 5 * time.Minute

var errBusy = errors.New("the ledger has an open record of this user: another riposte decoy is under way, or was interrupted; try again in five minutes")

// interrupted closes a record of the user whose process has had its time, and did not end it: what it wrote down last stays.
func (g Garden) interrupted(ctx context.Context, user event.Resource) error {
	open, err := g.Store.Cases(ctx, ledger.Filter{Open: true, Root: ledger.RootKey(ID, user)})
	if err != nil {
		return fmt.Errorf("read open records of %s: %w", user, err)
	}
	for _, c := range open {
		written, err := g.Store.History(ctx, c.ID)
		if err != nil {
			return fmt.Errorf("read the history of case %q: %w", c.ID, err)
		}
		if len(written) > 0 && g.Now().Sub(written[len(written)-1].At) < lease {
			return errBusy
		}
		c.State, c.Due, c.Reason = ledger.Failed, time.Time{}, "it was interrupted: what it changed is not known"
		if err := g.Store.Commit(ctx, c, ledger.Write{At: g.Now(), Notes: []string{c.Reason}, EndsLease: true}); err != nil {
			return fmt.Errorf("close case %q, which was interrupted: %w", c.ID, err)
		}
	}
	return nil
}

// begin opens the case. What is to be changed stands in it before it is: a process that dies then leaves where to look.
func (g Garden) begin(ctx context.Context, d Decoy, what string) (*record, error) {
	if err := g.interrupted(ctx, d.User); err != nil {
		return nil, err
	}
	now := g.Now()
	facts, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	lead := playbook.StoredSuspect{
		Playbook: ID, Severity: playbook.Low, Resource: d.User, Title: what, Facts: facts,
		Origin: playbook.Origin{EventID: "decoy " + rand.Text(), Name: "riposte decoy", Occurred: now, Received: now, Place: d.User.Place()},
	}
	ads, err := g.Store.Admit(ctx, now, []playbook.StoredSuspect{lead}, ledger.FirstClaim{Holder: "riposte decoy", Lease: lease})
	if err == nil {
		err = g.Store.Sync(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("write down what is to be done, before it is done: %w", err)
	}
	if len(ads) != 1 || ads[0].Claim == nil {
		return nil, errBusy
	}
	policy, err := Session(d.User)
	if err != nil {
		return nil, err
	}
	r := &record{g: g, c: ads[0].Claim.Case, iam: iam.NewFromConfig(g.Author(d.User.Place(), policy))}
	return r, r.commit(ctx, what+", by "+g.By+" (unproven)", ledger.Write{})
}

// end closes the case with what became of it.
func (r *record) end(ctx context.Context, d Decoy, what string, failed error) error {
	r.c.State, r.c.Due, r.c.Title = ledger.Observed, time.Time{}, what
	if failed != nil {
		r.c.State, what = ledger.Failed, what+": "+failed.Error()
	}
	r.c.Reason, r.c.Suspects[0].Checked = what, "confirmed"
	return r.keep(context.WithoutCancel(ctx), d, what, ledger.Write{EndsLease: true})
}

// note keeps what is known of the decoy by now.
func (r *record) note(ctx context.Context, d Decoy, what string) error {
	return r.keep(ctx, d, what, ledger.Write{})
}

func (r *record) keep(ctx context.Context, d Decoy, what string, w ledger.Write) (err error) {
	if r.c.Suspects[0].Facts, err = json.Marshal(d); err != nil {
		return err
	}
	w.Requests, r.requests = r.requests, nil
	return r.commit(ctx, what, w)
}

func (r *record) commit(ctx context.Context, note string, w ledger.Write) error {
	w.At, w.Notes = r.g.Now(), []string{note}
	if err := r.g.Store.Commit(ctx, r.c, w); err != nil {
		return fmt.Errorf("write down %q: %w", note, err)
	}
	return nil
}

// Planted lists what the ledger has of decoys, oldest first: those that were taken away too, and those whose planting has not ended.
func Planted(ctx context.Context, s ledger.Cases) (all []Decoy, err error) {
	cases, err := s.Cases(ctx, ledger.Filter{Playbook: ID})
	if err != nil {
		return nil, fmt.Errorf("read what was planted: %w", err)
	}
	at := map[string]int{} // by the case of the planting, which all that is written of a decoy names
	for _, c := range cases {
		for _, l := range c.Suspects {
			d, err := of(c, l)
			if err != nil {
				return nil, err
			}
			i, known := at[d.Case]
			switch {
			case known:
				all[i].Removed = all[i].Removed || d.Removed
			case d.UserID == "" && !d.Begun: // nothing was made
			case !d.Removed:
				at[d.Case], all = len(all), append(all, d)
			}
		}
	}
	return all, nil
}

// of is what a record says of a decoy.
func of(c *ledger.Case, l ledger.Suspect) (d Decoy, err error) {
	if err := json.Unmarshal(l.Facts, &d); err != nil {
		return d, fmt.Errorf("case %s: read what was planted: %w", c.ID, err)
	}
	d.Case = cmp.Or(d.Case, c.ID)
	return d, nil
}

// Back says of a record how what it did is taken back.
func Back(c *ledger.Case) string {
	d, err := of(c, c.Suspects[0])
	switch {
	case err != nil:
		return err.Error()
	case d.Removed:
		return "a user that was deleted can't be had back: riposte decoy plant makes another"
	case d.UserID == "" && !d.Begun:
		return "no user was made"
	}
	return "riposte decoy remove " + d.ID()
}

// At is a decoy that is not planted yet.
func At(place event.Place, name string) Decoy {
	place.Region = ""
	return Decoy{User: place.In(event.User, name)}
}

package decoy

import (
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

// begin opens the case.
func (g Garden) begin(ctx context.Context, d Decoy, what string) (*record, error) {
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
	r.c.Reason = what
	facts, err := json.Marshal(d)
	if err != nil {
		return err
	}
	r.c.Suspects[0].Checked, r.c.Suspects[0].Facts = "confirmed", facts
	return r.commit(context.WithoutCancel(ctx), what, ledger.Write{Requests: r.requests, EndsLease: true})
}

func (r *record) commit(ctx context.Context, note string, w ledger.Write) error {
	w.At, w.Notes = r.g.Now(), []string{note}
	if err := r.g.Store.Commit(ctx, r.c, w); err != nil {
		return fmt.Errorf("write down %q: %w", note, err)
	}
	return nil
}

// Planted lists what the ledger has of decoys, oldest first: those that were taken away too.
func Planted(ctx context.Context, s ledger.Cases) (all []Decoy, err error) {
	cases, err := s.Cases(ctx, ledger.Filter{Playbook: ID})
	if err != nil {
		return nil, fmt.Errorf("read what was planted: %w", err)
	}
	at := map[string]int{}
	for _, c := range cases {
		for _, l := range c.Suspects {
			var d Decoy
			if err := json.Unmarshal(l.Facts, &d); err != nil {
				return nil, fmt.Errorf("case %s: read what was planted: %w", c.ID, err)
			}
			i, known := at[d.UserID]
			switch {
			case d.UserID == "": // nothing was made, or it was interrupted before that was known
			case known:
				all[i].Removed = all[i].Removed || d.Removed
			case !d.Removed:
				at[d.UserID], all = len(all), append(all, d)
			}
		}
	}
	return all, nil
}

// At is a decoy that is not planted yet.
func At(place event.Place, name string) Decoy {
	place.Region = ""
	return Decoy{User: place.In(event.User, name)}
}

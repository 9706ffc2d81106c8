package console

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/show"
)

// mostMoments is how many notes of a case's history are shown, the latest of them.
const mostMoments = 300

// moment is one note of a case's history.
type moment struct {
	At    time.Time
	State ledger.State
	Note  string
}

// revision is one version of a case's plan.
type revision struct {
	Number, Superseded int
	Made               time.Time
	Digest             string
	Steps              []string
}

// offer is an order that a case takes, or why the person who looks at it may not give it.
type offer struct {
	Verb ledger.Verb
	Ends string // revoke: the exception
	Says string
	Why  string
}

// dossier is what the page of a case shows.
type dossier struct {
	show.Case
	Outcome   *show.Outcome
	Offers    []offer
	Revisions []revision
	Earlier   int // notes that are left out
	Moments   []moment
	Letters   []letter // that name the case
	Seal      *ledger.Checkpoint
}

// find is the case of a page's address.
func (c *Console) find(r *http.Request) (*ledger.Case, error) {
	id := r.PathValue("id")
	one, err := c.Store.Load(r.Context(), id)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return nil, refused(http.StatusNotFound, "there is no case %q", clip(60, id))
	case err != nil:
		return nil, fmt.Errorf("read case %q: %w", id, err)
	}
	return one, nil
}

// oneCase shows a case: who, what, when, every step, and what can be ordered.
func (c *Console) oneCase(w http.ResponseWriter, r *http.Request, v view) error {
	one, err := c.find(r)
	if err != nil {
		return err
	}
	d := dossier{}
	if d.Case, err = show.Whole(one, c.Codec, c.Config()); err != nil {
		return err
	}
	if c.guest(sessionOf(r)) {
		d.Incident, d.Recent = "", nil
	} else if err := c.beside(r, one, &d); err != nil {
		return err
	}
	history, err := c.Store.History(r.Context(), one.ID)
	if err != nil {
		return fmt.Errorf("read the history of case %q: %w", one.ID, err)
	}
	for _, e := range history {
		for _, note := range e.Notes {
			d.Moments = append(d.Moments, moment{e.At, e.State, note})
		}
	}
	if d.Earlier = max(len(d.Moments)-mostMoments, 0); d.Earlier > 0 {
		d.Moments = d.Moments[d.Earlier:]
	}
	if d.Seal, err = c.Store.SealOf(r.Context(), one.ID); err != nil {
		return fmt.Errorf("read what seals case %q: %w", one.ID, err)
	}
	if d.Offers, err = c.offers(r, one, d.Case); err != nil {
		return err
	}
	if d.Revisions, err = revisions(one, c.Codec); err != nil {
		return err
	}
	if since, err := strconv.ParseInt(r.URL.Query().Get("since"), 10, 64); err == nil {
		o := c.wanted(r, ledger.Verb(r.URL.Query().Get("ordered")))
		came := show.OutcomeOf(one.ID, o, history, since)
		d.Outcome = &came
	}
	v.Title, v.Body = one.Title, d
	return c.show(w, r, http.StatusOK, "case", v)
}

// beside is what else is known around a case: those of its incident, what the actor did beside, and who was told.
func (c *Console) beside(r *http.Request, one *ledger.Case, d *dossier) error {
	if err := show.Beside(r.Context(), c.Store, one, &d.Case); err != nil {
		return err
	}
	letters, err := c.Store.Letters(r.Context(), ledger.LetterFilter{Case: one.ID, Limit: 20})
	if err != nil {
		return fmt.Errorf("read the letters about case %q: %w", one.ID, err)
	}
	for _, l := range letters {
		d.Letters = append(d.Letters, letterOf(l))
	}
	return nil
}

// offers are the orders that the case takes as it stands.
func (c *Console) offers(r *http.Request, one *ledger.Case, shown show.Case) (all []offer, err error) {
	orders := []offer{{Verb: ledger.Approve, Says: "Let it go"}, {Verb: ledger.Dismiss, Says: "Say no"}, {Verb: ledger.Except, Says: "Let it be for a while"},
		{Verb: ledger.Undo, Says: "Take it back"}}
	for _, answer := range []offer{{Verb: ledger.Mine, Says: "It was me"}, {Verb: ledger.NotMine, Says: "It was not me"}} {
		o := c.wanted(r, answer.Verb)
		o.Shown, o.Strong = shown.Shown, time.Time{}
		why, err := app.MayOrder(c.Config(), c.Codec, one, o)
		if err != nil {
			return nil, err
		}
		if why == "" { // to nobody else is it offered
			orders = append(orders, answer)
		}
	}
	for _, x := range one.Excepts(c.Now()) {
		orders = append(orders, offer{Verb: ledger.Revoke, Ends: x.ID(), Says: "End exception " + x.ID()})
	}
	for _, f := range orders {
		o := c.wanted(r, f.Verb)
		o.Shown, o.Ends, o.Strong = one.ShownFor(o), f.Ends, time.Time{} // who may is shown; how lately they signed in is asked on the order's own page
		if app.Possible(one, o) != nil || f.Verb == ledger.Undo && !shown.Undo.Possible {
			continue
		}
		if f.Why, err = app.MayOrder(c.Config(), c.Codec, one, o); err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// wanted is an order of the person who asks.
func (c *Console) wanted(r *http.Request, verb ledger.Verb) ledger.Order {
	one := sessionOf(r)
	o := ledger.Order{Verb: verb, By: one.who, Proven: one.proven, At: c.Now().UTC(), Via: ledger.ByKey}
	if one.proven {
		o.Via, o.Subject = ledger.InConsole, one.subject
		if !one.signedIn.IsZero() {
			o.Strong = o.At.Add(-c.Clock().Sub(one.signedIn)) // a demo's orders are given in its world's time
		}
	}
	return o
}

// revisions are the versions of a plan, newest first.
func revisions(one *ledger.Case, codec action.Codec) (all []revision, err error) {
	for _, r := range slices.Backward(one.Revisions) {
		plan, err := codec.Open(r.Plan)
		if err != nil {
			return nil, fmt.Errorf("case %q: %w", one.ID, err)
		}
		v := revision{Number: r.Number, Superseded: r.Superseded, Made: r.Made, Digest: r.Plan.Digest[:min(len(r.Plan.Digest), 12)]}
		for _, s := range plan.Steps {
			about := s.Ladder[0].Do.About()
			v.Steps = append(v.Steps, about.Kind.Name+" on "+about.Target.String())
		}
		all = append(all, v)
	}
	return all, nil
}

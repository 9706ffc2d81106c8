package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/show"
)

const (
	mostReason = 1000 // characters
	mostTyped  = 3    // names; of more, their number
)

// question is what the page before an order shows.
type question struct {
	show.Case
	Verb   ledger.Verb
	Form   string
	Seen   string // names what the case was when it was shown (ledger.Case.Seen)
	Ends   string
	For    string   // how long, where the order says so
	Finals []string // what has no way back
	Type   string   // what has to be typed, "" nothing
}

// purpose is what a form was made for: this order, of this case, as it was shown.
func purpose(verb ledger.Verb, id, shown, ends, seen string) string {
	return strings.Join([]string{string(verb), id, shown, ends, seen}, " ")
}

// orderPage shows what would be ordered, once more, and asks.
func (c *Console) orderPage(w http.ResponseWriter, r *http.Request) error {
	one, err := c.find(r)
	if err != nil {
		return err
	}
	q := question{Verb: ledger.Verb(r.PathValue("verb")), Ends: r.URL.Query().Get("ends")}
	if q.Case, err = show.Whole(one, c.Codec, c.Config()); err != nil {
		return err
	}
	offers, err := c.offers(r, one, q.Case)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(offers, func(f offer) bool { return f.Verb == q.Verb && f.Ends == q.Ends })
	switch {
	case !slices.Contains([]ledger.Verb{ledger.Approve, ledger.Dismiss, ledger.Except, ledger.Undo, ledger.Revoke, ledger.Mine, ledger.NotMine}, q.Verb):
		return c.nothing(w, r)
	case i < 0:
		return refused(http.StatusConflict, "case %s is %s: it does not take this order any more", one.ID, one.State)
	case offers[i].Why != "":
		return refused(http.StatusForbidden, "%s can't %s case %s: %s", sessionOf(r).who, q.Verb, one.ID, offers[i].Why)
	}
	if usual := map[ledger.Verb]time.Duration{ledger.Except: app.Month, ledger.Undo: engine.ExceptAfter(one)}[q.Verb]; usual > 0 {
		length, err := app.LetBe(c.Config(), c.Codec, one, c.wanted(r, q.Verb), usual)
		if err != nil {
			return err
		}
		q.For = config.Span(length).String()
	}
	finals, targets, err := c.finals(one, q.Verb)
	if err != nil {
		return err
	}
	q.Finals, q.Type = finals, toType(targets)
	switch session := sessionOf(r); {
	case c.fresh(session, q.Type != ""):
	case session.signedIn.IsZero(): // to sign in anew would lead back here, without end
		return refused(http.StatusForbidden, "the provider does not say when you signed in (auth_time): who signs in by it looks, and gives no orders")
	case c.front != nil: // which alone can have a person sign in
		return refused(http.StatusForbidden, "it is too long ago that you signed in for this order: sign in anew where you came in, and come again")
	default:
		http.Redirect(w, r, anew(r), http.StatusSeeOther)
		return nil
	}
	q.Seen = one.Seen()
	q.Form = sessionOf(r).form(purpose(q.Verb, one.ID, q.Shown, q.Ends, q.Seen))
	return c.show(w, r, http.StatusOK, "order", view{Title: offers[i].Says, Body: q})
}

// finals are what of an approval has no way back, and the targets of it that are in production.
func (c *Console) finals(one *ledger.Case, verb ledger.Verb) (all []string, inProduction []event.Resource, err error) {
	if verb != ledger.Approve {
		return nil, nil, nil
	}
	for _, a := range one.Asks(0) {
		for _, r := range one.Revisions {
			if r.Number != a.Revision {
				continue
			}
			plan, err := c.Codec.Open(r.Plan)
			if err != nil {
				return nil, nil, fmt.Errorf("case %q: %w", one.ID, err)
			}
			about := plan.Steps[a.Step].Ladder[a.Rung].Do.About()
			if about.Kind.Final == "" {
				continue
			}
			all = append(all, fmt.Sprintf("%s on %s: %s", about.Kind.Name, about.Target, about.Kind.Final))
			if c.Config().InProduction(about.Target.Account) && !slices.Contains(inProduction, about.Target) {
				inProduction = append(inProduction, about.Target)
			}
		}
	}
	return all, inProduction, nil
}

// toType is each target's name, as the page says it; of many, how many there are, and where.
func toType(targets []event.Resource) string {
	var names, accounts []string
	for _, t := range targets {
		name := t.String()
		names = append(names, name[strings.LastIndexAny(name, "/:")+1:])
		if !slices.Contains(accounts, t.Account) {
			accounts = append(accounts, t.Account)
		}
	}
	if len(names) > mostTyped {
		return fmt.Sprintf("%d in %s", len(names), strings.Join(accounts, " "))
	}
	return show.Plain(strings.Join(names, " "))
}

// order takes an order, and puts it into the case's inbox: the worker that carries the case decides.
func (c *Console) order(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	o := c.wanted(r, ledger.Verb(r.PathValue("verb")))
	id := r.PathValue("id")
	shown, was := r.PostFormValue("shown"), r.PostFormValue("seen")
	o.Ends, o.Reason = r.PostFormValue("ends"), strings.TrimSpace(r.PostFormValue("reason"))
	if err := c.posted(r, purpose(o.Verb, id, shown, o.Ends, was)); err != nil {
		return err
	}
	one, err := c.find(r)
	if err != nil {
		return err
	}
	switch o.Verb {
	case ledger.Approve, ledger.Mine, ledger.NotMine:
		o.Shown = shown
	case ledger.Dismiss, ledger.Except, ledger.Undo:
		if was != one.Seen() {
			return refused(http.StatusConflict, "nothing was ordered: case %s has changed since the page was made: look again", one.ID)
		}
		o.Found = one.Found() // what the page showed, whatever joins on the way
	}
	if err := c.ask(r, one, &o); err != nil {
		return err
	}
	history, err := c.Store.History(r.Context(), one.ID)
	if err != nil {
		return fmt.Errorf("read the history of case %q: %w", one.ID, err)
	}
	since := int64(0)
	if len(history) > 0 {
		since = history[len(history)-1].Seq
	}
	if _, err := app.Order(r.Context(), c.Store, one.ID, o); err != nil {
		return err
	}
	if err := c.carry(r.Context()); err != nil {
		return err
	}
	q := url.Values{"ordered": {string(o.Verb)}, "since": {strconv.FormatInt(since, 10)}}
	http.Redirect(w, r, "/cases/"+url.PathEscape(one.ID)+"?"+q.Encode(), http.StatusSeeOther)
	return nil
}

// ask completes an order by what the form says, and refuses what can't be or may not.
func (c *Console) ask(r *http.Request, one *ledger.Case, o *ledger.Order) error {
	if utf8.RuneCountInString(o.Reason) > mostReason {
		return refused(http.StatusBadRequest, "a reason has at most %d characters", mostReason)
	}
	if o.Verb == ledger.Except || o.Verb == ledger.Undo {
		var length config.Span
		if err := length.UnmarshalText([]byte(r.PostFormValue("for"))); err != nil || length <= 0 {
			return refused(http.StatusBadRequest, "want a length of time, like 36h or 31d")
		}
		o.Except = time.Duration(length)
	}
	_, targets, err := c.finals(one, o.Verb)
	if err != nil {
		return err
	}
	typed := toType(targets)
	if !c.fresh(sessionOf(r), typed != "") {
		return refused(http.StatusForbidden, "it is too long ago that you signed in: nothing was ordered; go back, and sign in again")
	}
	if !typedAs(r, typed) {
		return refused(http.StatusBadRequest, "what has no way back in production takes what the page says, typed: %s; nothing was approved", clip(300, typed))
	}
	if err := app.Possible(one, *o); err != nil {
		return refused(http.StatusConflict, "nothing was ordered: %v", err)
	}
	why, err := app.MayOrder(c.Config(), c.Codec, one, *o)
	if err == nil && why != "" {
		err = refused(http.StatusForbidden, "%s can't %s case %s: %s", o.By, o.Verb, one.ID, why)
	}
	return err
}

// carry has orders carried out where that is done here; a person who gave one and is gone does not cut it short.
func (c *Console) carry(ctx context.Context) error {
	if c.Carry == nil {
		return nil
	}
	c.carries.Lock()
	defer c.carries.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return c.Carry(ctx)
}

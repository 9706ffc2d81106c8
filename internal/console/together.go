package console

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/show"
)

// Of an incident, how many cases are approved at once, so that a person can read them, and among how many open ones they are looked for.
const (
	mostTogether = 20
	mostSearched = 200
)

// question of several cases of an incident: what would be approved, and why some of them are left out.
type together struct {
	Incident string
	Cases    []show.Case
	Barred   []barred
	More     bool // there are others that ask
	Form     string
	Digest   string   // of what each of them is, and asks
	Finals   []string // what has no way back
	Type     string   // what has to be typed, "" nothing

	found []*ledger.Case
}

// barred is a case that asks, and why whoever looks may not approve it.
type barred struct {
	show.Case
	Why string
}

// asking gathers what of an incident asks now, and may be approved by whoever looks.
func (c *Console) asking(r *http.Request, incident string) (together, error) {
	out := together{Incident: incident}
	open, err := c.Store.Cases(r.Context(), ledger.Filter{Incident: incident, Open: true, Limit: mostSearched + 1})
	if err != nil {
		return out, fmt.Errorf("read the incident: %w", err)
	}
	out.More = len(open) > mostSearched
	var inProduction []event.Resource
	sum := sha256.New()
	for _, one := range open[:min(len(open), mostSearched)] {
		o := c.wanted(r, ledger.Approve)
		o.Shown, o.Strong = one.Shown(0), time.Time{} // how lately they signed in is asked for all at once
		if o.Shown == "" || app.Possible(one, o) != nil {
			continue
		}
		if len(out.Cases)+len(out.Barred) == mostTogether {
			out.More = true
			break
		}
		shown, err := show.Whole(one, c.Codec, c.Config())
		if err != nil {
			return out, err
		}
		why, err := app.MayOrder(c.Config(), c.Codec, one, o)
		if err != nil {
			return out, err
		}
		if why != "" {
			out.Barred = append(out.Barred, barred{shown, why})
			continue
		}
		finals, targets, err := c.finals(one, ledger.Approve)
		if err != nil {
			return out, err
		}
		for _, t := range targets {
			if !slices.Contains(inProduction, t) {
				inProduction = append(inProduction, t)
			}
		}
		out.Cases, out.found, out.Finals = append(out.Cases, shown), append(out.found, one), append(out.Finals, finals...)
		fmt.Fprintf(sum, "%s %s %s\n", one.ID, o.Shown, one.Seen())
	}
	out.Type, out.Digest = toType(inProduction), hex.EncodeToString(sum.Sum(nil)[:8])
	return out, nil
}

// together shows all that asks of an incident, once more, and asks for one approval.
func (c *Console) togetherPage(w http.ResponseWriter, r *http.Request) error {
	q, err := c.asking(r, r.PathValue("id"))
	if err != nil {
		return err
	}
	if len(q.Cases)+len(q.Barred) == 0 {
		return refused(http.StatusConflict, "nothing of this incident asks")
	}
	switch one := sessionOf(r); {
	case len(q.Cases) == 0 || c.fresh(one, q.Type != ""):
	case one.signedIn.IsZero() || c.front != nil:
		return refused(http.StatusForbidden, "it is too long ago that you signed in for this order, or nobody says when you did (auth_time)")
	default:
		http.Redirect(w, r, anew(r), http.StatusSeeOther)
		return nil
	}
	q.Form = sessionOf(r).form("together " + q.Incident + " " + q.Digest)
	return c.show(w, r, http.StatusOK, "together", view{Title: "Let all of it go", Body: q})
}

// approveTogether puts an approval into each case's inbox: of what each was on the page, and only if all of them still are.
func (c *Console) approveTogether(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	id, digest, reason := r.PathValue("id"), r.PostFormValue("digest"), strings.TrimSpace(r.PostFormValue("reason"))
	if err := c.posted(r, "together "+id+" "+digest); err != nil {
		return err
	}
	q, err := c.asking(r, id)
	switch {
	case err != nil:
		return err
	case q.Digest != digest:
		return refused(http.StatusConflict, "nothing was approved: what this incident asks has changed since the page was made: look again")
	case utf8.RuneCountInString(reason) > mostReason:
		return refused(http.StatusBadRequest, "a reason has at most %d characters", mostReason)
	case !c.fresh(sessionOf(r), q.Type != ""):
		return refused(http.StatusForbidden, "it is too long ago that you signed in: nothing was approved; go back, and sign in again")
	case !typedAs(r, q.Type):
		return refused(http.StatusBadRequest, "what has no way back in production takes what the page says, typed: %s; nothing was approved", clip(300, q.Type))
	}
	sent, err := c.sendAll(r.Context(), q.found, c.wanted(r, ledger.Approve), reason)
	if err != nil {
		return fmt.Errorf("%d of %d approvals of incident %q were recorded: %w", sent, len(q.found), id, err)
	}
	if err := c.carry(r.Context()); err != nil {
		return err
	}
	http.Redirect(w, r, "/incidents/"+url.PathEscape(id)+"?approved="+strconv.Itoa(sent), http.StatusSeeOther)
	return nil
}

func (c *Console) sendAll(ctx context.Context, cases []*ledger.Case, o ledger.Order, reason string) (sent int, err error) {
	for _, one := range cases {
		o.Shown, o.Reason = one.Shown(0), reason
		if _, err := app.Order(ctx, c.Store, one.ID, o); err != nil {
			return sent, err
		}
		sent++
	}
	return sent, nil
}

// typedAs reports whether a person typed what had to be.
func typedAs(r *http.Request, typed string) bool {
	return typed == "" || slices.Equal(strings.Fields(show.Plain(r.PostFormValue("typed"))), strings.Fields(typed))
}

package console

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/show"
	"github.com/ripostehq/riposte/playbook"
)

// mostExceptions is how many are shown, the first to end first.
const mostExceptions = 100

// exceptional is one exception, as the list shows it.
type exceptional struct {
	show.Exception
	Form string // that ends it, where it came from no case
}

// exceptions lists what is let be, and until when.
func (c *Console) exceptions(w http.ResponseWriter, r *http.Request, v view) error {
	all, err := c.Store.Exceptions(r.Context(), c.Now())
	if err != nil {
		return fmt.Errorf("read the exceptions: %w", err)
	}
	var rows []exceptional
	for _, x := range all[:min(len(all), mostExceptions)] {
		row := exceptional{Exception: show.ExceptionOf(x)}
		if x.Case == "" {
			row.Form = sessionOf(r).form("end " + x.ID())
		}
		rows = append(rows, row)
	}
	v.Title, v.Body = "Exceptions", struct {
		Rows []exceptional
		More int
	}{rows, len(all) - len(rows)}
	return c.show(w, r, http.StatusOK, "exceptions", v)
}

// exceptPage asks what is to be let be, from no case.
func (c *Console) exceptPage(w http.ResponseWriter, r *http.Request) error {
	one := sessionOf(r)
	if !c.fresh(one, false) {
		if one.signedIn.IsZero() || c.front != nil {
			return refused(http.StatusForbidden, "it is too long ago that you signed in for this order, or nobody says when you did (auth_time)")
		}
		http.Redirect(w, r, anew(r), http.StatusSeeOther)
		return nil
	}
	return c.show(w, r, http.StatusOK, "except", view{Title: "Let be, from no case", Body: struct {
		Form, For string
		IDs       []string
	}{one.form("except"), config.Span(app.Month).String(), ids(c.Config())}})
}

// except gives an exception from no case. It is written at once, as a halt is; workers that would go by it ask again whether its giver may.
func (c *Console) except(w http.ResponseWriter, r *http.Request) error {
	if err := c.posted(r, "except"); err != nil {
		return err
	}
	o, of, err := c.letting(r)
	if err != nil {
		return err
	}
	extent, which := app.Extent{}, strings.TrimSpace(r.PostFormValue("of"))
	switch r.PostFormValue("scope") {
	case "resource":
		extent.Resource = which
	case "account":
		extent.Account = which
	case "actor":
		extent.Actor = which
	}
	if _, err := app.Let(r.Context(), c.Config(), c.Store, of, extent, o); err != nil {
		return refused(http.StatusBadRequest, "nothing was let be: %v", err)
	}
	http.Redirect(w, r, "/exceptions", http.StatusSeeOther)
	return nil
}

// letting reads the form of an exception from no case.
func (c *Console) letting(r *http.Request) (o ledger.Order, of playbook.Definition, err error) {
	o = c.wanted(r, ledger.Except)
	o.Reason, o.Any = strings.TrimSpace(r.PostFormValue("reason")), r.PostFormValue("any") != ""
	var length config.Span
	wrong := length.UnmarshalText([]byte(r.PostFormValue("for")))
	o.Except = time.Duration(length)
	of, known := c.definition(r.PostFormValue("playbook"))
	switch {
	case !c.fresh(sessionOf(r), false):
		err = refused(http.StatusForbidden, "it is too long ago that you signed in: nothing was let be; go back, and sign in again")
	case !known:
		err = refused(http.StatusBadRequest, "there is no playbook %q", clip(60, r.PostFormValue("playbook")))
	case wrong != nil || length <= 0:
		err = refused(http.StatusBadRequest, "want a length of time, like 36h or 31d")
	case o.Reason == "" || utf8.RuneCountInString(o.Reason) > mostReason:
		err = refused(http.StatusBadRequest, "say why, in at most %d characters", mostReason)
	}
	return o, of, err
}

func (c *Console) definition(id string) (playbook.Definition, bool) {
	all := c.Config().Playbooks
	i := slices.IndexFunc(all, func(p playbook.Playbook) bool { return p.ID == id })
	if i < 0 {
		return playbook.Definition{}, false
	}
	return all[i].Definition, true
}

// endAlone ends an exception that came from no case.
func (c *Console) endAlone(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	id := r.PostFormValue("ends")
	if err := c.posted(r, "end "+id); err != nil {
		return err
	}
	if !c.fresh(sessionOf(r), false) {
		return refused(http.StatusForbidden, "it is too long ago that you signed in: nothing was ended; sign in again")
	}
	all, err := c.Store.Exceptions(r.Context(), c.Now())
	if err != nil {
		return fmt.Errorf("read the exceptions: %w", err)
	}
	i := slices.IndexFunc(all, func(x ledger.Exception) bool { return x.Case == "" && x.ID() == id })
	if i < 0 {
		return refused(http.StatusConflict, "the exception is not in force any more")
	}
	of, known := c.definition(all[i].Playbook)
	if !known { // of a playbook that is gone: it may do anything
		of = playbook.Definition{ID: all[i].Playbook}
	}
	o := c.wanted(r, ledger.Revoke)
	o.Ends = id
	if err := app.EndAlone(r.Context(), c.Config(), c.Store, of, all[i], o); err != nil {
		return refused(http.StatusForbidden, "nothing was ended: %v", err)
	}
	http.Redirect(w, r, "/exceptions", http.StatusSeeOther)
	return nil
}

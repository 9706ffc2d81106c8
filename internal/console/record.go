package console

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// entry is one playbook, as the list shows it.
type entry struct {
	playbook.Definition
	Mode string
}

// playbooks lists what riposte finds, and how far it goes.
func (c *Console) playbooks(w http.ResponseWriter, r *http.Request) error {
	by := c.Config()
	var all []entry
	for _, p := range by.Playbooks {
		all = append(all, entry{p.Definition, by.Modes(p.ID, c.Now())})
	}
	return c.show(w, r, http.StatusOK, "playbooks", view{Title: "Playbooks", Body: all})
}

// playbook explains one.
func (c *Console) playbook(w http.ResponseWriter, r *http.Request) error {
	by, id := c.Config(), r.PathValue("id")
	i := slices.IndexFunc(by.Playbooks, func(p playbook.Playbook) bool { return p.ID == id })
	if i < 0 {
		return refused(http.StatusNotFound, "there is no playbook %q", clip(60, id))
	}
	d := by.Playbooks[i].Definition
	return c.show(w, r, http.StatusOK, "playbook", view{Title: d.Title, Body: struct {
		entry
		Why []string // paragraphs
	}{entry{d, by.Modes(d.ID, c.Now())}, strings.Split(d.Why, "\n\n")}})
}

// brakes is what the page of halts shows.
type brakes struct {
	On   []ledger.Brake
	Form string
	Off  []string // forms, one for each that is on
	IDs  []string // of playbooks

	Names []string // of the halts that are on: a release is of the one that was shown
}

// named tells a halt from another of the same scope.
func named(b ledger.Brake) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %s %q", b.Scope, b.At.UTC().Format(time.RFC3339Nano), b.By))
	return hex.EncodeToString(sum[:8])
}

// haltPage shows what is halted, and asks for more.
func (c *Console) haltPage(w http.ResponseWriter, r *http.Request) error {
	on, err := c.Store.Brakes(r.Context())
	if err != nil {
		return fmt.Errorf("read the brakes: %w", err)
	}
	b := brakes{On: on, Form: sessionOf(r).form("halt"), IDs: ids(c.Config())}
	for _, one := range on {
		b.Names = append(b.Names, named(one))
		b.Off = append(b.Off, sessionOf(r).form("release "+one.Scope+" "+named(one)))
	}
	return c.show(w, r, http.StatusOK, "halt", view{Title: "Halt", Body: b})
}

func ids(by *config.Config) (all []string) {
	for _, p := range by.Playbooks {
		all = append(all, p.ID)
	}
	return all
}

// halt sets a brake: anybody may whom the configuration names, but whoever is an actor of an open case, high or worse.
func (c *Console) halt(w http.ResponseWriter, r *http.Request) error {
	if err := c.posted(r, "halt"); err != nil {
		return err
	}
	if err := c.unkept(r); err != nil {
		return err
	}
	b := ledger.Brake{Scope: strings.TrimSpace(r.PostFormValue("scope")), By: sessionOf(r).who, At: c.Now().UTC(), Reason: strings.TrimSpace(r.PostFormValue("reason"))}
	if err := app.Scope(b.Scope, ids(c.Config())); err != nil {
		return refused(http.StatusBadRequest, "nothing was halted: %v", err)
	}
	if utf8.RuneCountInString(b.Reason) > mostReason {
		return refused(http.StatusBadRequest, "a reason has at most %d characters", mostReason)
	}
	if err := c.Store.Halt(r.Context(), b); err != nil {
		return fmt.Errorf("halt %s: %w", b.Scope, err)
	}
	http.Redirect(w, r, "/halt", http.StatusSeeOther)
	return nil
}

// unkept refuses a halt, or its release, or a letter sent again, by an actor of an open case, and by who may look alone. Who has the key has no name that could be one's.
func (c *Console) unkept(r *http.Request) error {
	one := sessionOf(r)
	if !one.proven {
		return nil
	}
	if !c.Config().Known(one.who) {
		return refused(http.StatusForbidden, "%s may look (console.viewers), and no more", one.who)
	}
	id, err := app.KeptBy(r.Context(), c.Store, c.Config(), one.who)
	if err != nil {
		return err
	}
	if id != "" {
		c.Log.Warn("an order was refused: its giver is an actor of an open case", "address", one.who, "case", id)
		return refused(http.StatusForbidden, "%s is an actor of case %s, which is open, and orders nothing until it is closed", one.who, id)
	}
	return nil
}

// release takes a brake off.
func (c *Console) release(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	scope, name := r.PostFormValue("scope"), r.PostFormValue("halt")
	if err := c.posted(r, "release "+scope+" "+name); err != nil {
		return err
	}
	one, may := sessionOf(r), c.Config().Approvers()
	if one.proven && len(may) > 0 && (!slices.Contains(may, one.who) || !c.fresh(one, false)) {
		return refused(http.StatusForbidden, "to release takes an approver who has signed in within the hour: nothing was released")
	}
	if err := c.unkept(r); err != nil {
		return err
	}
	on, err := c.Store.Brakes(r.Context())
	if err != nil {
		return fmt.Errorf("read the brakes: %w", err)
	}
	if slices.ContainsFunc(on, func(b ledger.Brake) bool { return b.Scope == scope && named(b) != name }) {
		return refused(http.StatusConflict, "%s was halted anew since the page was made: nothing was released; look again", clip(100, scope))
	}
	was, err := c.Store.Release(r.Context(), c.Now().UTC(), scope, one.who)
	switch {
	case err != nil:
		return fmt.Errorf("release %s: %w", scope, err)
	case !was:
		return refused(http.StatusConflict, "%s is not halted any more", clip(100, scope))
	}
	if err := c.carry(r.Context()); err != nil {
		return err
	}
	http.Redirect(w, r, "/halt", http.StatusSeeOther)
	return nil
}

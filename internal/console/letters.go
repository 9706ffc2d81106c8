package console

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/ripostehq/riposte/internal/ledger"
)

// mostLetters is how many a page shows, the newest.
const mostLetters = 100

// letter is one, as pages show it.
type letter struct {
	*ledger.Letter
	State string // sent, owed, failed
	About string // address of the page that it is about, "" none
	Form  string // that has it sent again, where it failed
}

func letterOf(l *ledger.Letter) letter {
	out := letter{Letter: l, State: "sent"}
	switch {
	case l.Failed:
		out.State = "failed"
	case l.Owed():
		out.State = "owed"
	}
	kind, id, _ := strings.Cut(l.Matter, "/")
	switch kind {
	case "incident":
		out.About = "/incidents/" + id
	case "case":
		out.About = "/cases/" + id
	case "exception":
		out.About = "/exceptions"
	}
	return out
}

// letters lists who was told what, what is owed, and what failed.
func (c *Console) letters(w http.ResponseWriter, r *http.Request, v view) error {
	q := r.URL.Query()
	f := ledger.LetterFilter{Failed: q.Get("failed") != "", Owed: q.Get("owed") != "", Limit: mostLetters + 1}
	found, err := c.Store.Letters(r.Context(), f)
	if err != nil {
		return fmt.Errorf("read the letters: %w", err)
	}
	var rows []letter
	for _, l := range found[:min(len(found), mostLetters)] {
		row := letterOf(l)
		if l.Failed {
			row.Form = sessionOf(r).form("again " + l.ID)
		}
		rows = append(rows, row)
	}
	v.Title, v.Body = "Letters", struct {
		Rows []letter
		Most int
		More bool
		ledger.LetterFilter
	}{rows, mostLetters, len(found) > mostLetters, f}
	return c.show(w, r, http.StatusOK, "letters", v)
}

// again owes a letter that failed once more: it is written from the present, as any is. Whoever the configuration knows may have it sent.
func (c *Console) again(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	id := r.PostFormValue("letter")
	if err := c.posted(r, "again "+id); err != nil {
		return err
	}
	if err := c.unkept(r); err != nil {
		return err
	}
	l, err := c.Store.Letter(r.Context(), id)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return refused(http.StatusNotFound, "there is no letter %q any more", clip(60, id))
	case err != nil:
		return fmt.Errorf("read letter %q: %w", id, err)
	case !l.Failed:
		return refused(http.StatusConflict, "the letter to %s has not failed: nothing was sent again", clip(100, l.To))
	}
	if err := c.Store.Post(r.Context(), c.Now(), ledger.Line{LetterKey: l.LetterKey, Due: c.Now(), Notice: true, Urgent: l.Urgent}); err != nil {
		return fmt.Errorf("send letter %q again: %w", id, err)
	}
	http.Redirect(w, r, "/letters", http.StatusSeeOther)
	return nil
}

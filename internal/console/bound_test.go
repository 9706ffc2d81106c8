package console_test

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/ledger"
)

// joins has another launch found for the case, after a page of it was made.
func (s *stage) joins(id, found string) {
	s.Helper()
	claimed, err := s.store.Claim(s.Context(), s.w.Now().Add(1e15), "other", time.Second)
	s.must(err)
	if claimed == nil || claimed.Case.ID != id {
		s.Fatal(claimed)
	}
	claimed.Case.Revisions[0].Found = append(claimed.Case.Revisions[0].Found, found)
	s.must(s.store.Commit(s.Context(), claimed.Case, ledger.Write{At: s.w.Now(), EndsLease: true}))
}

// What joined after the page was made is neither let be nor said no to: the page shows what was found, and its form is of that.
func TestAnOrderIsOfWhatWasFound(t *testing.T) {
	for verb, more := range map[string][]string{"dismiss": nil, "except": {"for", "31d"}} {
		s := set(t, asking)
		s.login()
		c := s.attack()
		path := "/cases/" + c.ID + "/" + verb
		page := s.page(path)
		s.says(page, c.Found()[0])
		form := s.filled(page, path, more...)
		s.joins(c.ID, "image ami-0bbbbbbbbbbbbbbbb")
		a := s.ask("POST", path, form)
		if a.status != http.StatusConflict {
			t.Errorf("%s: %d", verb, a.status)
		}
		s.says(a.body, "has changed since the page was made: look again")
		page = s.page(path)
		s.says(page, "image ami-0bbbbbbbbbbbbbbbb")
		again := s.filled(page, path, more...)
		forged := url.Values{"seen": {form.Get("seen")}, "form": {again.Get("form")}, "shown": {again.Get("shown")}, "for": {"31d"}}
		if a := s.ask("POST", path, forged); a.status != http.StatusForbidden {
			t.Errorf("%s, by the form of another page: %d", verb, a.status)
		}
		if a := s.ask("POST", path, s.filled(s.page(path), path, more...)); a.status != http.StatusSeeOther {
			t.Errorf("%s, looked at again: %d %s", verb, a.status, a.body)
		}
	}
}

// What joins between the order and the worker that takes it is not let be.
func TestAnExceptionIsOfWhatThePageShowed(t *testing.T) {
	s := set(t, asking)
	s.login()
	c := s.attack()
	if a := s.order(c.ID, "except", "for", "31d"); a.status != http.StatusSeeOther {
		t.Fatal(a.status, a.body)
	}
	s.joins(c.ID, "image ami-0bbbbbbbbbbbbbbbb")
	s.work()
	now := s.load(c.ID)
	if len(now.Granted) != 1 || now.Granted[0].Covers([]string{"image ami-0bbbbbbbbbbbbbbbb"}) || !now.Granted[0].Covers(c.Found()) {
		t.Errorf("%+v", now.Granted)
	}
}

// What joins between the look at a form and the inbox is not let be either: the order carries what was shown.
func TestAnOrderKeepsWhatItIsOf(t *testing.T) {
	s := set(t, asking)
	c := s.attack()
	o := ledger.Order{Verb: ledger.Except, By: "ann", At: s.w.Now(), Except: time.Hour, Found: c.Found()}
	s.joins(c.ID, "image ami-0bbbbbbbbbbbbbbbb")
	if _, err := app.Order(t.Context(), s.store, c.ID, o); err != nil {
		t.Fatal(err)
	}
	s.work()
	now := s.load(c.ID)
	if len(now.Granted) != 1 || now.Granted[0].Covers([]string{"image ami-0bbbbbbbbbbbbbbbb"}) {
		t.Errorf("%+v", now.Granted)
	}
}

// Another halt than the page showed stays.
func TestAReleaseIsOfTheHaltThatWasShown(t *testing.T) {
	s := set(t, asking)
	s.login()
	s.must(s.store.Halt(t.Context(), brake("all")))
	form := s.filled(s.page("/halt"), "/release")
	if _, err := s.store.Release(t.Context(), s.w.Now(), "all", "bob"); err != nil {
		t.Fatal(err)
	}
	other := brake("all")
	other.By, other.At = "bob", s.w.Now().Add(time.Minute)
	s.must(s.store.Halt(t.Context(), other))
	a := s.ask("POST", "/release", form)
	if on, err := s.store.Brakes(t.Context()); a.status != http.StatusConflict || err != nil || len(on) != 1 {
		t.Errorf("%d, %v, %v", a.status, on, err)
	}
	if a := s.ask("POST", "/release", s.filled(s.page("/halt"), "/release")); a.status != http.StatusSeeOther {
		t.Errorf("looked at again: %d %s", a.status, a.body)
	}
}

// Behind two hundred newer cases something may ask: the overview does not say that nothing does.
func TestTheOverviewSaysHowFarItLooked(t *testing.T) {
	s := set(t, asking)
	s.login()
	s.says(s.page("/"), "Asked of people Nothing.")
	for i := range 201 {
		s.planted(i, "web-"+strconv.Itoa(i))
	}
	s.says(s.page("/"), "Asked of people None among the newest 200 open cases; there are more")
}

// More ask than the overview shows, and it says how many.
func TestTheOverviewCountsWhatAsks(t *testing.T) {
	s := set(t, asking)
	s.login()
	c := s.attack()
	for i := range 21 {
		other := s.planted(i, "web-"+strconv.Itoa(i))
		claimed, err := s.store.Claim(t.Context(), s.w.Now().Add(2*time.Hour), "other", time.Second)
		s.must(err)
		if claimed == nil {
			t.Fatal("no case", other.ID)
		}
		claimed.Case.Revisions, claimed.Case.State, claimed.Case.Due = c.Revisions, ledger.Asked, s.w.Now().Add(300*time.Hour)
		s.must(s.store.Commit(t.Context(), claimed.Case, ledger.Write{At: s.w.Now(), EndsLease: true}))
	}
	s.says(s.page("/"), "2 more ask: asked , held .")
}

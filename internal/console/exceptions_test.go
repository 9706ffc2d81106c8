package console_test

import (
	"net/http"
	"testing"
)

// An exception is given from no case, of what was found; an approver lets be whatever is found, and ends it.
func TestAnExceptionFromNoCase(t *testing.T) {
	s := set(t, staffed)
	p := s.signsIn()
	c := s.attack()
	give := func(who string, more ...string) answer {
		t.Helper()
		p.as(who)
		s.passes(1e9)
		return s.ask("POST", "/exceptions", s.filled(s.page("/exceptions/new"), "/exceptions", append([]string{
			"playbook", "launch.unapproved-image", "scope", "resource", "of", c.Root.String(), "for", "31d", "reason", "known",
		}, more...)...))
	}
	for name, a := range map[string]answer{
		"a reader": give("eve@example.com"), "no reason": give("ann@example.com", "reason", " "), "a month": give("ann@example.com", "for", "a month"),
		"no playbook": give("ann@example.com", "playbook", "none"), "nowhere": give("ann@example.com", "of", "x"), "no scope": give("ann@example.com", "scope", "all"),
	} {
		if a.status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	s.says(s.page("/exceptions"), "None.")
	if a := give("ann@example.com"); a.status != http.StatusSeeOther {
		t.Fatal(a.status, text(a.body))
	}
	if a := give("ann@example.com", "scope", "account", "of", "111122223333", "any", "on", "for", "30d"); a.status != http.StatusSeeOther {
		t.Fatal(a.status, text(a.body))
	}
	all := s.page("/exceptions")
	s.says(all, c.Found()[0])
	s.says(all, "whatever is found")
	p.as("eve@example.com")
	all = s.page("/exceptions")
	if a := s.ask("POST", "/exceptions/end", s.filled(all, "/exceptions/end")); a.status != http.StatusForbidden {
		t.Errorf("ended by a reader: %d", a.status)
	}
	for range 2 {
		p.as("bob@example.com")
		if a := s.ask("POST", "/exceptions/end", s.filled(s.page("/exceptions"), "/exceptions/end")); a.status != http.StatusSeeOther {
			t.Errorf("ended by an approver: %d %s", a.status, text(a.body))
		}
	}
	s.says(s.page("/exceptions"), "None.")
}

// The page of an exception says a month, or what whoever reads it may at most, so that what it says is taken.
func TestAnExceptionIsAsLongAsItsGiverMay(t *testing.T) {
	s := set(t, staffed+"exceptions: {contain: 7d, owner: 36h, production: 90d}\n")
	p := s.signsIn()
	c := s.attack()
	p.as("ann@example.com")
	path := "/cases/" + c.ID + "/except"
	form := s.filled(s.page(path), path)
	if form.Get("for") != "7d" && form.Get("for") != "36h0m0s" {
		t.Errorf("for %q", form.Get("for"))
	}
	if a := s.ask("POST", path, form); a.status != http.StatusSeeOther {
		t.Errorf("%d %s", a.status, text(a.body))
	}
}

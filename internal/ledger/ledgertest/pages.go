package ledgertest

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/ledger"
)

// page reads one page, of two cases.
func (s *stage) page(f ledger.Filter, before string) (ids []string, next string) {
	s.Helper()
	found, next, err := s.Page(s.Context(), f, before, 2)
	s.must(err)
	for _, c := range found {
		ids = append(ids, c.ID)
	}
	return ids, next
}

// pages: a person reads on while cases are opened and closed.
func pages(s *stage) {
	if got, next := s.page(ledger.Filter{}, ""); len(got) > 0 || next != "" {
		s.Errorf("an empty ledger has a page: %q, next %q", got, next)
	}
	var ids []string
	for n := range 5 {
		ids = append(ids, s.open(fmt.Sprint("i-", n)))
		s.after(time.Second)
	}
	slices.Reverse(ids)
	first, next := s.page(ledger.Filter{}, "")
	opened := s.open("i-new")
	s.must(s.commit(s.load(ids[2]), ledger.Dismissed, never, ledger.Write{}))
	second, next := s.page(ledger.Filter{}, next)
	third, end := s.page(ledger.Filter{}, next)
	if d := cmp.Diff([][]string{ids[:2], ids[2:4], ids[4:]}, [][]string{first, second, third}); d != "" || end != "" {
		s.Errorf("pages, next %q: %s", end, d)
	}
	if got, _ := s.page(ledger.Filter{}, ""); !slices.Equal(got, []string{opened, ids[0]}) {
		s.Errorf("the newest page is %q", got)
	}
	if got, next := s.page(ledger.Filter{State: ledger.Dismissed}, opened); !slices.Equal(got, ids[2:3]) || next != "" {
		s.Errorf("the dismissed are %q, next %q", got, next)
	}
	if got, next := s.page(ledger.Filter{Open: true}, ids[1]); !slices.Equal(got, ids[3:5]) || next != "" {
		s.Errorf("what is open beyond a closed case: %q, next %q", got, next)
	}
	c := s.load(ids[4])
	if got, next := s.page(ledger.Filter{Root: ledger.RootKey(c.Playbook, c.Root), Open: true}, ""); !slices.Equal(got, ids[4:]) || next != "" {
		s.Errorf("on a root: %q, next %q", got, next)
	}
}

// rarePages: what fits lies far apart, and is met once however many pages that takes.
func rarePages(s *stage) {
	var rare, actors []string
	for n := range 7 {
		l := by(fmt.Sprint("e-", n), fmt.Sprint("i-", n), "mallory")
		if n%3 == 0 {
			l.Playbook, l.Resource.Account = "launch.unapproved-template", "444455556666"
		}
		id := s.admit(l)[0].Case
		if actors = append(actors, id); n%3 == 0 {
			rare = append(rare, id)
		}
		s.after(time.Second)
	}
	slices.Reverse(rare)
	slices.Reverse(actors)
	for _, x := range []struct {
		name   string
		filter ledger.Filter
		want   []string
	}{
		{"of a playbook", ledger.Filter{Playbook: "launch.unapproved-template"}, rare},
		{"of an account that waits", ledger.Filter{Account: "444455556666", State: ledger.Suspected}, rare},
		{"of an incident", ledger.Filter{Incident: actors[6]}, actors},
		{"of an account and an incident", ledger.Filter{Incident: actors[6], Account: "444455556666"}, rare},
		{"of nobody", ledger.Filter{Account: "777788889999"}, nil},
	} {
		for some := range 4 {
			var got []string
			for c, err := range ledger.Newest(s.Context(), s.Store, x.filter, some+1) {
				s.must(err)
				got = append(got, c.ID)
			}
			if d := cmp.Diff(x.want, got); d != "" {
				s.Errorf("%s, %d at a time: %s", x.name, some+1, d)
			}
		}
	}
}

// marks: each thing that happens changes the mark, and looking changes nothing.
func marks(s *stage) {
	mark := func() string {
		s.Helper()
		m, err := s.Mark(s.Context())
		s.must(err)
		return m
	}
	last := mark()
	var id string
	for _, x := range []struct {
		name string
		do   func()
	}{
		{"a case is opened", func() { id = s.open("i-1") }},
		{"it acts", func() { s.must(s.commit(s.load(id), ledger.Acting, time.Minute, ledger.Write{})) }},
		{"it is contained", func() { s.must(s.commit(s.load(id), ledger.Contained, 2*time.Minute, ledger.Write{})) }},
		{"an order comes", func() { s.send(id, order(ledger.Undo, "o-1")) }},
		{"it closes", func() {
			s.must(s.commit(s.load(id), ledger.Dismissed, never, ledger.Write{Taken: []string{"o-1"}}))
		}},
		{"a checkpoint seals it", func() { _, err := s.Checkpoint(s.Context(), s.now); s.must(err) }},
		{"another opens and closes between two looks", func() {
			other := s.open("i-2")
			s.must(s.commit(s.load(other), ledger.Dismissed, never, ledger.Write{}))
		}},
		{"a brake goes on", func() { s.must(s.Halt(s.Context(), ledger.Brake{Scope: "all", By: "alice", At: s.now})) }},
		{"and off", func() { _, err := s.Release(s.Context(), s.now, "all", "alice"); s.must(err) }},
	} {
		s.after(time.Second)
		if x.do(); mark() == last {
			s.Errorf("%s, and the mark is the same", x.name)
		}
		last = mark()
		if s.page(ledger.Filter{}, ""); mark() != last {
			s.Errorf("%s: the mark changes with a look", x.name)
		}
	}
}

package ledgertest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
)

func effects(s *stage) {
	one, two := s.open("i-1"), s.open("i-2")
	e := &ledger.Effect{Key: "autoscaling.suspend web", Owners: []string{one},
		Action: action.Stored{Kind: "autoscaling.suspend", Version: 1, Data: []byte(`{"group":"web"}`)}}
	s.must(s.commit(s.load(one), ledger.Acting, 0, ledger.Write{Effects: []*ledger.Effect{e}}))
	shared, err := s.Effect(s.Context(), e.Key)
	s.must(err)
	if d := cmp.Diff(e, shared); d != "" || e.Version == 0 {
		s.Fatalf("read back at version %d: %s", e.Version, d)
	}
	shared.Owners = append(shared.Owners, two)
	s.must(s.commit(s.load(two), ledger.Acting, 0, ledger.Write{Effects: []*ledger.Effect{shared}}))
	shared.Owners = []string{two}
	s.must(s.commit(s.load(one), ledger.Undoing, 0, ledger.Write{Effects: []*ledger.Effect{shared}}))
	all, err := s.Effects(s.Context())
	s.must(err)
	if len(all) != 1 || fmt.Sprint(all[0].Owners) != fmt.Sprint([]string{two}) {
		s.Fatalf("while one case wants it: %+v", all)
	}
	shared.Owners, shared.Undos = nil, []action.Stored{{Kind: "autoscaling.resume", Version: 1, Data: []byte(`{"group":"web"}`)}}
	s.must(s.commit(s.load(two), ledger.Undoing, 0, ledger.Write{Effects: []*ledger.Effect{shared}}))
	if all, err = s.Effects(s.Context()); err != nil || len(all) != 0 {
		s.Fatalf("no case wants it, and it stands: %+v, %v", all, err)
	}
	kept, err := s.Effect(s.Context(), e.Key)
	s.must(err)
	if d := cmp.Diff(shared, kept, cmpopts.EquateEmpty()); d != "" {
		s.Fatalf("its way back is lost: %s", d)
	}
	s.mustVerify()
	shared.Undos = nil
	s.must(s.commit(s.load(two), ledger.Undoing, 0, ledger.Write{Effects: []*ledger.Effect{shared}}))
	if gone, err := s.Effect(s.Context(), e.Key); err != nil || gone != nil || shared.Version != 0 {
		s.Fatalf("no case wants it: %+v, %v", gone, err)
	}
	s.mustVerify()
}

func comeback(s *stage) {
	one, two := s.open("i-1"), s.open("i-2")
	before, err := s.Generation(s.Context())
	s.must(err)
	for _, id := range []string{one, two, one, two, one} {
		e := &ledger.Effect{Key: "k", Owners: []string{id}}
		s.must(s.commit(s.load(id), ledger.Acting, 0, ledger.Write{Effects: []*ledger.Effect{e}}))
		e.Owners = nil
		s.must(s.commit(s.load(one), ledger.Acting, 0, ledger.Write{Effects: []*ledger.Effect{e}}))
	}
	s.mustVerify()
	last := &ledger.Effect{Key: "k", Owners: []string{two}}
	s.must(s.commit(s.load(two), ledger.Acting, 0, ledger.Write{Effects: []*ledger.Effect{last}}))
	s.mustVerify()
	if after, err := s.Generation(s.Context()); err != nil || after == before {
		s.Errorf("effects came and went, and their generation is %d as before, %v", after, err)
	}
}

func clash(s *stage) {
	one, two := s.open("i-1"), s.open("i-2")
	mine := &ledger.Effect{Key: "k", Owners: []string{one}}
	theirs := &ledger.Effect{Key: "k", Owners: []string{two}}
	s.must(s.commit(s.load(one), ledger.Acting, 0, ledger.Write{Effects: []*ledger.Effect{mine}}))
	c := s.load(two)
	if err := s.commit(c, ledger.Acting, 0, ledger.Write{Effects: []*ledger.Effect{theirs}}); !errors.Is(err, ledger.ErrStale) {
		s.Fatalf("an effect was made twice: %v", err)
	}
	theirs.Version = mine.Version
	theirs.Owners = []string{one, two}
	s.must(s.commit(c, ledger.Acting, 0, ledger.Write{Effects: []*ledger.Effect{theirs}}))
	if err := s.commit(s.load(one), ledger.Acting, 0, ledger.Write{Effects: []*ledger.Effect{mine}}); !errors.Is(err, ledger.ErrStale) {
		s.Fatalf("an effect was written over that another case had joined: %v", err)
	}
	mine.Owners = nil
	if err := s.commit(s.load(one), ledger.Acting, 0, ledger.Write{Effects: []*ledger.Effect{mine}}); !errors.Is(err, ledger.ErrStale) {
		s.Fatalf("an effect was dropped that another case had joined: %v", err)
	}
}

func atomic(s *stage) {
	id := s.open("i-1")
	c := s.mustClaim("a", id).Case
	s.send(id, order(ledger.Approve, "o-1"))
	s.must(s.commit(c, ledger.Acting, 0, ledger.Write{Reserve: []ledger.Reservation{place("b", "first", s.now, 1)}}))
	before := *s.load(id)
	v := s.mustVerify()
	err := s.commit(c, ledger.Contained, time.Second, ledger.Write{
		Taken: []string{"o-1"}, Effects: []*ledger.Effect{{Key: "k", Owners: []string{id}}}, Requests: []string{"r-1"},
		Reserve: []ledger.Reservation{place("other", "second", s.now, 1), place("b", "second", s.now, 1)},
	})
	if !errors.Is(err, ledger.ErrLimit) {
		s.Fatal(err)
	}
	if d := cmp.Diff(before, *s.load(id)); d != "" {
		s.Error(d)
	}
	e, _ := s.Effect(s.Context(), "k")
	own, _ := s.Own(s.Context(), "r-1")
	n := s.count("other", time.Time{}, "")
	if e != nil || own || n != 0 || s.mustVerify().Entries != v.Entries {
		s.Errorf("left behind: effect %v, request %t, %d places", e, own, n)
	}
	s.after(time.Minute)
	if got := keys(s.mustClaim("a", id).Inbox); got != "[o-1]" {
		s.Errorf("inbox %s", got)
	}
}

func place(bucket, incident string, at time.Time, limit int) ledger.Reservation {
	return ledger.Reservation{Bucket: bucket, Incident: incident, At: at, Since: at.Add(-time.Hour), Max: limit}
}

func limit(s *stage) {
	const contenders, places = 12, 5
	var wg sync.WaitGroup
	got := make(chan error, contenders)
	for i := range contenders {
		id := s.open(fmt.Sprint("i-", i))
		wg.Go(func() {
			c, err := s.Load(s.Context(), id)
			if err != nil {
				s.Error(err)
				return
			}
			c.State = ledger.Acting
			got <- s.Commit(s.Context(), c, ledger.Write{At: s.now, Reserve: []ledger.Reservation{place("destroy", id, s.now, places)}})
		})
	}
	wg.Wait()
	close(got)
	passed := 0
	for err := range got {
		switch {
		case err == nil:
			passed++
		case !errors.Is(err, ledger.ErrLimit):
			s.Error(err)
		}
	}
	n := s.count("destroy", s.now.Add(-time.Hour), "")
	if passed != places || n != places {
		s.Errorf("%d of %d passed, %d are counted, want %d", passed, contenders, n, places)
	}
	s.mustVerify()
}

func window(s *stage) {
	c := s.load(s.open("i-1"))
	reserve := func(incident string, limit int) error {
		return s.commit(c, ledger.Acting, 0, ledger.Write{Reserve: []ledger.Reservation{place("b", incident, s.now, limit)}})
	}
	s.must(reserve("one", 1))
	s.must(reserve("one", 1))
	if err := reserve("two", 1); !errors.Is(err, ledger.ErrLimit) {
		s.Fatalf("a second incident in a limit of one: %v", err)
	}
	s.must(reserve("two", 0)) // counted, never refused
	if n := s.count("b", s.now.Add(-time.Hour), "one"); n != 1 {
		s.Errorf("%d incidents besides one", n)
	}
	c = s.load(c.ID)
	s.must(s.commit(c, ledger.Acting, 0, ledger.Write{Reserve: []ledger.Reservation{place("b", "two", s.now, 1), place("other", "two", s.now, 1)}}))
	if n := s.count("other", time.Time{}, ""); n != 1 {
		s.Errorf("an incident that has its place in one bucket takes none in the other: %d", n)
	}
	s.after(2 * time.Hour)
	s.must(reserve("three", 1))
	if err := reserve("one", 1); !errors.Is(err, ledger.ErrLimit) {
		s.Errorf("an incident of yesterday needs a place of its own today: %v", err)
	}
	s.mustVerify()
}

func own(s *stage) {
	c := s.load(s.open("i-1"))
	s.must(s.commit(c, ledger.Acting, 0, ledger.Write{Requests: []string{"r-1", "r-2"}}))
	s.must(s.commit(c, ledger.Acting, 0, ledger.Write{Requests: []string{"r-2"}}))
	for id, want := range map[string]bool{"r-1": true, "r-2": true, "r-3": false, "": false} {
		if got, err := s.Own(s.Context(), id); err != nil || got != want {
			s.Errorf("own %q: %t, %v", id, got, err)
		}
	}
}

func exceptions(s *stage) {
	c := s.load(s.open("i-1"))
	x := ledger.Exception{Playbook: c.Playbook, Root: c.Root.String(), Until: s.now.Add(time.Hour), By: "alice", Reason: "a drill", Case: c.ID}
	given := c.Exception(ledger.Order{Verb: ledger.Except, By: "olga", Proven: true, Via: ledger.InSlack}, s.now, 2*time.Hour, []string{"image"}, "a drill") // an older riposte keeps no order
	s.must(s.commit(c, ledger.Undone, never, ledger.Write{Exceptions: []ledger.Exception{x, given}}))
	for _, look := range []struct {
		name, playbook, root string
		at                   time.Time
		want                 []ledger.Exception
	}{
		{"in force", x.Playbook, x.Root, s.now, []ledger.Exception{x, given}},
		{"one has ended", x.Playbook, x.Root, x.Until, []ledger.Exception{given}},
		{"both have", x.Playbook, x.Root, given.Until, nil},
		{"another root", x.Playbook, "i-2", s.now, nil},
		{"another playbook", "other", x.Root, s.now, nil},
	} {
		got := s.facts(ledger.Question{Playbook: look.playbook, Root: look.root, At: look.at})
		if d := cmp.Diff(look.want, got.Exceptions); d != "" {
			s.Errorf("%s: %s", look.name, d)
		}
	}
	s.mustVerify()
}

// revoked: what a person ended is ended for the next judgment, and the record says so.
func revoked(s *stage) {
	except := func(instance string, d time.Duration) (*ledger.Case, ledger.Exception) {
		c := s.load(s.open(instance))
		x := ledger.Exception{Playbook: c.Playbook, Root: c.Root.String(), Until: s.now.Add(d), By: "alice", Reason: "a drill", Case: c.ID, Found: []string{"image"}}
		c.Grant(x)
		s.must(s.commit(c, ledger.Excepted, never, ledger.Write{Exceptions: []ledger.Exception{x}}))
		return c, x
	}
	lists := func(want ...ledger.Exception) {
		s.Helper()
		got, err := s.Exceptions(s.Context(), s.now)
		s.must(err)
		if d := cmp.Diff(want, got); d != "" {
			s.Error(d)
		}
	}
	lists()
	c, long := except("i-1", 2*time.Hour)
	_, short := except("i-2", time.Hour)
	lists(short, long)
	s.mustVerify()
	c = s.load(c.ID)
	c.Revoke(long.ID())
	s.must(s.commit(c, ledger.Excepted, never, ledger.Write{Revoked: []ledger.Exception{long}}))
	lists(short)
	if got := s.facts(ledger.Question{Playbook: long.Playbook, Root: long.Root, At: s.now}).Exceptions; len(got) > 0 {
		s.Errorf("a gate still hears of %+v", got)
	}
	if got := s.load(c.ID).Excepts(s.now); len(got) > 0 {
		s.Errorf("the case still says %+v", got)
	}
	s.mustVerify()
	s.after(time.Hour)
	lists()
	s.mustVerify()
}

// alone: an exception that comes from no case is found by the resource, the account or the actor that it is of, and by no other; the record says who
// gave it and who ended it.
func alone(s *stage) {
	c := s.load(s.open("i-1"))
	o := ledger.Order{Verb: ledger.Except, By: "ann", At: s.now, Except: time.Hour, Found: []string{"image"}, Reason: "a drill"}
	given := map[string]ledger.Exception{}
	for i, root := range []string{c.Root.String(), "account:" + c.Root.Account, "actor:AIDA1"} {
		o.Except += time.Duration(i) * time.Minute
		x := ledger.Alone(c.Playbook, root, o)
		given[root] = x
		s.must(s.Grant(s.Context(), x))
		s.must(s.Grant(s.Context(), x)) // again: it is the same
	}
	s.mustVerify()
	all := []ledger.Exception{given[c.Root.String()], given["account:"+c.Root.Account], given["actor:AIDA1"]}
	q := ledger.Question{Playbook: c.Playbook, Root: c.Root.String(), Account: c.Root.Account, Actor: "AIDA1", At: s.now}
	for _, look := range []struct {
		name string
		of   func(*ledger.Question)
		want []ledger.Exception
	}{
		{"all that there are", func(*ledger.Question) {}, all},
		{"another resource", func(q *ledger.Question) { q.Root = "i-2" }, all[1:]},
		{"another account", func(q *ledger.Question) { q.Account = "9" }, []ledger.Exception{all[0], all[2]}},
		{"another actor", func(q *ledger.Question) { q.Actor = "AIDA2" }, all[:2]},
		{"an actor that is not known", func(q *ledger.Question) { q.Actor = "" }, all[:2]},
		{"another playbook", func(q *ledger.Question) { q.Playbook = "other" }, nil},
		{"later", func(q *ledger.Question) { q.At = all[1].Until }, all[2:]},
	} {
		of := q
		look.of(&of)
		if d := cmp.Diff(look.want, s.facts(of).Exceptions, cmpopts.EquateEmpty()); d != "" {
			s.Errorf("%s: %s", look.name, d)
		}
	}
	listed, err := s.Exceptions(s.Context(), s.now)
	s.must(err)
	if d := cmp.Diff(all, listed); d != "" {
		s.Error(d)
	}
	for _, want := range []bool{true, false} {
		if was, err := s.Revoke(s.Context(), all[1], ledger.Order{Verb: ledger.Revoke, By: "bob", At: s.now}); err != nil || was != want {
			s.Errorf("revoked: %t, %v; want %t", was, err, want)
		}
	}
	if got := s.facts(q).Exceptions; len(got) != 2 {
		s.Errorf("a gate still hears of it: %+v", got)
	}
	chain, err := s.History(s.Context(), ledger.ExceptionsChain)
	s.must(err)
	if n := len(chain); n != 7 || !strings.Contains(chain[n-1].Notes[0], "ends: "+c.Playbook+" of account:"+c.Root.Account+", by bob (unproven)") {
		s.Errorf("%d entries about exceptions: %+v", n, chain)
	}
	_, err = s.Checkpoint(s.Context(), s.now)
	s.must(err)
	s.mustVerify()
}

// Whatever a gate asks for in one go, it is told of each thing as it stands, in order, and of nothing else.
func facts(s *stage) {
	c := s.load(s.open("i-1"))
	later := ledger.Exception{Playbook: c.Playbook, Root: c.Root.String(), Until: s.now.Add(time.Hour), By: "alice", Reason: "a drill", Case: c.ID}
	sooner := later
	sooner.Until = s.now.Add(time.Minute)
	s.must(s.commit(c, ledger.Acting, 0, ledger.Write{
		Requests: []string{"r-1"}, Exceptions: []ledger.Exception{later, sooner},
		Reserve: []ledger.Reservation{place("a", "one", s.now, 0), place("a", "two", s.now, 0), place("b", "one", s.now, 0)},
	}))
	brakes := []ledger.Brake{{Scope: "account:1", By: "alice", At: s.now}, {Scope: "all", By: "bob", At: s.now}}
	s.must(s.Halt(s.Context(), brakes[1]))
	s.must(s.Halt(s.Context(), brakes[0]))
	q := ledger.Question{
		At: s.now, Playbook: c.Playbook, Root: c.Root.String(), RequestID: "r-1", Buckets: []string{"none", "a", "b"}, Incident: "one",
	}
	want := ledger.Facts{Brakes: brakes, Own: true, Exceptions: []ledger.Exception{sooner, later}, Incidents: []int{0, 1, 0}}
	if d := cmp.Diff(want, s.facts(q)); d != "" {
		s.Error(d)
	}
	q.RequestID, q.Incident, q.Playbook = "", "three", "other"
	want = ledger.Facts{Brakes: brakes, Incidents: []int{0, 2, 1}}
	if d := cmp.Diff(want, s.facts(q)); d != "" {
		s.Error(d)
	}
}

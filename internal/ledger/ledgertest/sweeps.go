package ledgertest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// RunSweeps tells the stories of sweeps, each to a store of its own.
func (suite Suite) RunSweeps(t *testing.T, open func(t *testing.T) ledger.Store) {
	for _, story := range []struct {
		name string
		tell func(*sweeps)
	}{
		{"a streak begins, goes on without a write, and ends", streakLife},
		{"a streak's row changes while it stands", streakRow},
		{"a streak ends and begins anew in one listing", streakRestart},
		{"an incomplete listing ends no streak and counts none", incomplete},
		{"a day counts once", countedOnce},
		{"who judged a listing is kept", judged},
		{"a clock is set back", setBack},
		{"the same listing is written again", sweptAgain},
		{"two take a duty, one gets it", dutyRivals},
		{"a duty's lease ends and another goes on", dutyTakeover},
		{"a duty is ended twice", dutyTwice},
		{"a duty is renewed, and a wrong clock keeps none", dutyRenewed},
		{"a case marks a streak", marked},
		{"a resource is suspected by another's listing", elsewhere},
		{"what a name holds keeps nothing out", hostile},
		{"many streaks are written in parts", manyStreaks},
		{"what differs by account, region or kind is kept apart", apart},
		{"a price is kept for some days", prices},
	} {
		t.Run(story.name, func(t *testing.T) { story.tell(newSweeps(t, open(t))) })
	}
	t.Run("whatever is there on which day", func(t *testing.T) { suite.sweptDays(t, open) })
}

// sweeps is a stage on which one account is swept.
type sweeps struct{ *stage }

func newSweeps(t *testing.T, s ledger.Store) *sweeps {
	return &sweeps{&stage{t, s, Start().Add(123456 * time.Nanosecond)}}
}

// Snapshots is where most stories list.
func Snapshots() ledger.Listing {
	return ledger.Listing{Place: event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}, Kind: event.Snapshot}
}

// Stale is a snapshot that nothing has used for some days.
func Stale(id string, first time.Time) ledger.Streak {
	of := Snapshots()
	return ledger.Streak{
		Playbook: "waste.stale-snapshot", Kind: of.Kind, Resource: of.Place.In(of.Kind, id), Since: first.AddDate(0, 0, -3), First: first,
		Title: "snapshot " + id + " is used by nothing", Severity: string(playbook.Low), Facts: []byte(`{"size":100}`),
	}
}

func (s *sweeps) day() string { return s.now.Format(time.DateOnly) }

func (s *sweeps) take(holder string) ledger.Duty {
	s.Helper()
	d, took, err := s.TakeDuty(s.Context(), s.now, s.day(), Snapshots().Place.Account, holder, time.Minute)
	s.must(err)
	if !took {
		s.Fatalf("%s did not get the duty: %+v", holder, d)
	}
	return d
}

func begins(all ...ledger.Streak) (out []ledger.StreakChange) {
	for _, x := range all {
		out = append(out, ledger.StreakChange{Streak: x})
	}
	return out
}

func ends(x ledger.Streak) ledger.StreakChange { return ledger.StreakChange{Streak: x, Ended: true} }

// coverage is a complete listing of the snapshots.
func (s *sweeps) coverage(problem string) ledger.Coverage {
	return ledger.Coverage{Listing: Snapshots(), Began: s.now, Ended: s.now.Add(time.Second), Calls: 1, Listed: 9, Error: problem}
}

// sweep is one day's duty with one complete listing.
func (s *sweeps) sweep(changes ...ledger.StreakChange) {
	s.Helper()
	d := s.take("a")
	s.must(s.Swept(s.Context(), d, s.coverage(""), changes))
	s.mustVerify()
	s.must(s.EndDuty(s.Context(), s.now, d))
	s.mustVerify()
	s.after(24 * time.Hour)
}

func (s *sweeps) covered() ledger.Coverage {
	s.Helper()
	all, err := s.Coverages(s.Context(), Snapshots().Place.Account)
	s.must(err)
	if len(all) != 1 {
		s.Fatalf("%d coverages", len(all))
	}
	return all[0]
}

// stands insists that these streaks stand, and no others.
func (s *sweeps) stands(want ...ledger.Streak) {
	s.Helper()
	got, err := s.Streaks(s.Context(), Snapshots())
	s.must(err)
	if d := cmp.Diff(want, got); d != "" {
		s.Fatal(d)
	}
	for _, x := range want {
		one, err := s.Streak(s.Context(), x.Playbook, x.Resource)
		s.must(err)
		if d := cmp.Diff(&x, one); d != "" {
			s.Fatal(d)
		}
	}
}

// asKept is the streak as the store has it: to the millisecond, and counted from a listing.
func asKept(x ledger.Streak, sweep int) ledger.Streak {
	x.First, x.Since = x.First.Truncate(time.Millisecond), x.Since.Truncate(time.Millisecond)
	x.Sweep = sweep
	return x
}

func streakLife(s *sweeps) {
	a, b := Stale("snap-0a", s.now), Stale("snap-0b", s.now)
	s.stands()
	s.sweep(begins(b, a)...)
	s.stands(asKept(a, 1), asKept(b, 1))
	for range 6 {
		s.sweep()
	}
	s.stands(asKept(a, 1), asKept(b, 1))
	c := s.covered()
	if seen := asKept(a, 1).Seen(c); c.Complete != 7 || seen.Seen != 7 || !seen.Last.Equal(c.Ended) {
		s.Errorf("after seven days: %+v, %+v", c, seen)
	}
	late := Stale("snap-0c", s.now)
	s.sweep(append(begins(late), ends(a))...)
	s.stands(asKept(b, 1), asKept(late, 8))
	if seen := asKept(late, 8).Seen(s.covered()); seen.Seen != 1 {
		s.Errorf("seen once, and counted %d times", seen.Seen)
	}
	s.sweep(ends(b), ends(late), ends(a)) // of one that is gone, nothing is left to end
	s.stands()
	if x, err := s.Streak(s.Context(), a.Playbook, a.Resource); x != nil || err != nil {
		s.Errorf("%+v, %v", x, err)
	}
	history, err := s.History(s.Context(), ledger.SweepChain(Snapshots().Place.Account))
	s.must(err)
	if len(history) != 9 {
		s.Errorf("%d entries for nine duties", len(history))
	}
}

func streakRow(s *sweeps) {
	a := Stale("snap-0a", s.now)
	s.sweep(begins(a)...)
	grown := a
	grown.Facts, grown.First, grown.Since = []byte(`{"size":200}`), s.now, s.now // it is the same streak
	grown.Kept, grown.KeepTags, grown.KeepSeen = s.now.AddDate(0, 1, 0).Truncate(time.Second), "0123456789abcdef", s.now.Truncate(time.Second)
	s.sweep(begins(grown)...)
	want := asKept(a, 1)
	want.Facts, want.Kept, want.KeepTags, want.KeepSeen = grown.Facts, grown.Kept, grown.KeepTags, grown.KeepSeen
	s.stands(want)
	earlier := grown
	earlier.Since, earlier.Kept = a.Since.AddDate(0, 0, -30), time.Time{}
	s.sweep(begins(earlier)...)
	want.Since, want.Kept = earlier.Since.Truncate(time.Millisecond), time.Time{}
	s.stands(want)
}

func streakRestart(s *sweeps) {
	a := Stale("snap-0a", s.now)
	s.sweep(begins(a)...)
	marked, err := s.MarkStreak(s.Context(), s.now, ledger.StreakChange{Streak: told(a, s.now, "c_1")})
	s.must(err)
	if !marked {
		s.Error("it was not marked")
	}
	again := Stale("snap-0a", s.now)
	s.sweep(append([]ledger.StreakChange{ends(a)}, begins(again)...)...)
	s.stands(asKept(again, 2)) // and nobody was told of it
}

func told(x ledger.Streak, at time.Time, by string) ledger.Streak {
	x.Told, x.Case = at.Truncate(time.Millisecond), by
	return x
}

func incomplete(s *sweeps) {
	a, b := Stale("snap-0a", s.now), Stale("snap-0b", s.now)
	s.sweep(begins(a)...)
	before := s.covered()
	d := s.take("a")
	s.must(s.Swept(s.Context(), d, s.coverage("page 2: access denied"), begins(b)))
	c := s.covered()
	if c.Complete != 1 || !c.Last.Equal(before.Last) || c.Error == "" || c.Duty != d.Name() {
		s.Errorf("after half a listing: %+v", c)
	}
	s.stands(asKept(a, 1), asKept(b, 2))
	if n := asKept(b, 2).Seen(c).Seen; n != 1 {
		s.Errorf("counted %d times", n)
	}
	// The same duty lists it anew, to its end.
	s.after(time.Minute / 2)
	s.must(s.Swept(s.Context(), d, s.coverage(""), nil))
	if c := s.covered(); c.Complete != 2 || c.Error != "" || asKept(b, 2).Seen(c).Seen != 1 || asKept(a, 1).Seen(c).Seen != 2 {
		s.Errorf("after the whole: %+v", c)
	}
	s.must(s.EndDuty(s.Context(), s.now, d))
	s.mustVerify()
}

func countedOnce(s *sweeps) {
	s.sweep()
	s.now = Start()
	// The day's duty has ended; another account's name for the day would be another duty. A person sweeps again on the day after.
	s.after(24 * time.Hour)
	d := s.take("a")
	for range 3 {
		s.must(s.Swept(s.Context(), d, s.coverage(""), nil))
		s.after(time.Second)
	}
	if c := s.covered(); c.Complete != 2 || c.Counted != d.Day || !c.Last.Equal(c.Ended) {
		s.Errorf("listed thrice in a day: %+v", c)
	}
	s.must(s.EndDuty(s.Context(), s.now, d))
	s.mustVerify()
}

func judged(s *sweeps) {
	d := s.take("a")
	judges := func(problem, by string) {
		s.Helper()
		c := s.coverage(problem)
		c.Judged = map[string]time.Time{by: s.now}
		s.must(s.Swept(s.Context(), d, c, nil))
		s.after(time.Second)
	}
	first := s.now.UTC().Truncate(time.Millisecond)
	judges("", "waste.one")
	judges("page 2: access denied", "waste.one")
	judges("", "waste.two")
	if d := cmp.Diff(map[string]time.Time{"waste.one": first, "waste.two": first.Add(2 * time.Second)}, s.covered().Judged); d != "" {
		s.Error(d)
	}
	s.must(s.EndDuty(s.Context(), s.now, d))
	s.mustVerify()
}

func setBack(s *sweeps) {
	ahead := Stale("snap-0a", s.now)
	ahead.Since = s.now.Add(time.Hour) // AWS's clock, or ours
	silent := Stale("snap-0b", s.now)
	silent.Since = time.Time{}
	s.sweep(begins(ahead, silent)...)
	for _, x := range []*ledger.Streak{&ahead, &silent} {
		x.Since = x.First
	}
	s.stands(asKept(ahead, 1), asKept(silent, 1))
	s.now = Start().AddDate(0, 0, -10)
	back, late := Stale("snap-0a", s.now), Stale("snap-0c", s.now)
	s.sweep(begins(back, late)...)
	back.First = ahead.First // Since moves back as far as AWS proves, First stays
	want := asKept(back, 1)
	s.stands(want, asKept(silent, 1), asKept(late, 1))
	if c := s.covered(); c.Complete != 1 {
		s.Errorf("a day of the past counted: %+v", c)
	}
}

func sweptAgain(s *sweeps) {
	a := Stale("snap-0a", s.now)
	d := s.take("a")
	for range 3 {
		s.must(s.Swept(s.Context(), d, s.coverage(""), begins(a)))
		s.stands(asKept(a, 1))
		s.mustVerify()
	}
	s.must(s.EndDuty(s.Context(), s.now, d))
	s.mustVerify()
}

func marked(s *sweeps) {
	a, b := Stale("snap-0a", s.now), Stale("snap-0b", s.now)
	s.sweep(begins(a, b)...)
	mark := func(x ledger.Streak, ended, want bool) {
		s.Helper()
		got, err := s.MarkStreak(s.Context(), s.now, ledger.StreakChange{Streak: x, Ended: ended})
		s.must(err)
		if got != want {
			s.Fatalf("marked: %t", got)
		}
		s.mustVerify()
	}
	t := told(a, s.now, "c_1")
	mark(t, false, true)
	want := told(asKept(a, 1), s.now, "c_1")
	s.stands(want, asKept(b, 1))
	t.Facts, t.Title, t.Since = nil, "another", time.Time{} // these are the sweep's
	t.Kept = s.now.AddDate(0, 1, 0).Truncate(time.Second)
	mark(t, false, true)
	want.Kept = t.Kept
	s.stands(want, asKept(b, 1))
	// A sweep leaves what the case wrote.
	a.Facts = []byte(`{"size":1}`)
	s.sweep(begins(a)...)
	want.Facts, want.Kept = a.Facts, time.Time{}
	s.stands(want, asKept(b, 1))
	other := told(a, s.now, "c_1")
	other.First = other.First.Add(time.Hour)
	mark(other, true, false) // it is another streak's
	mark(told(Stale("snap-0c", s.now), s.now, "c_1"), false, false)
	mark(t, true, true)
	s.stands(asKept(b, 1))
	mark(t, true, false)
	// In the middle of a duty, too.
	d := s.take("a")
	c := Stale("snap-0c", s.now)
	s.must(s.Swept(s.Context(), d, s.coverage(""), begins(c)))
	mark(told(c, s.now, "c_2"), false, true)
	s.must(s.EndDuty(s.Context(), s.now, d))
	s.mustVerify()
}

func elsewhere(s *sweeps) {
	a := Stale("snap-0a", s.now)
	other := a
	other.Resource = event.Resource{Partition: "aws", Account: Snapshots().Place.Account, Region: "us-east-1", Type: event.DBSnapshot, ID: "snap-0a"}
	global := a
	global.Resource = event.Resource{Partition: "aws", Account: Snapshots().Place.Account, Type: event.Role, ID: "/a/|snap-0a"}
	s.sweep(begins(a, other, global)...)
	got, err := s.Streaks(s.Context(), Snapshots())
	s.must(err)
	if len(got) != 3 {
		s.Errorf("%d streaks", len(got))
	}
	for _, want := range []ledger.Streak{a, other, global} {
		one, err := s.Streak(s.Context(), want.Playbook, want.Resource)
		s.must(err)
		want = asKept(want, 1)
		if d := cmp.Diff(&want, one); d != "" {
			s.Error(d)
		}
		if ok, err := s.MarkStreak(s.Context(), s.now, ledger.StreakChange{Streak: told(want, s.now, "c_1"), Ended: true}); !ok || err != nil {
			s.Errorf("ended: %t, %v", ok, err)
		}
	}
	s.stands()
	s.mustVerify()
}

func hostile(s *sweeps) {
	var all []ledger.Streak
	for n, id := range []string{"|", "a|b", "%7C", "\x01\x02", "vol\x00", `"}`, "snap-ünïcödé-\u202e", "i", "'; DROP TABLE streaks; --"} {
		x := Stale(id, s.now)
		x.Title = fmt.Sprintf("%d is of no use", n)
		all = append(all, x)
	}
	empty := Stale("snap-0e", s.now)
	empty.Facts = nil
	raw := Stale("snap-0r", s.now)
	raw.Facts = []byte("\x01\x02\xff\x00")
	all = append(all, empty, raw)
	s.sweep(begins(all...)...)
	for _, x := range all {
		one, err := s.Streak(s.Context(), x.Playbook, x.Resource)
		s.must(err)
		x = asKept(x, 1)
		if d := cmp.Diff(&x, one); d != "" {
			s.Error(d)
		}
	}
	title := Stale("snap-0t", s.now)
	title.Title = "a\x00\n\xffb"
	s.sweep(begins(title)...)
	one, err := s.Streak(s.Context(), title.Playbook, title.Resource)
	s.must(err)
	if one == nil || one.Title != "a\uFFFDb" {
		s.Errorf("%+v", one)
	}
	for _, wrong := range []ledger.Streak{{}, {Playbook: "p", Resource: title.Resource}, {Resource: title.Resource, First: s.now}} {
		d := s.take("a")
		if err := s.Swept(s.Context(), d, s.coverage(""), begins(wrong)); err == nil {
			s.Errorf("written: %+v", wrong)
		}
	}
}

func manyStreaks(s *sweeps) {
	var all, want []ledger.Streak
	for n := range 450 {
		x := Stale(fmt.Sprintf("snap-%05d", n), s.now)
		x.Facts = fmt.Appendf(nil, `{"size":%d}`, n/2)
		all, want = append(all, x), append(want, asKept(x, 1))
	}
	s.sweep(begins(all...)...)
	s.stands(want...)
	var gone []ledger.StreakChange
	for _, x := range all[100:] {
		gone = append(gone, ends(x))
	}
	s.sweep(gone...)
	s.stands(want[:100]...)
}

func apart(s *sweeps) {
	d := s.take("a")
	for _, region := range []string{"eu-west-1", "us-east-1"} {
		for _, kind := range []string{event.Snapshot, event.DBSnapshot} {
			c := s.coverage("")
			c.Place.Region, c.Kind = region, kind
			x := Stale("snap-0a", s.now)
			x.Resource = c.Place.In(kind, "snap-0a")
			s.must(s.Swept(s.Context(), d, c, begins(x)))
		}
	}
	s.must(s.EndDuty(s.Context(), s.now, d))
	all, err := s.Coverages(s.Context(), "")
	s.must(err)
	var names []string
	for _, c := range all {
		names = append(names, c.Place.Region+" "+c.Kind)
		streaks, err := s.Streaks(s.Context(), c.Listing)
		s.must(err)
		if len(streaks) != 1 || streaks[0].Resource != c.Place.In(c.Kind, "snap-0a") {
			s.Errorf("%s: %+v", names, streaks)
		}
	}
	want := []string{"eu-west-1 " + event.Snapshot, "eu-west-1 " + event.DBSnapshot, "us-east-1 " + event.Snapshot, "us-east-1 " + event.DBSnapshot}
	if d := cmp.Diff(want, names); d != "" {
		s.Error(d)
	}
	if none, err := s.Coverages(s.Context(), "444455556666"); len(none) != 0 || err != nil {
		s.Errorf("%v, %v", none, err)
	}
	foreign := s.coverage("")
	foreign.Place.Account = "444455556666"
	if err := s.Swept(s.Context(), d, foreign, nil); err == nil {
		s.Error("another account's listing was written")
	}
	s.mustVerify()
}

func prices(s *sweeps) {
	p := ledger.CachedPrice{Item: "AmazonEC2 eu-west-1 EBS:VolumeUsage.gp3", At: s.now.UTC(), Price: playbook.Price{Dollars: 0.08, Unit: "GB-Mo", Source: "AWS price list"}}
	get := func(since time.Time) *ledger.CachedPrice {
		s.Helper()
		got, err := s.CachedPrice(s.Context(), p.Item, since)
		s.must(err)
		return got
	}
	if x := get(time.Time{}.Add(time.Hour)); x != nil {
		s.Errorf("%+v", x)
	}
	s.must(s.CachePrice(s.Context(), p))
	if d := cmp.Diff(&p, get(p.At)); d != "" {
		s.Error(d)
	}
	if x := get(p.At.Add(time.Second)); x != nil {
		s.Errorf("it is older: %+v", x)
	}
	p.At, p.Price, p.Error = p.At.Add(time.Hour), playbook.Price{}, "two prices"
	s.must(s.CachePrice(s.Context(), p))
	if d := cmp.Diff(&p, get(p.At)); d != "" {
		s.Error(d)
	}
}

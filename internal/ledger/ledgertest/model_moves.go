package ledgertest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

func (m *model) wait(rt *rapid.T) {
	m.now = m.now.Add(time.Duration(rapid.IntRange(1, 90).Draw(rt, "seconds")) * time.Second)
}

func (m *model) admit(rt *rapid.T) {
	l := Lead(rapid.StringMatching(`e-[0-9]`).Draw(rt, "event"), rapid.StringMatching(`i-[0-2]`).Draw(rt, "instance"))
	l.Severity = rapid.SampledFrom(playbook.Severities()).Draw(rt, "severity")
	rank := m.now.Add(time.Duration(rapid.IntRange(0, 3).Draw(rt, "rank")) * time.Minute)
	hand := rapid.SampledFrom([]ledger.FirstClaim{{}, {Holder: "replica", Lease: time.Minute}}).Draw(rt, "hand")
	a, err := m.Admit(m.t.Context(), m.now, []playbook.StoredSuspect{l}, hand, rank)
	if err != nil {
		rt.Fatal(err)
	}
	key, root := ledger.Key(l), ledger.RootKey(l.Playbook, l.Resource)
	want := ledger.Admission{How: "opened", Case: a[0].Case}
	if id, ok := m.known[key]; ok {
		want = ledger.Admission{How: "duplicate", Case: id}
	} else if id := m.openOn(root); id != "" {
		want = ledger.Admission{How: "joined", Case: id}
		m.cases[id].receive(ledger.Message{Key: key, Lead: &l}, m.now)
	} else {
		opened := &mcase{root: root, state: ledger.Suspected, version: 1, due: m.now, severity: l.Severity, rank: rank}
		if got := a[0].Claim; got != nil {
			opened.attempts, opened.lease, opened.hand, want.Claim = 1, got.Until, got.Case, got
		}
		if (a[0].Claim != nil) != (hand.Holder != "") {
			rt.Fatalf("opened for %q, with the claim %+v", hand.Holder, a[0].Claim)
		}
		m.cases[a[0].Case] = opened
		m.order = append(m.order, a[0].Case)
	}
	m.known[key] = want.Case
	if a[0] != want {
		rt.Fatalf("admitted as %+v, want %+v", a[0], want)
	}
}

func (m *model) openOn(root string) string {
	for id, c := range m.cases {
		if c.root == root && c.state.Open() {
			return id
		}
	}
	return ""
}

func (m *model) send(rt *rapid.T) {
	id := m.draw(rt)
	m.sent++
	sent := rapid.SampledFrom([]ledger.Message{
		order(ledger.Approve, fmt.Sprint("o-", m.sent)), named(fmt.Sprint("n-", m.sent)), look("deny"), look("key"),
	}).Draw(rt, "message")
	c := m.cases[id]
	kept := sent.At(c.version)
	want := !c.waits(kept.Key)
	if fresh, err := m.Send(m.t.Context(), m.now, id, sent); err != nil || fresh != want {
		rt.Fatalf("%s sent: %t, want %t, %v", sent.Key, fresh, want, err)
	}
	if want {
		c.receive(kept, m.now)
	}
}

func (m *model) draw(rt *rapid.T) string {
	if len(m.order) == 0 {
		rt.Skip("no case yet")
	}
	return rapid.SampledFrom(m.order).Draw(rt, "case")
}

func (m *model) claim(rt *rapid.T) {
	got, err := m.Claim(m.t.Context(), m.now, "replica", time.Minute)
	if err != nil {
		rt.Fatal(err)
	}
	due := slices.DeleteFunc(slices.Clone(m.order), func(id string) bool {
		wake := m.cases[id].wake()
		return wake.IsZero() || wake.After(m.now)
	})
	if got == nil {
		if len(due) > 0 {
			rt.Fatalf("nothing claimed, and %v are due", due)
		}
		return
	}
	c := m.cases[got.Case.ID]
	for _, id := range due {
		if first := m.cases[id]; !c.before(first) || slices.Index(m.order, id) < slices.Index(m.order, got.Case.ID) && first.before(c) {
			rt.Fatalf("claimed %s, %+v, and %s goes first, %+v", got.Case.ID, c, id, first)
		}
	}
	batch := c.batch()
	if !slices.Contains(due, got.Case.ID) || keys(got.Inbox) != fmt.Sprint(batch) || got.More != (len(batch) < len(c.waiting)) {
		rt.Fatalf("claimed %s with %s, more: %t; due are %v, waiting is %v", got.Case.ID, keys(got.Inbox), got.More, due, c.waiting)
	}
	c.version, c.attempts, c.lease, c.hand, c.handed = c.version+1, c.attempts+1, got.Until, got.Case, batch
}

func (m *model) commit(rt *rapid.T) {
	c := m.cases[m.draw(rt)]
	if c.hand == nil {
		rt.Skip("not leased")
	}
	hand := *c.hand
	hand.State = rapid.SampledFrom([]ledger.State{ledger.Acting, ledger.Contained, ledger.Asked, ledger.Verified, ledger.Dismissed}).Draw(rt, "state")
	hand.Due = time.Time{}
	if !c.state.Open() && hand.State.Open() {
		hand.State = c.state // how a closed case comes back is a story of its own
	}
	if hand.State.Open() {
		hand.Due = m.now.Add(time.Duration(rapid.IntRange(0, 60).Draw(rt, "due")) * time.Second)
	}
	w := ledger.Write{At: m.now, EndsLease: rapid.Bool().Draw(rt, "release")}
	c.handed = c.handed[rapid.IntRange(0, len(c.handed)).Draw(rt, "left to others"):]
	for _, key := range c.handed {
		if c.waits(key) { // else an earlier commit has taken it
			w.Taken = append(w.Taken, key)
		}
	}
	m.judge(rt, c, &hand, w, m.Commit(m.t.Context(), &hand, w))
}

// judge says what had to become of the commit.
func (m *model) judge(rt *rapid.T, c *mcase, hand *ledger.Case, w ledger.Write, err error) {
	left := slices.DeleteFunc(slices.Clone(c.waiting), func(m ledger.Message) bool { return slices.Contains(w.Taken, m.Key) })
	var want error
	if len(left) > 0 && c.state.Open() && !hand.State.Open() {
		want = ledger.ErrJoined
	}
	if c.hand.Version != c.version {
		want = ledger.ErrStale
	}
	if !errors.Is(err, want) {
		rt.Fatalf("commit: %v, want %v", err, want)
	}
	if err != nil {
		return
	}
	if len(left) > 0 && hand.Due.After(m.now) {
		rt.Fatalf("due at %s with %v waiting at %s", hand.Due, left, m.now)
	}
	c.state, c.due, c.waiting, c.attempts, c.hand = hand.State, hand.Due, left, 0, hand
	c.version, c.woken = c.version+1, len(left) > 0
	if w.EndsLease {
		c.lease = time.Time{}
	}
}

func (m *model) seal(rt *rapid.T) {
	c, err := m.Checkpoint(m.t.Context(), m.now)
	if err != nil {
		rt.Fatal(err)
	}
	m.kept = append(m.kept, c)
}

func (m *model) check(rt *rapid.T) {
	found, err := m.Cases(m.t.Context(), ledger.Filter{})
	if err != nil || len(found) != len(m.order) {
		rt.Fatalf("%d cases, want %d; %v", len(found), len(m.order), err)
	}
	var first time.Time
	for i, got := range found {
		want := m.cases[m.order[i]]
		if got.ID != m.order[i] || got.State != want.state || got.Version != want.version || got.Attempts != want.attempts || !got.Due.Equal(want.due) {
			rt.Fatalf("case %s is %s, version %d, due %s, %d attempts; want %+v", got.ID, got.State, got.Version, got.Due, got.Attempts, want)
		}
		if w := want.wake(); !w.IsZero() && (first.IsZero() || w.Before(first)) {
			first = w
		}
	}
	if next, err := m.Next(m.t.Context()); err != nil || !next.Equal(first) {
		rt.Fatalf("next is %s, want %s; %v", next, first, err)
	}
}

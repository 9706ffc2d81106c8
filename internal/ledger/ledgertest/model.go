package ledgertest

import (
	"cmp"
	"flag"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// lives draws lives at random, and holds the store against a model that a person can check by reading.
func (suite Suite) lives(t *testing.T, open func(t *testing.T) ledger.Store) {
	suite.check(t, func(rt *rapid.T) {
		m := &model{Store: open(t), t: t, now: Start(), cases: map[string]*mcase{}, known: map[string]string{}}
		rt.Repeat(map[string]func(*rapid.T){
			"admit": m.admit, "send": m.send, "claim": m.claim, "commit": m.commit, "wait": m.wait, "seal": m.seal, "": m.check,
		})
		v, err := m.Verify(t.Context(), m.kept...)
		if err != nil || len(v.Broken) > 0 {
			rt.Fatalf("verify: %+v, %v", v, err)
		}
	})
}

// check draws as often as the suite has lives.
func (suite Suite) check(t *testing.T, draw func(*rapid.T)) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue { // a number from the command line counts
		if err := f.Value.Set(strconv.Itoa(suite.Lives)); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Value.Set(f.DefValue) }() // it was the value before
	}
	rapid.Check(t, draw)
}

// model is what the ledger ought to hold.
type model struct {
	ledger.Store
	t     *testing.T
	now   time.Time
	cases map[string]*mcase
	order []string          // ids, oldest first
	known map[string]string // keys of leads: the case that has it
	sent  int
	kept  []ledger.Checkpoint
}

type mcase struct {
	root       string
	state      ledger.State
	version    int64
	attempts   int
	due, lease time.Time
	severity   playbook.Severity
	rank       time.Time
	woken      bool             // by a message since the last commit
	waiting    []ledger.Message // oldest first
	handed     []string         // keys, by the last claim
	hand       *ledger.Case     // as its last holder has it
}

func (c *mcase) wake() time.Time {
	if c.due.IsZero() || c.due.After(c.lease) {
		return c.due
	}
	return c.lease
}

// before is the order of claims, of two cases of which c is the older.
func (c *mcase) before(d *mcase) bool {
	return cmp.Or(cmp.Compare(c.urgency(), d.urgency()), cmp.Compare(ledger.Precedence(c.severity), ledger.Precedence(d.severity)),
		c.place().Compare(d.place())) <= 0
}

func (c *mcase) urgency() int {
	if c.woken {
		return 0
	}
	return c.state.Urgency()
}

// place is the later of rank and due.
func (c *mcase) place() time.Time {
	if c.rank.After(c.due) {
		return c.rank
	}
	return c.due
}

// batch is what a claim has to hand out.
func (c *mcase) batch() (out []string) {
	var of [ledger.Classes][]string
	var n [ledger.Classes]int
	for _, m := range c.waiting {
		of[m.Class()] = append(of[m.Class()], m.Key)
		n[m.Class()]++
	}
	slices.Reverse(of[ledger.Suspects])
	for _, handed := range ledger.Batch(n) {
		out = append(out, of[handed.Class][:handed.N]...)
	}
	return out
}

// waits reports whether a message of this key does.
func (c *mcase) waits(key string) bool {
	return slices.ContainsFunc(c.waiting, func(m ledger.Message) bool { return m.Key == key })
}

func (c *mcase) receive(m ledger.Message, now time.Time) {
	c.waiting, c.woken = append(c.waiting, m), true
	if c.due.IsZero() || now.Before(c.due) {
		c.due = now
	}
}

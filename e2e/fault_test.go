package e2e

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/mototest"
)

// A quarter of all calls is throttled or fails, whichever client makes them: every case comes to its end nevertheless, and AWS is as
// it has to be.
func TestAWSIsThrottledAndFails(t *testing.T) {
	t.Parallel()
	s := mototest.Start(t)
	h, q := openShop(t, ireland, s.Config(ireland)), openQueue(t, s)
	random := rand.New(rand.NewPCG(*seed, 0))
	p := before(t, s, func(c call) *fault {
		switch random.IntN(12) {
		case 0:
			return &fault{503, "RequestLimitExceeded"}
		case 1:
			return &fault{400, "Throttling"}
		case 2:
			return &fault{500, ""}
		}
		return nil
	})
	r := serve(t, acting(q, openTable(t, s)), p.env(s))
	want := map[string]expected{}
	for n := range 9 {
		q.send(t, delivered(t, h.launches(n, want)), 1)
	}
	r.ends(patience, want)
	if err := h.stands(want); err != nil {
		t.Error(err)
	}
}

// AWS is away for a while, and has forgotten everything when it is back: riposte goes on where it was, does again what was
// forgotten, and answers what comes then.
func TestAWSIsAwayForAWhile(t *testing.T) {
	t.Parallel()
	s := mototest.Start(t)
	seedIDs(t, s)
	h, q := openShop(t, ireland, s.Config(ireland)), openQueue(t, s)
	p := before(t, s, nil)
	r := serve(t, acting(q, "sqlite:riposte.db"), p.env(s))

	want := map[string]expected{}
	q.send(t, delivered(t, h.launches(0, want)), 1)
	eventually(t, time.Minute, "the group is suspended and its instance ended", func() error { return h.stands(want) })

	s.Down()
	asked := p.total()
	eventually(t, time.Minute, "riposte asks in vain", func() error {
		if n := p.total() - asked; n < 5 {
			return fmt.Errorf("%d calls since AWS is away", n)
		}
		return nil
	})
	s.Up(t)
	seedIDs(t, s)
	h, q = openShop(t, ireland, s.Config(ireland)), openQueue(t, s)
	h.launches(0, want) // as it was before riposte came, by the same ids
	if err := h.stands(want); err == nil {
		t.Fatal("moto remembers: this story tells nothing")
	}
	group := h.place.In(event.Group, "web-0").String()
	risen := want[group]
	risen.ended = false // what is terminated never comes back, save in a moto that has forgotten it: no test looks
	want[group] = risen
	q.send(t, delivered(t, h.launches(1, want)), 1)
	r.ends(patience, want)
	if err := h.stands(want); err != nil {
		t.Error(err)
	}
	r.stop()
}

// AWS takes calls and answers none, the ledger's too: no worker waits for ever, and nothing is lost or done twice.
func TestAWSHangsForAWhile(t *testing.T) {
	t.Parallel()
	s := mototest.Start(t)
	h, q := openShop(t, ireland, s.Config(ireland)), openQueue(t, s)
	p := before(t, s, nil)
	r := serve(t, acting(q, openTable(t, s)), p.env(s))
	want := map[string]expected{}
	for n := range 6 {
		q.send(t, delivered(t, h.launches(n, want)), 1)
	}
	eventually(t, time.Minute, "riposte is in the middle of it", func() error {
		if p.counted()["TransactWriteItems"] < 3 {
			return errors.New("nothing is committed yet")
		}
		return nil
	})
	s.Hang(t)
	asked := p.total()
	eventually(t, 2*time.Minute, "riposte asks again and again", func() error {
		if n := p.total() - asked; n < 10 {
			return fmt.Errorf("%d calls since AWS hangs", n)
		}
		return nil
	})
	s.Resume(t)
	r.ends(patience, want)
	if err := h.stands(want); err != nil {
		t.Error(err)
	}
	// What each of the four workers was at when AWS did not answer may have been sent again, not more.
	if n := p.counted()["TerminateInstances"]; n < ended(want) || n > ended(want)+4 {
		t.Errorf("%d calls to terminate %d instances", n, ended(want))
	}
	if _, err := r.run("ledger", "verify"); err != nil {
		t.Error(err)
	}
	r.stop()
}

const lab = "444455556666"

// The role of one account can't be assumed: its cases wait, and say why; those of the other go on. As soon as it can be,
// they go on, too.
func TestARoleCantBeAssumed(t *testing.T) {
	t.Parallel()
	s := mototest.Start(t)
	there := event.Place{Partition: "aws", Account: lab, Region: "eu-west-1"}
	h, l, q := openShop(t, ireland, s.Config(ireland)), openShop(t, there, s.Assume(t, there)), openQueue(t, s)
	var open atomic.Bool
	p := before(t, s, func(c call) *fault {
		if c.operation == "AssumeRole" && strings.Contains(c.body, lab) && !open.Load() {
			return &fault{403, "AccessDenied"}
		}
		return nil
	})
	r := serve(t, withRoles(acting(q, "sqlite:riposte.db")), p.env(s))
	here, elsewhere := map[string]expected{}, map[string]expected{}
	q.send(t, delivered(t, l.launches(1, elsewhere)), 1)
	q.send(t, delivered(t, h.launches(1, here)), 1)

	eventually(t, time.Minute, "the account that can be entered is defended", func() error { return h.stands(here) })
	eventually(t, time.Minute, "the other is told of", func() error {
		cases, err := r.cases()
		must(t, err)
		for _, c := range cases {
			if c.Account != lab {
				continue
			}
			told, err := r.run("case", c.Case)
			must(t, err)
			if c.State == "suspected" && strings.Contains(told, "assume arn:aws:iam::"+lab+":role/riposte-audit") {
				return nil
			}
		}
		return fmt.Errorf("no case says that the account can't be entered: %v", cases)
	})
	if err := l.stands(elsewhere); err == nil {
		t.Fatal("the account that can't be entered was entered")
	}
	open.Store(true)
	eventually(t, 3*time.Minute, "the other is, too", func() error { return l.stands(elsewhere) })
}

// All sessions are over before their time, revoked by an operator or by a clock that was wrong: riposte takes others.
func TestTokensExpireEarly(t *testing.T) {
	t.Parallel()
	s := mototest.Start(t)
	h, q := openShop(t, ireland, s.Config(ireland)), openQueue(t, s)
	var over atomic.Bool
	young, old := map[string]bool{}, map[string]bool{} // ids of access keys
	p := before(t, s, func(c call) *fault {
		if !strings.HasPrefix(c.key, "ASIA") {
			return nil
		}
		if over.CompareAndSwap(true, false) {
			old = maps.Clone(young)
		}
		if young[c.key] = true; old[c.key] {
			return &fault{400, "ExpiredToken"}
		}
		return nil
	})
	r := serve(t, withRoles(acting(q, "sqlite:riposte.db")), p.env(s))
	want := map[string]expected{}
	for n := range 6 {
		q.send(t, delivered(t, h.launches(n, want)), 1)
		eventually(t, time.Minute, "the launch is answered", func() error { return h.stands(want) })
		over.Store(true)
	}
	r.ends(patience, want)
	if n := p.counted()["AssumeRole"]; n < 8 {
		t.Errorf("%d roles were assumed: no token was taken anew", n)
	}
}

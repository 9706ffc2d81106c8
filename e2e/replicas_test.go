package e2e

import (
	"flag"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/mototest"
)

var (
	soak = flag.Duration("soak", 0, "how long replicas are killed under load; 0: the short story of make test")
	pace = flag.Duration("pace", time.Second, "between two launches; moto copies its whole table for each transaction, so that a big one is slow")
	seed = flag.Uint64("seed", 1, "of what is random in the story of the replicas")
)

// Two replicas share one table and one queue, each event comes three times, and one replica after the other is killed and
// started again: every case comes to its end once, every effect is there once, nothing is lost.
func TestReplicasAreKilledAndNothingIsLost(t *testing.T) {
	t.Parallel()
	s := mototest.Start(t)
	h, q := openShop(t, ireland, s.Config(ireland)), openQueue(t, s)
	p, config := before(t, s, nil), acting(q, openTable(t, s))
	replicas := []*replica{serve(t, config, p.env(s)), serve(t, config, p.env(s))}

	long := *soak
	if long == 0 {
		long = 20 * time.Second
	}
	kills := kill(t, replicas, rand.New(rand.NewPCG(*seed, 0)), long)
	want := attack(t, h, q, long)
	killed := <-kills
	t.Logf("%d launches, each told three times, and %d kills", len(want), killed)

	replicas[0].ends(patience+long/2, want)
	if err := h.stands(want); err != nil {
		t.Error(err)
	}
	eventually(t, time.Minute, "everybody is told once of every case", func() error { return h.told(want) })
	eventually(t, time.Minute, "the queue is empty", func() error { return q.empty(t) })
	if _, err := replicas[0].run("ledger", "verify"); err != nil {
		t.Error(err)
	}
	// A change that was made while its maker died is looked at, not made again; only one that was under way at that
	// moment may be.
	for call, once := range map[string]int{"SuspendProcesses": groups(want), "TerminateInstances": ended(want)} {
		if n := p.counted()[call]; n < once || n > once+killed {
			t.Errorf("%d calls of %s for %d changes, at %d kills", n, call, once, killed)
		}
	}
	for _, r := range replicas {
		r.stop()
	}
}

func groups(want map[string]expected) (n int) {
	for _, w := range want {
		if w.group != "" {
			n++
		}
	}
	return n
}

func ended(want map[string]expected) (n int) {
	for _, w := range want {
		if w.ended {
			n++
		}
	}
	return n
}

// kill kills a replica every other second, until the time is over; it says how often.
func kill(t *testing.T, replicas []*replica, random *rand.Rand, long time.Duration) <-chan int {
	var work sync.WaitGroup
	kills := make(chan int, 1)
	work.Go(func() {
		n := 0
		for end := time.Now().Add(long); time.Now().Before(end); n++ {
			time.Sleep(time.Duration(500+random.IntN(2500)) * time.Millisecond)
			r := replicas[random.IntN(len(replicas))]
			r.kill()
			r.start()
		}
		kills <- n
	})
	t.Cleanup(work.Wait)
	return kills
}

// attack launches instances and groups, some of them as they should be, and delivers each record three times.
func attack(t *testing.T, h *shop, q queue, long time.Duration) map[string]expected {
	t.Helper()
	want := map[string]expected{}
	begun := time.Now()
	for n := 0; time.Since(begun) < long; n++ {
		record := h.launches(n, want)
		q.send(t, delivered(t, record), 3)
		time.Sleep(time.Until(begun.Add(time.Duration(n) * *pace))) // as a load comes, not as fast as it can
	}
	return want
}

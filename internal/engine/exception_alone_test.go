package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
)

// What people let be in an account, or of an actor, is let be there until it ends or is ended; of something else that is found there they did not speak. One
// that a stranger wrote into the ledger counts for nothing, and people are told of it.
func TestAnExceptionGivenAlone(t *testing.T) {
	image := "ami-e2"
	s := set(t, world.Options{}, finds(&image))
	staffed(s)
	s.policy.Mode = acting().Mode
	s.restart()
	give := func(who, root string) ledger.Exception {
		x := ledger.Alone("test.finds", root, ledger.Order{
			Verb: ledger.Except, By: who, At: s.w.Now(), Except: 24 * time.Hour, Found: []string{"image ami-e2"}, Reason: "ours",
		})
		s.must(s.store.Grant(s.Context(), x))
		return x
	}
	last := func() *ledger.Case { all := s.all(); return all[len(all)-1] }
	give("eve", "account:111122223333")
	version(s, mallory)
	s.pass(10 * time.Minute)
	if c := last(); c.State != ledger.Verified || !strings.Contains(c.Paged, "by eve does not count: ") {
		t.Fatalf("a stranger's: %s, paged %q\n%s", c.State, c.Paged, s.history(c))
	}
	s.order(last(), ledger.Order{Verb: ledger.Undo, Except: time.Nanosecond})
	s.pass(time.Minute)
	for _, root := range []string{"account:111122223333", "actor:" + last().Origin.Actor.UniqueID()} {
		x := give("sam", root)
		image = "ami-e2"
		version(s, mallory)
		s.pass(time.Minute)
		if c := last(); c.State != ledger.Excepted || !strings.HasPrefix(c.Reason, "exception: let be: ours, by sam, until 2030-01-08") {
			t.Errorf("%s: %s, %s\n%s", root, c.State, c.Reason, s.history(c))
		}
		if was, err := s.store.Revoke(s.Context(), x, ledger.Order{Verb: ledger.Revoke, By: "sam", At: s.w.Now()}); err != nil || !was {
			t.Fatal(was, err)
		}
	}
	give("sam", "actor:AIDASOMEBODYELSE0001")
	version(s, mallory)
	s.pass(time.Minute)
	if c := last(); c.State != ledger.Contained {
		t.Errorf("of somebody else, and after its end: %s, %s", c.State, c.Reason)
	}
	s.whole()
}

package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/code"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// states are what says which code makes the attic's volume, and how often it was asked.
type states struct {
	says  code.Answer
	asked int
}

func (s *states) Owners(_ context.Context, of event.Resource) code.Answer {
	if s.asked++; of != junk {
		return code.Answer{}
	}
	return s.says
}

var block = code.Owner{Tool: code.Terraform, Address: "aws_ebs_volume.junk", Where: "s3://states/attic.tfstate", Repository: "acme/attic"}

// What code makes is let alone until the code does not make it any more; what can't be read may make it.
func TestWhatCodeMakesIsHeldUntilItDoesNot(t *testing.T) {
	s, a := sweeping(t, locks())
	made := &states{says: code.Answer{Unknown: []string{"state s3://states/attic.tfstate can't be read: it is encrypted"}}}
	s.code = made
	s.restart()
	s.sweep(a)
	s.pass(time.Hour)
	s.tells(a, ledger.Held, "hold", "here true, told false, locked false")
	if c := s.only("test.lock"); c.Reason != "code: whether code makes it is not known: state s3://states/attic.tfstate can't be read: it is encrypted" {
		t.Errorf("held by %q", c.Reason)
	}
	made.says = code.Answer{Owners: []code.Owner{block}}
	s.pass(day)
	s.tells(a, ledger.Held, "hold", "here true, told false, locked false")
	if c := s.only("test.lock"); c.Reason != "code: Terraform makes it, as aws_ebs_volume.junk in s3://states/attic.tfstate: the change belongs there" {
		t.Errorf("held by %q", c.Reason)
	}
	made.says = code.Answer{}
	s.pass(day)
	s.tells(a, ledger.Verified, "done", "here true, told false, locked true")
	s.whole()
}

// Which code makes a thing is asked right before it is changed: what came to be code's since the plan was made is let alone.
func TestWhatCodeMakesByNowIsLetAlone(t *testing.T) {
	s, a := sweeping(t, attics())
	made := &states{}
	s.code = made
	s.restart()
	s.sweep(a)
	s.pass(13 * day)
	s.tells(a, ledger.Verified, "done; act; act", "here true, told true, locked false, copied false")
	made.says.Owners, made.asked = []code.Owner{block}, 0
	s.pass(2 * day)
	s.tells(a, ledger.Held, "done; hold; hold", "here true, told true, locked false, copied false, lost 0")
	if made.asked == 0 || made.asked > 30 {
		t.Errorf("asked %d times in two days", made.asked)
	}
	s.whole()
}

// What is only watched asks no state.
func TestWhatIsWatchedAsksNoState(t *testing.T) {
	s, a := sweeping(t, locks())
	made := &states{says: code.Answer{Owners: []code.Owner{block}}}
	s.code = made
	s.policy.Mode = func(string, string, action.Class) (gate.Decision, string) { return gate.Observe, "observe" }
	s.restart()
	s.sweep(a)
	s.pass(time.Hour)
	if made.asked != 0 || a.locked {
		t.Errorf("asked %d times; %s", made.asked, a)
	}
}

package engine_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/identity"
	"github.com/ripostehq/riposte/playbooks/launch"
)

// slow is an AWS whose EC2 answers no question about instances until it is let: an attacker has it throttled.
type slow struct {
	engine.AWS
	let chan struct{}
}

func (a slow) Reads() access.Reads { return slowReads{a.AWS.Reads(), a.let} }

type slowReads struct {
	access.Reads
	let chan struct{}
}

func (r slowReads) EC2(p event.Place) access.EC2Reads { return slowEC2{r.Reads.EC2(p), r.let} }

type slowEC2 struct {
	access.EC2Reads
	let chan struct{}
}

func (c slowEC2) DescribeInstances(ctx context.Context, in *ec2.DescribeInstancesInput, with ...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error) {
	select {
	case <-c.let:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return c.EC2Reads.DescribeInstances(ctx, in, with...)
}

// throttled is a stage on which mallory has unprotected cattle while EC2 answers nothing, and a turn that has run out of patience
// with it; the function lets EC2 answer and the turn end. It stands in a bubble of time.
func throttled(t *testing.T) (s *stage, let func()) {
	t.Helper()
	return throttledFor(t, set(t, world.Options{}, launch.TerminationUnprotected()), "launch.termination-unprotected")
}

// throttledFor is throttled on a stage with a playbook.
func throttledFor(t *testing.T, s *stage, book string) (_ *stage, let func()) {
	t.Helper()
	answers, done := make(chan struct{}), make(chan struct{})
	s.aws = slow{s, answers}
	s.restart()
	unprotect(s, mallory)
	s.must(s.w.AdvanceTo(s.w.Now().Add(6 * time.Second)))
	s.deliver()
	go func() {
		defer close(done)
		s.step()
	}()
	time.Sleep(engine.DefaultTiming().Patience)
	synctest.Wait()
	select {
	case <-done:
		t.Fatalf("the turn did not wait for EC2: %s", steps(s.only(book)))
	default:
	}
	return s, func() {
		close(answers)
		<-done
	}
}

// keyIsOff reports whether the key that mallory used is switched off.
func (s *stage) keyIsOff() bool {
	out, err := clients{w: s.w, by: own}.iam(ireland).ListAccessKeys(s.Context(), &iam.ListAccessKeysInput{UserName: aws.String("mallory")})
	s.must(err)
	return slices.ContainsFunc(out.AccessKeyMetadata, func(k types.AccessKeyMetadata) bool {
		return aws.ToString(k.AccessKeyId) == mallory.AccessKeyID && k.Status == types.StatusTypeInactive
	})
}

// A decoy is stopped whoever keeps EC2 from saying whether an instance has the address: the region that is asked is of the thief's choice.
func TestADecoyDoesNotWaitForItsThiefsMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := set(t, world.Options{})
		book, err := identity.DecoyUsed().Bind(func(p any) error {
			p.(*identity.DecoyParams).Keys = []string{mallory.AccessKeyID}
			return nil
		})
		s.must(err)
		s.bound = []playbook.Playbook{book}
		s, let := throttledFor(t, s, book.ID)
		if !s.keyIsOff() {
			t.Fatal("EC2 does not answer, and the decoy's key works")
		}
		let()
		s.pass(5 * time.Minute)
		if c := s.only(book.ID); c.State != ledger.Verified || !c.Revisions[0].Preempts || !s.keyIsOff() {
			t.Fatalf("%s, %d revisions: %s\n%s", c.State, len(c.Revisions), steps(c), s.history(c))
		}
		s.whole()
	})
}

// What is clear from the record, and from the one before that showed the protection on, is done while EC2 does not answer.
func TestWhatIsClearFromTheRecordDoesNotWaitForAThrottledLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, let := throttled(t)
		if !s.keyIsOff() {
			t.Fatal("EC2 does not answer, and the key works")
		}
		let()
		s.pass(5 * time.Minute)
		c := s.only("launch.termination-unprotected")
		if c.State != ledger.Verified || len(c.Revisions) != 2 || !c.Revisions[0].Preempts {
			t.Fatalf("%s, %d revisions: %s\n%s", c.State, len(c.Revisions), steps(c), s.history(c))
		}
		s.order(c, ledger.Order{Verb: ledger.Undo})
		s.pass(time.Minute)
		if s.keyIsOff() {
			t.Errorf("undone, and the key is off: %s", steps(s.only("launch.termination-unprotected")))
		}
		s.whole()
	})
}

// Where the look then finds nothing wrong, what was done before it is taken back.
func TestWhatWasDoneBeforeALookThatDismissesIsTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, let := throttled(t)
		if !s.keyIsOff() {
			t.Fatal("EC2 does not answer, and the key works")
		}
		on := switchOff("i-0cattle")
		*on.DisableApiTermination.Value = true
		_, err := clients{w: s.w, by: own}.ec2(ireland).ModifyInstanceAttribute(t.Context(), on) // before the look, and by an operator
		s.must(err)
		let()
		s.pass(5 * time.Minute)
		if c := s.only("launch.termination-unprotected"); c.State != ledger.Undone || s.keyIsOff() {
			t.Errorf("%s, the key is off: %v: %s\n%s", c.State, s.keyIsOff(), steps(c), s.history(c))
		}
		s.whole()
	})
}

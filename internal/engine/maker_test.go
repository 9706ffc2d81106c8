package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/launch"
)

// endsTagged is a playbook that asks to terminate what a person tags.
func endsTagged() playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, struct{}]{
		ID: "test.ends-tagged", On: []playbook.Trigger{playbook.Call(call.EC2CreateTags)}, Severity: playbook.Medium,
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[struct{}] {
			_, id, ok := strings.Cut(string(e.Request), `"resourceId":"i-`)
			if id, _, _ = strings.Cut(id, `"`); !ok {
				return nil
			}
			return []playbook.Suspect[struct{}]{{Resource: e.Place().In(event.Instance, "i-"+id), Title: "an instance"}}
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[struct{}], _ struct{}) ([]playbook.Suspect[struct{}], error) {
			return []playbook.Suspect[struct{}]{s}, nil
		},
		Plan: func(s playbook.Suspect[struct{}], _ struct{}) action.Plan {
			return action.Plan{Steps: []action.Step{action.Try(action.Terminate{Instance: s.Resource})}}
		},
	})
}

// makersAsked is a stage in which who made a thing owns it, and how often the event history was asked for it.
func makersAsked(t *testing.T, books ...playbook.Definition) (s *stage, asked *int, deaf *time.Time) {
	asked, deaf = new(int), new(time.Time)
	s = set(t, world.Options{DeliveryDelay: time.Second, AfterCall: func(_, op string) error {
		if op != "LookupEvents" {
			return nil
		}
		*asked++
		if s.w.Now().Before(*deaf) {
			return errors.New("throttled")
		}
		return nil
	}}, books...)
	s.policy.Mode = asks
	s.policy.Approval.MakerOwns = func(*ledger.Case) bool { return true }
	s.restart()
	return s, asked, deaf
}

// tagsAfter has mallory launch an instance, and tag it some time later.
func (s *stage) tagsAfter(wait time.Duration) {
	s.Helper()
	client := ec2.NewFromConfig(s.w.Config(ireland, mallory))
	out, err := client.RunInstances(s.Context(), &ec2.RunInstancesInput{ImageId: aws.String("ami-0bbbbbbbbbbbbbbbb"), InstanceType: "t3.micro", MinCount: aws.Int32(1), MaxCount: aws.Int32(1)})
	s.must(err)
	s.pass(wait)
	_, err = client.CreateTags(s.Context(), &ec2.CreateTagsInput{Resources: []string{*out.Instances[0].InstanceId}, Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}})
	s.must(err)
}

// Who made what a case is about is looked up once, by its name, before people are told, and stays with the case; an older riposte leaves that to the newer one.
func TestWhoMadeItIsKnownWhenPeopleAreTold(t *testing.T) {
	s, asked, _ := makersAsked(t, endsTagged())
	var told *ledger.Case
	s.desk = func(c *ledger.Case) {
		if told == nil {
			told = c
		}
	}
	s.tagsAfter(24 * time.Hour)
	s.pass(time.Hour)
	c := s.only("test.ends-tagged")
	if c.State != ledger.Asked || !c.Maker.Known() || !strings.HasSuffix(c.Maker.Actor.ARN, "user/mallory") || c.Maker.Call != "RunInstances" || c.Schema != ledger.Schema || *asked != 1 {
		t.Fatalf("%s, made by %+v, schema %d, asked %d times\n%s", c.State, c.Maker, c.Schema, *asked, s.history(c))
	}
	if told == nil || !told.Maker.Known() {
		t.Errorf("people were told of %+v", told)
	}
	s.whole()
}

// A history that does not answer delays no message by more than a moment, is asked again, and people hear who it was then.
func TestAMakerThatTheHistoryDidNotTellIsLookedUpAgain(t *testing.T) {
	s, _, deaf := makersAsked(t, endsTagged())
	s.tagsAfter(time.Minute)
	*deaf = s.w.Now().Add(10 * time.Minute)
	s.pass(time.Minute)
	c := s.only("test.ends-tagged")
	if c.State != ledger.Asked || c.Maker.Known() || c.Maker.Unseen == "" || c.MakerAgain == nil || len(s.reports) == 0 {
		t.Fatalf("%s, %+v, %+v, told %v", c.State, c.Maker, c.MakerAgain, s.reports)
	}
	told := len(s.reports)
	s.pass(time.Hour)
	if c = s.only("test.ends-tagged"); !c.Maker.Known() || c.MakerAgain != nil || len(s.reports) == told {
		t.Errorf("once it answers: %+v, %+v, told %v\n%s", c.Maker, c.MakerAgain, s.reports, s.history(c))
	}
}

// One that never answers is given up, and nothing else is.
func TestAMakerThatTheHistoryNeverTellsIsGivenUp(t *testing.T) {
	s, asked, deaf := makersAsked(t, endsTagged())
	s.tagsAfter(time.Minute)
	*deaf = s.w.Now().Add(1000 * time.Hour)
	s.pass(24 * time.Hour)
	was := *asked
	s.pass(24 * time.Hour)
	if c := s.only("test.ends-tagged"); c.State != ledger.Asked || c.MakerAgain != nil || c.Maker.Unseen == "" || c.Error != "" || *asked != was || was > 3*(mostTries+1) {
		t.Errorf("%s, %+v, asked %d times, then %d more: %q", c.State, c.Maker, was, *asked-was, c.Error)
	}
}

// mostTries is how often it is asked again.
const mostTries = 5

// Who made a thing has no word in containment, so that nobody is asked for it there, however long it takes.
func TestWhoMadeItIsNotAskedWhereItContains(t *testing.T) {
	s, asked, _ := makersAsked(t, launch.TerminationUnprotected())
	unprotect(s, mallory)
	s.pass(time.Hour)
	if c := s.only(unprotectedID); c.State != ledger.Asked || c.Maker != nil || *asked != 0 {
		t.Errorf("%s, %+v, asked %d times", c.State, c.Maker, *asked)
	}
}

// Wherever riposte dies of it, what is known of the maker in the end is the same.
func TestDiesEverywhereWhereAMakerIsLookedUp(t *testing.T) {
	diesEverywhere(t, []playbook.Definition{endsTagged()}, func(s *stage) {
		s.policy.Mode = asks
		s.policy.Approval.MakerOwns = func(*ledger.Case) bool { return true }
		s.restart()
		s.tagsAfter(time.Minute)
		s.pass(5 * time.Minute)
		c := s.only("test.ends-tagged")
		if !c.Maker.Known() {
			t.Errorf("%s: %+v", c.State, c.Maker)
		}
		s.order(c, ledger.Order{Verb: ledger.Approve, Shown: c.Shown(0)})
		s.pass(10 * time.Minute)
	})
}

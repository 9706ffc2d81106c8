package engine_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
)

// What it costs that an attacker does the same again and again.

// sessions is a playbook of the test's own: what a session of a role unprotects is protected again, and a person is asked
// about the session.
func sessions() playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, contain.Actor]{
		ID: "test.sessions", On: []playbook.Trigger{playbook.Call(call.EC2ModifyInstanceAttribute)},
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[contain.Actor] {
			who := contain.ActorOf(e.Actor, e.Time)
			return []playbook.Suspect[contain.Actor]{{Resource: who.Root(), Title: "unprotected by " + who.Session, Facts: who}}
		},
		Check: func(_ context.Context, _ playbook.In, x playbook.Suspect[contain.Actor], _ struct{}) ([]playbook.Suspect[contain.Actor], error) {
			return []playbook.Suspect[contain.Actor]{x}, nil
		},
		Plan: func(x playbook.Suspect[contain.Actor], _ struct{}) action.Plan {
			steps := []action.Step{action.Try(action.Protect{Instance: ireland.In(event.Instance, "i-0cattle"), Attribute: action.AgainstTermination})}
			for _, s := range x.Facts.Steps(action.Destructive, x.Case) {
				steps = append(steps, s.Asking("the session may be somebody's work"))
			}
			return action.Plan{Steps: steps}
		},
	})
}

// nadia is a session of the role ops.
func nadia(s *stage) aws.Credentials {
	s.Helper()
	out, err := sts.NewFromConfig(s.w.Config(ireland, mallory)).AssumeRole(s.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::111122223333:role/ops"), RoleSessionName: aws.String("nadia"),
	})
	s.must(err)
	c := out.Credentials
	return aws.Credentials{AccessKeyID: aws.ToString(c.AccessKeyId), SecretAccessKey: aws.ToString(c.SecretAccessKey), SessionToken: aws.ToString(c.SessionToken)}
}

// cost is what riposte spends: on one more of the same, and on a minute in which nothing happens.
type cost struct{ read, asked, committed, stored int }

func (c cost) sum() int { return c.read + c.asked + c.committed }

func (c *counted) spent(what func()) cost {
	read, asked, committed := c.read, c.asked, c.committed
	what()
	payload, err := json.Marshal(c.all()[0])
	c.must(err)
	return cost{c.read - read, c.asked - asked, c.committed - committed, len(payload)}
}

// repeated has a session unprotect an instance so many times, a second apart, and tells what the next time costs.
func repeated(t testing.TB, times int) cost {
	t.Helper()
	s, count := tallied(t, sessions())
	session := nadia(s)
	for range times {
		unprotect(s, session)
		s.pass(time.Second)
	}
	s.pass(10 * time.Minute)
	return count.spent(func() {
		unprotect(s, session)
		s.pass(time.Minute)
	})
}

func TestRepetitionCostsAConstant(t *testing.T) {
	few, many := repeated(t, 10), repeated(t, 100)
	t.Logf("once more costs %+v after 10 times, %+v after 100", few, many)
	if many.sum() > 2*few.sum() || many.stored > 2*few.stored {
		t.Errorf("once more costs %+v after 10 times, %+v after 200", few, many)
	}
}

// BenchmarkRepetition compares the 1,001st time with the eleventh.
func BenchmarkRepetition(b *testing.B) {
	var few, many cost
	for b.Loop() {
		few, many = repeated(b, 10), repeated(b, 1000)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(many.sum())/float64(few.sum()), "calls-ratio")
	b.ReportMetric(float64(many.stored)/float64(few.stored), "bytes-ratio")
}

// revokes is a playbook of the test's own: the sessions of the role that unprotects are revoked, and a person is asked for more.
func revokes() playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, contain.Actor]{
		ID: "test.revokes", On: []playbook.Trigger{playbook.Call(call.EC2ModifyInstanceAttribute)},
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[contain.Actor] {
			who := contain.ActorOf(e.Actor, e.Time)
			return []playbook.Suspect[contain.Actor]{{Resource: who.Root(), Title: "unprotected by " + who.Session, Facts: who}}
		},
		Check: func(_ context.Context, _ playbook.In, x playbook.Suspect[contain.Actor], _ struct{}) ([]playbook.Suspect[contain.Actor], error) {
			return []playbook.Suspect[contain.Actor]{x}, nil
		},
		Plan: func(x playbook.Suspect[contain.Actor], _ struct{}) action.Plan {
			who := x.Facts
			return action.Plan{Steps: []action.Step{
				action.Try(action.RevokeSessions{
					Role: who.Holder, UserID: who.UserID, Before: who.Seen.Add(10 * time.Minute), Case: x.Case, Scope: action.Everything,
				}),
				action.Try(action.AttachRoleDeny{Role: who.Holder}).Asking("it stops everybody who uses the role"),
			}}
		},
	})
}

// Whoever assumes the role again under the same name is behind the revocation that was planned for the first session: the
// plan that stands is extended to the later moment, and stays one.
func TestARevocationIsExtendedWithTheAttack(t *testing.T) {
	s, _ := tallied(t, revokes())
	for _, later := range []time.Duration{time.Second, 20 * time.Minute, 40 * time.Minute} {
		s.pass(later)
		session := nadia(s)
		unprotect(s, session)
		s.pass(time.Minute)
		p := ireland
		p.Region = "us-east-1"
		if _, err := iam.NewFromConfig(s.w.Config(p, session)).ListUsers(t.Context(), nil); err == nil {
			t.Errorf("after %s more her session goes on", later)
		}
	}
	c := s.all()[1] // the first is of the estate's own past
	live := 0
	for _, r := range c.Revisions {
		if r.Superseded == 0 {
			live++
		}
	}
	if c.State != ledger.Asked || live != 1 || len(c.Revisions) != 3 || len(c.Suspects) != 1 {
		t.Errorf("%s, %d plans, %d of them live, %d suspects: %s\n%s", c.State, len(c.Revisions), live, len(c.Suspects), steps(c), s.history(c))
	}
	s.whole()
}

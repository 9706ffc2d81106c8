package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go/middleware"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// counted is riposte's AWS and ledger with a count of what is asked of either.
type counted struct {
	*stage
	ledger.Store
	read             int    // calls to AWS that read
	asked, committed int    // questions to the ledger before a change; commits
	sent             int    // messages to cases
	full             string // a case that takes no more
}

// tallied is a stage on which riposte's work is counted.
func tallied(t testing.TB, books ...playbook.Definition) (*stage, *counted) {
	t.Helper()
	s := set(t, world.Options{}, books...)
	c := &counted{stage: s, Store: s.store}
	s.store, s.aws = c, c
	s.restart()
	return s, c
}

func (c *counted) Reads() access.Reads { return countedReads{clients{c.w, own, nil}.reads(), c} }

func (c *counted) Facts(ctx context.Context, q ledger.Question) (ledger.Facts, error) {
	c.asked++
	return c.Store.Facts(ctx, q)
}

func (c *counted) Commit(ctx context.Context, k *ledger.Case, w ledger.Write) error {
	c.committed++
	return c.Store.Commit(ctx, k, w)
}

func (c *counted) Send(ctx context.Context, now time.Time, id string, m ledger.Message) (bool, error) {
	if id == c.full {
		return false, fmt.Errorf("%w %s", ledger.ErrFull, id)
	}
	c.sent++
	return c.Store.Send(ctx, now, id, m)
}

// turns lets riposte take turns until something is so, and counts them.
func (s *stage) turns(most int, until func() bool) (n int) {
	s.Helper()
	for !until() {
		if n == most {
			s.Fatalf("not so after %d turns", n)
		}
		_, _, err := s.e.ProcessOne(s.Context())
		s.must(err)
		n++
	}
	return n
}

// recorded lets the trail deliver what has happened, without a turn of riposte's. What a case has no room for now comes again.
func (s *stage) recorded() {
	s.Helper()
	s.must(s.w.AdvanceTo(s.w.Now().Add(6 * time.Second)))
	for _, d := range s.w.Deliveries() {
		var envelope struct{ Detail json.RawMessage }
		s.must(json.Unmarshal(d.Body, &envelope))
		ev, err := event.Decode(envelope.Detail)
		s.must(err)
		ev.Received = s.w.Now()
		if _, err = s.e.Receive(s.Context(), ev); errors.Is(err, ledger.ErrFull) {
			continue
		}
		s.must(err)
		s.must(s.w.Ack(d.ID))
	}
}

// denies is a playbook of the test's own: the user that unprotects an instance is denied, by the deployed policy.
func denies(id, user string) playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, struct{}]{
		ID: id, On: []playbook.Trigger{playbook.Call(call.EC2ModifyInstanceAttribute)},
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[struct{}] {
			if e.Actor.UserName != "mallory" { // what was so before the story has records, too
				return nil
			}
			return []playbook.Suspect[struct{}]{{Resource: e.Place().In(event.User, user), Title: user + " is to be stopped"}}
		},
		Check: func(_ context.Context, _ playbook.In, x playbook.Suspect[struct{}], _ struct{}) ([]playbook.Suspect[struct{}], error) {
			return []playbook.Suspect[struct{}]{x}, nil
		},
		Plan: func(x playbook.Suspect[struct{}], _ struct{}) action.Plan {
			return action.Plan{Steps: []action.Step{
				action.Try(action.AttachUserDeny{User: x.Resource}).Else(action.DenyUser{User: x.Resource, Case: x.Case, Scope: action.Everything}),
			}}
		},
	})
}

type countedReads struct {
	reads
	by *counted
}

func (r countedReads) config(p event.Place) aws.Config {
	cfg := r.w.Config(p, r.reads.by)
	cfg.APIOptions = append(cfg.APIOptions, func(st *middleware.Stack) error {
		return st.Initialize.Add(middleware.InitializeMiddlewareFunc("count",
			func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				r.by.read++
				return next.HandleInitialize(ctx, in)
			}), middleware.After)
	})
	return cfg
}

func (r countedReads) EC2(p event.Place) access.EC2Reads { return ec2.NewFromConfig(r.config(p)) }
func (r countedReads) AutoScaling(p event.Place) access.AutoScalingReads {
	return autoscaling.NewFromConfig(r.config(p))
}
func (r countedReads) IAM(p event.Place) access.IAMReads {
	p.Region = "us-east-1"
	return iam.NewFromConfig(r.config(p))
}

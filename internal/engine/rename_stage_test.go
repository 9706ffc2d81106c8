package engine_test

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/launch"
)

// intruded is riposte's AWS with another caller that acts right before or after single calls to IAM.
type intruded struct {
	*stage
	before map[string]func(*stage) // by operation, with "after " before it; once
}

type intrudedReads struct {
	reads
	in intruded
}

type intrudedWrites struct {
	writes
	in intruded
}

func (i intruded) Reads() access.Reads {
	return intrudedReads{clients{i.w, own, nil}.reads(), i}
}

func (i intruded) Writes(action.Action, []action.Action, string) access.Writes {
	return intrudedWrites{clients{i.w, own, nil}.writes(), i}
}

func (r intrudedReads) IAM(p event.Place) access.IAMReads   { return r.in.client(p) }
func (w intrudedWrites) IAM(p event.Place) access.IAMWrites { return w.in.client(p) }

func (i intruded) now(moment string) {
	if act := i.before[moment]; act != nil {
		delete(i.before, moment)
		act(i.stage)
	}
}

func (i intruded) client(p event.Place) *iam.Client {
	p.Region = "us-east-1"
	cfg := traced(i.w.Config(p, own), nil)
	cfg.APIOptions = append(cfg.APIOptions, func(st *middleware.Stack) error {
		return st.Initialize.Add(middleware.InitializeMiddlewareFunc("intrude",
			func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				op := awsmiddleware.GetOperationName(ctx)
				i.now(op)
				defer i.now("after " + op)
				return next.HandleInitialize(ctx, in)
			}), middleware.After)
	})
	return iam.NewFromConfig(cfg)
}

// watchedOver is the shop under launch.termination-unprotected, with an intruder.
func watchedOver(t *testing.T, before map[string]func(*stage)) *stage {
	t.Helper()
	s := set(t, world.Options{}, launch.TerminationUnprotected())
	book, err := s.books[0].Default()
	s.must(err)
	s.e = engine.New(engine.Options{
		Store: s.store, Playbooks: []playbook.Playbook{book}, Policy: s.policy, AWS: intruded{s, before}, Reporter: s,
		Codec: action.NewCodec(action.Kinds()...), Timing: engine.DefaultTiming(), Now: s.w.Now, Name: "test",
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	return s
}

// administrator is a second principal, which is never contained.
func administrator(s *stage) *iam.Client { return clients{w: s.w, by: own}.iam(ireland) }

// rename gives a user another name.
func rename(by func(*stage) *iam.Client, from, to string) func(*stage) {
	return func(s *stage) {
		s.Helper()
		_, err := by(s).UpdateUser(s.Context(), &iam.UpdateUserInput{UserName: aws.String(from), NewUserName: aws.String(to)})
		s.must(err)
	}
}

// moveTo gives a user another path.
func moveTo(path string) func(*stage) {
	return func(s *stage) {
		s.Helper()
		_, err := attackerIAM(s).UpdateUser(s.Context(), &iam.UpdateUserInput{UserName: aws.String("mallory"), NewPath: aws.String(path)})
		s.must(err)
	}
}

// innocent makes a user by the name of mallory.
func innocent(s *stage) {
	s.Helper()
	_, err := administrator(s).CreateUser(s.Context(), &iam.CreateUserInput{UserName: aws.String("mallory")})
	s.must(err)
}

// keyless deletes mallory's first key.
func keyless(name string) func(*stage) {
	return func(s *stage) {
		s.Helper()
		_, err := administrator(s).DeleteAccessKey(s.Context(), &iam.DeleteAccessKeyInput{UserName: aws.String(name), AccessKeyId: aws.String(mallory.AccessKeyID)})
		s.must(err)
	}
}

func all(acts ...func(*stage)) func(*stage) {
	return func(s *stage) {
		for _, act := range acts {
			act(s)
		}
	}
}

// denied reports whether a user has the deny, attached or inline.
func denied(s *stage, name string) bool {
	s.Helper()
	out, err := administrator(s).ListAttachedUserPolicies(s.Context(), &iam.ListAttachedUserPoliciesInput{UserName: aws.String(name)})
	s.must(err)
	for _, p := range out.AttachedPolicies {
		if aws.ToString(p.PolicyArn) == denyPolicy {
			return true
		}
	}
	inline, err := administrator(s).ListUserPolicies(s.Context(), &iam.ListUserPoliciesInput{UserName: aws.String(name)})
	s.must(err)
	return slices.ContainsFunc(inline.PolicyNames, func(p string) bool { return strings.HasPrefix(p, "riposte-deny") })
}

// active reports whether mallory's first key works, under the name that she has.
func active(s *stage, name string) bool {
	s.Helper()
	out, err := administrator(s).ListAccessKeys(s.Context(), &iam.ListAccessKeysInput{UserName: aws.String(name)})
	s.must(err)
	for _, k := range out.AccessKeyMetadata {
		if aws.ToString(k.AccessKeyId) == mallory.AccessKeyID {
			return k.Status == types.StatusTypeActive
		}
	}
	return false
}

// principal is a user as the configuration names it: by ARN and id.
func (s *stage) principal(name string) gate.Principal {
	s.Helper()
	out, err := administrator(s).GetUser(s.Context(), &iam.GetUserInput{UserName: &name})
	s.must(err)
	return gate.Principal{ARN: *out.User.Arn, ID: *out.User.UserId}
}

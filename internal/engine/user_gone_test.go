package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/identity"
)

const byHandUser = "identity.by-hand-user"

// handmade is a stage on which a person has made the user reports, with a key, and riposte has denied it.
func handmade(t *testing.T) *stage {
	t.Helper()
	people := event.People{Issuers: []string{"arn:aws:iam::*:role/ops"}}
	s := set(t, world.Options{}, identity.ByHandUser().Knowing(people))
	s.org = playbook.Organization{People: people, Environments: map[string]string{ireland.Account: "production"}}
	s.restart()
	_, err := administrator(s).CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: aws.String(action.BoundaryPolicy), PolicyDocument: aws.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`)})
	s.must(err)
	alice := iam.NewFromConfig(s.w.Config(ireland, opened(s, "alice")[0]))
	_, err = alice.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("reports")})
	s.must(err)
	_, err = alice.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("reports")})
	s.must(err)
	s.pass(10 * time.Minute)
	if c := s.only(byHandUser); !denied(s, "reports") || len(c.Revisions) != 1 {
		t.Fatalf("%s: %s\n%s", c.State, steps(c), s.history(c))
	}
	return s
}

func (s *stage) handmadeThere() bool {
	s.Helper()
	_, err := administrator(s).GetUser(s.Context(), &iam.GetUserInput{UserName: aws.String("reports")})
	if err != nil && !action.Missing(err) {
		s.must(err)
	}
	return err == nil
}

// Two days after its denial a person is asked, and reads what the user has by then; what it was given between the question and the answer asks
// anew. What is gone has no way back, and says so.
func TestAUserByHandGoesWhereAPersonAgrees(t *testing.T) {
	s := handmade(t)
	s.pass(40 * time.Hour)
	if c := s.only(byHandUser); c.State != ledger.Verified {
		t.Fatalf("before its time: %s: %s\n%s", c.State, steps(c), s.history(c))
	}
	s.pass(10 * time.Hour)
	c := s.only(byHandUser)
	if c.State != ledger.Asked || len(c.Revisions) != 2 || !s.handmadeThere() {
		t.Fatalf("after two days: %s: %s\n%s", c.State, steps(c), s.history(c))
	}
	_, err := administrator(s).PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: aws.String("reports"), PolicyName: aws.String("books"), PolicyDocument: aws.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`)})
	s.must(err)
	s.order(c, ledger.Order{Verb: ledger.Approve, Revision: 2})
	s.pass(time.Minute)
	if c = s.only(byHandUser); c.State != ledger.Asked || len(c.Revisions) != 3 || !s.handmadeThere() {
		t.Fatalf("with more than was approved: %s: %s\n%s", c.State, steps(c), s.history(c))
	}
	s.order(c, ledger.Order{Verb: ledger.Approve, Revision: 3})
	s.pass(5 * time.Minute)
	if c = s.only(byHandUser); s.handmadeThere() || c.State != ledger.Verified {
		t.Fatalf("approved: %s: %s\n%s", c.State, steps(c), s.history(c))
	}
	s.order(c, ledger.Order{Verb: ledger.Undo})
	s.pass(5 * time.Minute)
	if c = s.only(byHandUser); s.handmadeThere() || !strings.Contains(s.history(c), "another id") {
		t.Errorf("undone: %s: %s\n%s", c.State, steps(c), s.history(c))
	}
	s.whole()
}

// Who takes the deny off, or undoes the case, keeps the user.
func TestAUserThatWasLetBackInIsNotDeleted(t *testing.T) {
	s := handmade(t)
	s.order(s.only(byHandUser), ledger.Order{Verb: ledger.Undo})
	s.pass(72 * time.Hour)
	c := s.only(byHandUser)
	out, err := administrator(s).GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("reports")})
	s.must(err)
	if denied(s, "reports") || len(out.User.Tags) > 0 || c.State != ledger.Undone {
		t.Errorf("undone: %s: %s, tags %v\n%s", c.State, steps(c), out.User.Tags, s.history(c))
	}
}

package cloud_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/mototest"
)

// By the wire: an account is entered, a user of it is denied in a narrow session, and a call without an answer is reported as one.
func TestAnotherAccountIsEnteredAndComesBackAfterAnOutage(t *testing.T) {
	s := mototest.Start(t)
	at := event.Place{Partition: "aws", Account: "444455556666", Region: "eu-west-1"}
	if _, err := iam.NewFromConfig(s.Assume(t, at)).CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("mallory"), Path: aws.String("/staff/")}); err != nil {
		t.Fatal(err)
	}
	c := cloud.New(cloud.Options{
		Base:  s.Config,
		Roles: map[cloud.Purpose]string{cloud.Audit: "defence/riposte-audit", cloud.Author: "defence/riposte-author"}, ExternalID: "x-1",
		Guard: cloud.GuardFor(nil, action.Kinds()), Now: time.Now,
	})
	deny := action.DenyUser{User: at.In(event.User, "staff/mallory"), Case: "c_1", Scope: action.Everything}
	denied := func() error {
		if err := deny.Do(t.Context(), c.Writes(deny, nil, "c_1")); err != nil {
			return err
		}
		if look, err := deny.Look(t.Context(), c.Reads()); err != nil || !look.Satisfied {
			return errors.Join(err, errors.New("done, and not there"))
		}
		return nil
	}
	if err := denied(); err != nil || len(c.Unreachable()) != 0 {
		t.Fatalf("%v, unreachable: %+v", err, c.Unreachable())
	}
	s.Down()
	if err := denied(); err == nil || errors.Is(err, action.ErrCannot) {
		t.Errorf("no answer: %v", err)
	}
	if shut := c.Unreachable(); len(shut) != 1 || shut[0].Account != at.Account || shut[0].Purpose != cloud.Author {
		t.Errorf("unreachable: %+v", shut)
	}
	s.Up(t)
	_ = denied() // by a session that moto, other than AWS, has forgotten and takes for another account's
	if shut := c.Unreachable(); len(shut) != 0 {
		t.Errorf("it answers again, and is unreachable: %+v", shut)
	}
}

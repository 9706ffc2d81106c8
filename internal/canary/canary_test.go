package canary_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/canary"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

const shop = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    name: shop
    users:
      - {name: reader, keys: [{id: AKIAREADER0000000001, secret: reader}]}
      - name: admin
        keys: [{id: AKIAADMIN00000000001, secret: admin}]
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
    regions: {eu-west-1: {}}
`

var here = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}

func TestACanaryIsRefusedAndArrivesAsASuspectThatIsDismissed(t *testing.T) {
	for _, c := range []struct{ name, key, secret, why string }{
		{"by a user without the right", "AKIAREADER0000000001", "reader", "Client.UnauthorizedOperation"},
		{"by a user with the right", "AKIAADMIN00000000001", "admin", "Client.DryRunOperation"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, err := world.New([]byte(shop), world.Options{})
			if err != nil {
				t.Fatal(err)
			}
			by := ec2.NewFromConfig(w.Config(here, aws.Credentials{AccessKeyID: c.key, SecretAccessKey: c.secret}))
			request, err := canary.Send(t.Context(), by.ModifyInstanceAttribute, [5]byte{1, 2, 3, 4, 5})
			if err != nil {
				t.Fatal(err)
			}
			e := delivered(t, w)
			if e.Error.Code != c.why {
				t.Errorf("the record says %q, want %q", e.Error.Code, c.why)
			}
			leads := suspects(t, e)
			if len(leads) != 1 || leads[0].Origin.RequestID != request {
				t.Fatalf("leads %+v, want one of request %s", leads, request)
			}
			one := &ledger.Case{Playbook: canary.ID, Suspects: []ledger.Suspect{{StoredSuspect: leads[0]}}}
			if from, ok := canary.Arrival([]*ledger.Case{one}, request); !ok || !from.Occurred.Equal(e.Time) {
				t.Errorf("arrived %v, at %v, want %v", ok, from.Occurred, e.Time)
			}
			if _, ok := canary.Arrival([]*ledger.Case{one}, "another"); ok {
				t.Error("another canary arrived, which was never sent")
			}
		})
	}
}

// delivered is the one record that the world wrote.
func delivered(t *testing.T, w *world.World) event.Event {
	t.Helper()
	if err := w.AdvanceTo(w.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	all := w.Deliveries()
	if len(all) != 1 {
		t.Fatalf("%d records, want one", len(all))
	}
	contents, err := event.Unwrap(all[0].Body)
	if err != nil {
		t.Fatal(err)
	}
	e, err := event.Decode(contents[0].Record)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func suspects(t *testing.T, e event.Event) []playbook.StoredSuspect {
	return suspected(t, canary.Sender{}, e)
}

func suspected(t *testing.T, by canary.Sender, e event.Event) []playbook.StoredSuspect {
	t.Helper()
	book := canary.Playbook(by)
	leads, err := book.Suspects(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range leads {
		if found, err := book.Check(t.Context(), playbook.In{}, "c_1", l); err != nil || len(found) > 0 {
			t.Errorf("a canary was confirmed: %v, %v", found, err)
		}
	}
	return leads
}

func TestOthersCallsAreNoCanaries(t *testing.T) {
	failed := event.Failure{Code: "Client.DryRunOperation"}
	for _, c := range []struct {
		name    string
		err     event.Failure
		request string
	}{
		{"one that succeeded", event.Failure{}, `{"instanceId":"i-0c0ffee0102030405"}`},
		{"another instance", failed, `{"instanceId":"i-0123456789abcdef0"}`},
		{"no parameters", failed, `null`},
		{"a list", failed, `[]`},
	} {
		e := event.Event{Source: "ec2.amazonaws.com", Name: "ModifyInstanceAttribute", Error: c.err, Request: []byte(c.request)}
		if leads := suspects(t, e); len(leads) > 0 {
			t.Errorf("%s: %v", c.name, leads)
		}
	}
}

// Any principal may make a call that is refused: where the doctor's role is known, only what it did is written down.
func TestStrangersCallsAreNoCanaries(t *testing.T) {
	by := canary.Sender{Role: "/defence/riposte-audit", Session: "riposte-doctor"}
	doctor := event.Actor{
		Kind: event.RoleActor, Account: here.Account, Session: "riposte-doctor", Role: "riposte-audit",
		Issuer: "arn:aws:iam::111122223333:role/defence/riposte-audit",
	}
	for _, c := range []struct {
		name  string
		who   func(*event.Actor)
		leads int
	}{
		{"the doctor", func(*event.Actor) {}, 1},
		{"riposte at work", func(a *event.Actor) { a.Session = "riposte" }, 0},
		{"another role's session of that name", func(a *event.Actor) { a.Issuer = "arn:aws:iam::111122223333:role/web" }, 0},
		{"a role of that name on another path", func(a *event.Actor) { a.Issuer = "arn:aws:iam::111122223333:role/riposte-audit" }, 0},
		{"a role of that name in another account", func(a *event.Actor) {
			a.Account, a.Issuer = "444455556666", "arn:aws:iam::444455556666:role/defence/riposte-audit"
		}, 0},
		{"a user", func(a *event.Actor) {
			*a = event.Actor{Kind: event.UserActor, Account: here.Account, UserName: "riposte-doctor"}
		}, 0},
	} {
		who := doctor
		c.who(&who)
		e := event.Event{
			Source: "ec2.amazonaws.com", Name: "ModifyInstanceAttribute", Account: here.Account, Actor: who,
			Error: event.Failure{Code: "Client.UnauthorizedOperation"}, Request: []byte(`{"instanceId":"i-0c0ffee0102030405"}`),
		}
		if leads := suspected(t, by, e); len(leads) != c.leads {
			t.Errorf("%s: %d suspects, want %d", c.name, len(leads), c.leads)
		}
	}
}

func down(_ context.Context, _ *ec2.ModifyInstanceAttributeInput, _ ...func(*ec2.Options)) (*ec2.ModifyInstanceAttributeOutput, error) {
	return nil, &smithy.OperationError{ServiceID: "EC2", OperationName: "ModifyInstanceAttribute", Err: errors.New("no route to host")}
}

func TestACanaryThatCouldNotBeSentIsAnError(t *testing.T) {
	if id, err := canary.Send(t.Context(), down, [5]byte{}); err == nil || id != "" {
		t.Errorf("%q, %v", id, err)
	}
}

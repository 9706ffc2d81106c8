package contain

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// TestWhoOpenedASessionIsStoppedIfAPersonWantsIt: by the key's id alone, in our accounts alone, and as far as records showed.
func TestWhoOpenedASessionIsStoppedIfAPersonWantsIt(t *testing.T) {
	session := func(account, id, key string) event.Actor {
		return event.Actor{
			Kind: event.RoleActor, Partition: "aws", Account: account, ARN: "arn:aws:sts::" + account + ":assumed-role/builder/" + id, Session: id,
			Issuer: "arn:aws:iam::" + account + ":role/builder", IssuerID: "AROABUILDER", PrincipalID: "AROABUILDER:" + id, AccessKey: key,
		}
	}
	user := event.Actor{
		Kind: event.UserActor, Partition: "aws", Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/mallory", UserName: "mallory",
		PrincipalID: "AIDAMALLORY", AccessKey: "AKIAMALLORY000000001",
	}
	first := session("111122223333", "job-1", "ASIAFIRST00000000001")
	second := session("111122223333", "job-2", "ASIASECOND0000000001")
	foreign := session("444455556666", "job-3", "ASIAFOREIGN000000001")
	instance := first
	instance.Instance = "i-0a1b2c3d4e5f60718"
	const own, asks = "iam.deny-session iam.revoke-sessions iam.attach-role-deny?", "iam.deny-session? iam.revoke-sessions? iam.attach-role-deny?"
	for _, c := range []struct {
		story  string
		caller event.Actor
		made   map[string]event.Actor // by the key's id
		age    time.Duration
		want   string
	}{
		{"a user assumed the role", first, map[string]event.Actor{first.AccessKey: user}, time.Hour,
			own + "; iam.deactivate-key?; iam.attach-user-deny? iam.deny-user? iam.bound-user?"},
		{"a chain", second, map[string]event.Actor{second.AccessKey: first, first.AccessKey: user}, time.Minute,
			own + "; " + asks + "; iam.deactivate-key?; iam.attach-user-deny? iam.deny-user? iam.bound-user?"},
		{"no record showed it", first, nil, time.Hour, own},
		{"a session of the same name, with another key", first, map[string]event.Actor{"ASIAOTHER00000000001": user}, time.Hour, own},
		{"longer ago than a session lasts", first, map[string]event.Actor{first.AccessKey: user}, 13 * time.Hour, own},
		{"a caller of an account that is not ours", first, map[string]event.Actor{first.AccessKey: foreign}, time.Hour, own},
		{"a service", first, map[string]event.Actor{first.AccessKey: {Kind: event.ServiceActor, Account: "111122223333"}}, time.Hour, own},
		{"it made itself, says a record that AWS would not write", first, map[string]event.Actor{first.AccessKey: first}, 0, own},
		{"an instance's session, which EC2 opened", instance, map[string]event.Actor{first.AccessKey: user}, time.Hour, asks},
	} {
		recall := func(_ context.Context, r event.Resource, _ string, before time.Time) (*playbook.Observation, error) {
			by, ok := c.made[r.ID]
			if !ok {
				return nil, nil
			}
			value, err := json.Marshal(by)
			return &playbook.Observation{Value: string(value), At: before.Add(-c.age)}, err
		}
		in := playbook.In{Origin: playbook.Origin{Actor: c.caller, Occurred: seen}, History: playbook.History{Recall: recall}}
		a, err := ActorOf(c.caller, seen).Traced(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if got := plan(a); got != c.want {
			t.Errorf("%s: %s, want %s", c.story, got, c.want)
		}
	}
	broken := playbook.In{Origin: playbook.Origin{Actor: first, Occurred: seen}, History: playbook.History{
		Recall: func(context.Context, event.Resource, string, time.Time) (*playbook.Observation, error) {
			return nil, fmt.Errorf("lost")
		},
	}}
	if _, err := ActorOf(first, seen).Traced(t.Context(), broken); err == nil {
		t.Error("what can't be read is taken for unknown")
	}
}

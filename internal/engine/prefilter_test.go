package engine

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
)

// contained is one effect of each kind that denies, and some that can be undone.
func contained() (all []activeEffect) {
	shop := event.Place{Partition: "aws", Account: "111122223333"}
	user, role := shop.In(event.User, "staff/mallory"), shop.In(event.Role, "app/web")
	for _, a := range []action.Action{
		action.DeactivateKey{User: user, Key: "AKIAMALLORY000000001"},
		action.DenyUser{User: user, UserID: "AIDAMALLORY", Case: "c_1", Scope: action.Destructive},
		action.AttachUserDeny{User: user, UserID: "AIDAMALLORY"},
		action.BoundUser{User: user, UserID: "AIDAMALLORY"},
		action.DenySession{Role: role, UserID: "AROAWEB:i-1", Case: "c_1", Scope: action.Destructive},
		action.RevokeSessions{Role: role, UserID: "AROAWEB:i-1", Case: "c_1", Scope: action.Destructive, Before: time.Unix(0, 0)},
		action.AttachRoleDeny{Role: role},
	} {
		all = append(all, activeEffectOf(&ledger.Effect{Owners: []string{"c_1"}}, a))
	}
	return all
}

// TestAGlanceNeverOverlooksAnEffect: whatever identity calls whatever, a record that matters to an effect is wanted.
func TestAGlanceNeverOverlooksAnEffect(t *testing.T) {
	effects := contained()
	mattered := 0
	rapid.Check(t, func(t *rapid.T) {
		var some []activeEffect
		for _, w := range effects {
			if rapid.Bool().Draw(t, "stands") {
				some = append(some, w)
			}
		}
		caller := identity(t)
		call := rapid.SampledFrom([][2]string{
			{"ec2.amazonaws.com", "RunInstances"}, {"ec2.amazonaws.com", "TerminateInstances"}, {"iam.amazonaws.com", "PutUserPolicy"},
			{"iam.amazonaws.com", "DeleteRolePolicy"}, {"iam.amazonaws.com", "UpdateAccessKey"}, {"sts.amazonaws.com", "GetCallerIdentity"},
			{"s3.amazonaws.com", "PutUserPolicy"}, {"s3.amazonaws.com", "DeleteBucket"},
		}).Draw(t, "call")
		record, err := json.Marshal(map[string]any{
			"eventSource": call[0], "eventName": call[1], "eventTime": "2026-03-01T10:00:00Z", "recipientAccountId": "111122223333",
			"userIdentity": json.RawMessage(caller), "requestParameters": map[string]string{"userName": "mallory", "roleName": "web"},
		})
		if err != nil {
			t.Fatal(err)
		}
		e, err := event.Decode(record)
		if err != nil {
			return
		}
		wanted := prefilterOf(some).wants([]byte(call[0]), []byte(call[1]), []byte(caller))
		for _, s := range indexEffects(some).sightings(e, nil) {
			mattered++
			if !wanted {
				t.Fatalf("%s of %s matters to %s", call, caller, s.action.About().Kind.Name)
			}
		}
	})
	if mattered == 0 {
		t.Error("nothing ever mattered: the test looks in the wrong place")
	}
}

// identity is a userIdentity made of pieces that effects speak of, or nearly so, and of ways to spell them.
func identity(t *rapid.T) string {
	pick := func(name string, from ...string) json.RawMessage {
		return json.RawMessage(rapid.SampledFrom(from).Draw(t, name))
	}
	fields := map[string]any{
		"type":        pick("type", `"IAMUser"`, `"AssumedRole"`, `"FederatedUser"`, `"Root"`),
		"accountId":   pick("account", `"111122223333"`, `"444455556666"`, `null`),
		"principalId": pick("principal", `"AIDAMALLORY"`, `"AROAWEB:i-1"`, `"AROAWEB:i\u002d1"`, `"AIDAALICE"`, `null`),
		"arn": pick("arn", `"arn:aws:iam::111122223333:user/staff/mallory"`, `"arn:aws:iam::111122223333:user/staff/m\u0061llory"`,
			`"arn:aws:sts::111122223333:assumed-role/web/i-1"`, `"arn:aws:iam::111122223333:user/alice"`, `null`),
		"userName":    pick("user", `"mallory"`, `"\u006dallory"`, `"alice"`, `null`),
		"accessKeyId": pick("key", `"AKIAMALLORY000000001"`, `"\u0041KIAMALLORY000000001"`, `"AKIAALICE00000000001"`, `null`),
		"sessionContext": map[string]any{"sessionIssuer": map[string]any{
			"arn": pick("issuer", `"arn:aws:iam::111122223333:role/app/web"`, `"arn:aws:iam::111122223333:role\/app\/web"`,
				`"arn:aws:iam::111122223333:user/staff/mallory"`, `null`),
		}},
	}
	b, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

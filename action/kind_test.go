package action

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// one of each kind, as it could stand in a plan.
func oneOfEach() []Action {
	place := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	const id = "AIDAIOSFODNN7EXAMPLE"
	group, instance := place.In(event.Group, "web"), place.In(event.Instance, "i-0a1b2c3d4e5f60718")
	return []Action{
		Suspend{Group: group}, Resume{group, []string{"Launch"}}, Standby{instance, "web", true}, Return{instance, "web", true},
		Terminate{instance}, Stop{instance}, Start{instance}, Isolate{instance, []string{"eni-1"}, []string{"sg-1"}},
		Reconnect{instance, []Interface{{"eni-1", []string{"sg-2"}}}},
		DefaultVersion{place.In(event.LaunchTemplate, "lt-0a1b2c3d4e5f60718"), 3}, Protect{instance, AgainstStop},
		DeactivateKey{mallory, "AKIAIOSFODNN7EXAMPLE", id}, ActivateKey{mallory, "AKIAIOSFODNN7EXAMPLE", id},
		AttachUserDeny{mallory, id}, DetachUserDeny{mallory, id}, DenyUser{mallory, "c_1", Everything, id}, UndenyUser{mallory, "c_1", Everything, id},
		BoundUser{mallory, id}, UnboundUser{mallory, "arn:aws:iam::111122223333:policy/team", id},
		DenySession{builder, "AROAEXAMPLE:job-1", "c_1", Destructive},
		RevokeSessions{builder, time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC), "AROAEXAMPLE:job-1", "c_1", Destructive},
		UndenyRole{builder, "riposte-deny-c_1"}, AttachRoleDeny{builder}, DetachRoleDeny{builder},
		Pin{group, "lt-0a1b2c3d4e5f60718", "3"},
		HoldFleet{place.In(event.Fleet, "fleet-0a")}, ReleaseFleet{place.In(event.Fleet, "fleet-0a"), 3, 1, 2, "spot", "vcpu", "termination"},
		HoldSpotFleet{place.In(event.SpotFleet, "sfr-0a")}, ReleaseSpotFleet{place.In(event.SpotFleet, "sfr-0a"), 3, 1, "default"},
		CancelSpotRequest{place.In(event.SpotRequest, "sir-0a")},
	}
}

func TestEveryKindIsListedAndComesBackFromRest(t *testing.T) {
	codec, seen := NewCodec(Kinds()...), map[string]bool{}
	for _, a := range oneOfEach() {
		stored, err := codec.Encode(a)
		if err != nil {
			t.Fatal(err)
		}
		back, err := codec.Decode(stored)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(a, back); d != "" {
			t.Errorf("%s came back changed: %s", a.Kind().Name, d)
		}
		seen[a.Kind().Name] = true
	}
	for _, k := range Kinds() {
		if !seen[k.Name] {
			t.Errorf("%s is listed, and not among the examples of this test", k.Name)
		}
	}
}

func TestKindsThatCanNotBeTrustedAreRefused(t *testing.T) {
	if err := Validate(Kinds()); err != nil {
		t.Fatal(err)
	}
	if err := Validate([]Kind{stopKind, stopKind}); err == nil || !strings.Contains(err.Error(), "listed twice") {
		t.Errorf("a kind that is listed twice: %v", err)
	}
	for want, spoil := range map[string]func(*Kind){
		"has no version":                      func(k *Kind) { k.Version = 0 },
		"has no line on what it does":         func(k *Kind) { k.Does = "" },
		"has no call that Look makes":         func(k *Kind) { k.Reads = nil },
		"has no call that Do makes":           func(k *Kind) { k.Writes = nil },
		"has no class":                        func(k *Kind) { k.Class = "other" },
		"has no tier":                         func(k *Kind) { k.Tier = "root" },
		"use action.Define":                   func(k *Kind) { k.decode = nil },
		"no way back (Final)":                 func(k *Kind) { k.Class, k.Tier, k.Final = Destroy, TierDestroy, "" },
		"has no tier for what destroys":       func(k *Kind) { k.Class, k.Final = Destroy, "it is gone" },
		"the table of calls has no ec2:Guess": func(k *Kind) { k.UndoneBy = []call.ID{"ec2:Guess"} },
		"without the author tier":             func(k *Kind) { k.Writes = []call.ID{call.IAMPutUserPolicy} },
	} {
		k := stopKind
		spoil(&k)
		if err := Validate([]Kind{k}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestTwoDeniesOfOneUserAreTwoEffects(t *testing.T) {
	a, b := DenyUser{mallory, "c_1", Everything, ""}, DenyUser{mallory, "c_2", Everything, ""}
	if a.Facet() == b.Facet() {
		t.Errorf("both are %q: taking one back would take the other", a.Facet())
	}
	deny, revoke := DenySession{Role: builder, Case: "c_1"}, RevokeSessions{Role: builder, Case: "c_1"}
	if deny.Facet() == revoke.Facet() {
		t.Error("the second rung would overwrite the first")
	}
}

func TestAStoredActionOfANewerRiposteIsLeftAlone(t *testing.T) {
	codec := NewCodec(Kinds()...)
	for _, s := range []Stored{{Kind: "ec2.teleport", Version: 1}, {Kind: "ec2.terminate", Version: 99}} {
		if _, err := codec.Decode(s); !errors.Is(err, ErrNewer) {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	codec := NewCodec(Kinds()...)
	for _, a := range oneOfEach() {
		s, err := codec.Encode(a)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(s.Kind, []byte(s.Data))
	}
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		a, err := codec.Decode(Stored{Kind: kind, Version: 1, Data: data})
		if err != nil {
			return
		}
		if a.Kind().Name != kind {
			t.Errorf("%s came back as %s", kind, a.Kind().Name)
		}
		if _, err := codec.Encode(a); err != nil {
			t.Errorf("what was read can't be written: %v", err)
		}
	})
}

package action

import (
	"errors"
	"slices"
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

func TestKindsAreComplete(t *testing.T) {
	names := map[string]bool{}
	for _, k := range Kinds() {
		if names[k.Name] {
			t.Errorf("%s is listed twice", k.Name)
		}
		names[k.Name] = true
		if k.Version == 0 || k.Does == "" || k.Class == "" || k.Tier == "" || len(k.Reads) == 0 || len(k.Writes) == 0 {
			t.Errorf("%s is incomplete: %+v", k.Name, k)
		}
		if k.Class == Destroy && (k.Final == "" || k.Tier != TierDestroy) {
			t.Errorf("%s destroys: it says why there is no way back, and needs the tier for it", k.Name)
		}
		for _, id := range slices.Concat(k.Reads, k.Writes, k.UndoneBy) {
			if _, known := call.Of(id); !known {
				t.Errorf("%s: the table of calls has no %s", k.Name, id)
			}
		}
		for _, id := range k.Writes {
			writesPolicy := id.Service() == "iam" && strings.HasPrefix(id.Name(), "Put") && strings.HasSuffix(id.Name(), "Policy")
			if writesPolicy && k.Tier != TierAuthor {
				t.Errorf("%s writes policies without the author tier", k.Name)
			}
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

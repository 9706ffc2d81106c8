package action

import (
	"errors"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/call"
)

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
	if a.About().Facet == b.About().Facet {
		t.Errorf("both are %q: taking one back would take the other", a.About().Facet)
	}
	deny, revoke := DenySession{Role: builder, Case: "c_1"}, RevokeSessions{Role: builder, Case: "c_1"}
	if deny.About().Facet == revoke.About().Facet {
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

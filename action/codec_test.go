package action_test

import (
	"errors"
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
)

func FuzzDecode(f *testing.F) {
	codec := action.NewCodec(action.Kinds()...)
	for _, a := range (actiontest.Shop{}).Examples() {
		s, err := codec.Encode(a)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(s.Kind, []byte(s.Data))
	}
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		a, err := codec.Decode(action.Stored{Kind: kind, Version: 1, Data: data})
		if err != nil {
			return
		}
		if a.About().Kind.Name != kind {
			t.Errorf("%s came back as %s", kind, a.About().Kind.Name)
		}
		if _, err := codec.Encode(a); err != nil {
			t.Errorf("what was read can't be written: %v", err)
		}
	})
}

// Whom a step asks is part of what is approved, and stays where a plan is put to rest; whom only a newer riposte asks is left to it.
func TestWhomAStepAsksIsSealed(t *testing.T) {
	codec := action.NewCodec(action.Kinds()...)
	step := action.Try(action.Stop{}).Asking("why")
	plain, err := codec.Seal(action.Plan{Steps: []action.Step{step}})
	if err != nil {
		t.Fatal(err)
	}
	asks := step.WasItYou()
	asks.Proof = true
	sealed, err := codec.Seal(action.Plan{Steps: []action.Step{asks}})
	if err != nil || sealed.Digest == plain.Digest {
		t.Fatalf("%v: the same digest, whoever is asked", err)
	}
	if p, err := codec.Open(sealed); err != nil || p.Steps[0].Asks != action.TheActor || !p.Steps[0].Proof {
		t.Errorf("%+v, %v", p, err)
	}
	asks.Asks = "neighbour"
	if sealed, err = codec.Seal(action.Plan{Steps: []action.Step{asks}}); err != nil {
		t.Fatal(err)
	}
	if _, err := codec.Open(sealed); !errors.Is(err, action.ErrNewer) {
		t.Errorf("%v", err)
	}
}

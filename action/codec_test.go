package action_test

import (
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

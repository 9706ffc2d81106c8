package actiontest

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
)

// Run is the contract of an action, on an AWS in which its desired state is not there yet. Each part begins with an AWS
// of its own.
func Run(t *testing.T, fresh func(*testing.T) *AWS, a action.Action) {
	t.Run("look writes nothing", func(t *testing.T) { lookWritesNothing(t, fresh(t), a) })
	t.Run("doing twice equals once", func(t *testing.T) { twiceIsOnce(t, fresh(t), a) })
	t.Run("goes to rest and comes back", func(t *testing.T) { comesBack(t, a) })
	if a.About().Kind.Final == "" {
		t.Run("do then inverse restores", func(t *testing.T) { inverseRestores(t, fresh(t), a) })
		t.Run("inverse has nothing to do before", func(t *testing.T) { inverseIsIdle(t, fresh(t), a) })
	}
}

func lookWritesNothing(t *testing.T, c *AWS, a action.Action) {
	look := see(t, c, a)
	if look.Satisfied || look.Missing != "" || look.Refused != "" {
		t.Fatalf("the world is not fit for the test: %+v", look)
	}
	if (look.Inverse == nil) != (a.About().Kind.Final != "") {
		t.Errorf("way back %v, and final is %q", look.Inverse, a.About().Kind.Final)
	}
}

func twiceIsOnce(t *testing.T, c *AWS, a action.Action) {
	do(t, c, a)
	if look := see(t, c, a); !look.Satisfied && look.Missing == "" {
		t.Errorf("done, and not there: %+v", look)
	}
	// AWS may say that there is nothing to do; said as a definitive refusal, it would take the next rung for nothing.
	if err := a.Do(t.Context(), c.Writes()); errors.Is(err, action.ErrCannot) {
		t.Errorf("done already, and refused for good: %v", err)
	}
	if look := see(t, c, a); !look.Satisfied && look.Missing == "" {
		t.Errorf("done twice, and not there: %+v", look)
	}
}

func inverseRestores(t *testing.T, c *AWS, a action.Action) {
	before := see(t, c, a)
	do(t, c, a)
	if look := see(t, c, before.Inverse); look.Satisfied || look.Missing != "" {
		t.Fatalf("the way back sees nothing to do: %+v", look)
	}
	do(t, c, before.Inverse)
	if look := see(t, c, before.Inverse); !look.Satisfied {
		t.Errorf("taken back, and not there: %+v", look)
	}
	after := see(t, c, a)
	if a.About().Kind.Class == action.Destroy && (after.Satisfied || after.Missing != "" || after.Refused != "") {
		return // what came back has another id, or another resource id, and is announced no more
	}
	if d := cmp.Diff(before, after); d != "" {
		t.Errorf("not as it was: %s", d)
	}
}

func inverseIsIdle(t *testing.T, c *AWS, a action.Action) {
	if look := see(t, c, see(t, c, a).Inverse); !look.Satisfied {
		t.Errorf("the way back would change what is as it should be: %+v", look)
	}
}

func comesBack(t *testing.T, a action.Action) {
	codec := action.NewCodec(a.About().Kind)
	stored, err := codec.Encode(a)
	if err != nil {
		t.Fatal(err)
	}
	back, err := codec.Decode(stored)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(a, back); d != "" {
		t.Errorf("came back changed: %s", d)
	}
}

// see looks, with the declared rights only, and writes nothing. A way back must be of a listed kind.
func see(t *testing.T, c *AWS, a action.Action) action.Look {
	t.Helper()
	c.Calls()
	look, err := a.Look(t.Context(), c.Reads())
	if err != nil {
		t.Fatalf("look at %s: %v", a.About().Kind.Name, err)
	}
	declared(t, a, c.Calls(), a.About().Kind.Reads)
	if look.Inverse != nil {
		comesBack(t, look.Inverse)
	}
	return look
}

func do(t *testing.T, c *AWS, a action.Action) {
	t.Helper()
	c.Calls()
	if err := a.Do(t.Context(), c.Writes()); err != nil {
		t.Fatalf("do %s: %v", a.About().Kind.Name, err)
	}
	declared(t, a, c.Calls(), a.About().Kind.Writes)
	if c.settle != nil {
		c.settle()
	}
}

func declared(t *testing.T, a action.Action, made, rights []call.ID) {
	t.Helper()
	for _, id := range made {
		if !slices.Contains(rights, id) {
			t.Errorf("%s calls %s, which its kind does not declare", a.About().Kind.Name, id)
		}
	}
}

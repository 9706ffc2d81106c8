package action_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
)

func labelOf(r event.Resource, caseID string) action.PutTags {
	return action.PutTags{Resource: r, Tags: action.CaseTags(action.TagPrefix, caseID, "launch.unapproved-image")}
}

func TestATagWithAnotherValueStays(t *testing.T) {
	for _, r := range []event.Resource{alone, group, mallory, builder, ireland.In(event.DBSnapshot, "billing")} {
		_, c := open(t)
		run(t, c, labelOf(r, "c_1"))
		look, err := labelOf(r, "c_2").Look(t.Context(), c.Reads())
		if err != nil || !strings.Contains(look.Refused, "riposte:case is there with another value") || look.Inverse != nil {
			t.Errorf("%s: %+v, %v", r, look, err)
		}
		first := labelOf(r, "c_1")
		back, err := action.LookBack(t.Context(), c.Reads(), action.RemoveTags{Resource: r, Tags: labelOf(r, "c_2").Tags}, []action.Action{first})
		want := action.RemoveTags{Resource: r, Tags: first.Tags[1:]}
		if diff := cmp.Diff(action.Back{Do: want}, back); err != nil || diff != "" {
			t.Errorf("%s: what has another value by now goes as well: %s, %v", r, diff, err)
		}
	}
}

func TestTheWayBackTakesOffWhatWasNotThere(t *testing.T) {
	_, c := open(t)
	whole := labelOf(alone, "c_1")
	run(t, c, action.PutTags{Resource: alone, Tags: whole.Tags[:1]})
	look, err := whole.Look(t.Context(), c.Reads())
	want := action.Look{Inverse: action.RemoveTags{Resource: alone, Tags: whole.Tags[1:]}}
	if diff := cmp.Diff(want, look); err != nil || diff != "" {
		t.Errorf("%s, %v", diff, err)
	}
}

func TestWhatCanNotBeTaggedIsSaid(t *testing.T) {
	_, c := open(t)
	for r, want := range map[event.Resource]string{
		ireland.In(event.Parameter, "/golden"): "riposte knows no way to tag one",
		ireland.In(event.User, "nobody"):       "the user is deleted",
		ireland.In(event.Group, "nothing"):     "the group is deleted",
	} {
		look, err := labelOf(r, "c_1").Look(t.Context(), c.Reads())
		if err != nil || !strings.Contains(look.Missing, want) {
			t.Errorf("%s: %+v, %v", r, look, err)
		}
	}
	other := labelOf(mallory, "c_1")
	other.Identity = "AIDAOTHER00000000001"
	if look, err := other.Look(t.Context(), c.Reads()); err != nil || !strings.Contains(look.Missing, "another user has that name") {
		t.Errorf("%+v, %v", look, err)
	}
}

// Only what is meant for launches, too, is given on to them.
func TestATagOfAGroupIsNotThatOfWhatItLaunches(t *testing.T) {
	_, c := open(t)
	run(t, c, labelOf(group, "c_1"))
	kept := labelOf(group, "c_1")
	kept.Launched = true
	for _, want := range []bool{false, true} {
		for _, tag := range describe(t, c).Tags {
			if strings.HasPrefix(*tag.Key, action.TagPrefix) && *tag.PropagateAtLaunch != want {
				t.Errorf("%s is given on: %v", *tag.Key, *tag.PropagateAtLaunch)
			}
		}
		if err := kept.Do(t.Context(), c.Writes()); err != nil {
			t.Fatal(err)
		}
	}
}

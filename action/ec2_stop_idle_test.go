package action_test

import (
	"strings"
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
)

// What is not as announced runs on: of another case, protected, in a group, or gone.
func TestAnInstanceIsLeftWhereItIsNotAsAnnounced(t *testing.T) {
	_, c := open(t)
	for story, x := range map[string]struct{ id, caseID, want string }{
		"another case announced it": {"i-0forgotten", "c_2", "another case"},
		"nobody announced it":       {"i-0alone", "c_1", "is not there"},
		"a group has it":            {"i-0member", "c_1", "it is in group web"},
		"it is terminated":          {"i-0none", "c_1", "terminated"},
	} {
		look, err := action.StopIdle{Instance: ireland.In(event.Instance, x.id), Case: x.caseID}.Look(t.Context(), c.Reads())
		if err != nil || !strings.Contains(look.Refused+look.Missing, x.want) || look.Inverse != nil {
			t.Errorf("%s: it sees %+v, %v, want %q", story, look, err, x.want)
		}
	}
	protected := ireland.In(event.Instance, "i-0protected")
	run(t, c, action.Announce{Resource: protected, Tags: action.Announced("c_1", "waste.underused-instance", w2030(), w2030())})
	look, err := action.StopIdle{Instance: protected, Case: "c_1"}.Look(t.Context(), c.Reads())
	if err != nil || !strings.Contains(look.Refused, "protects it") {
		t.Errorf("it is protected, and it sees %+v, %v", look, err)
	}
}

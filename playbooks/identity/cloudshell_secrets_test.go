package identity

import (
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
)

// The person is asked whether it was they about what stops the one session. What would stop others as well, and who opened the session, is
// no question to them.
func TestWhomCloudShellAsks(t *testing.T) {
	place := event.Place{Partition: "aws", Account: "111122223333"}
	user := contain.Actor{Kind: event.UserActor, Place: place, Holder: place.In(event.User, "ci"), UserID: "AIDACI00000000000001"}
	session := contain.Actor{
		Kind: event.RoleActor, Place: place, Holder: place.In(event.Role, "people/admin"), UserID: "AROAADMIN00000000001:ann", Session: "admin/ann", Upstream: &user,
	}
	plan := planCloudShell(playbook.Suspect[cloudShell]{Facts: cloudShell{Actor: session}}, CloudShellParams{})
	var got [][]action.Asked
	for _, s := range plan.Steps {
		var of []action.Asked
		for n, r := range s.Ladder {
			if r.Ask == "" {
				t.Errorf("%s goes without a yes", r.Do.About().Kind.Name)
			}
			of = append(of, s.AsksAt(n))
		}
		got = append(got, of)
	}
	if len(got) != 2 || len(got[0]) != 3 || got[0][0] != action.TheActor || got[0][1] != "" || got[0][2] != "" || got[1][0] != "" {
		t.Errorf("asks %q", got)
	}
}

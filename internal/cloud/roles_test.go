package cloud_test

import (
	"slices"
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/config"
)

// Every action is done by a role that the configuration can name: a tier without one could do nothing, and would say so at the first change.
func TestEveryTierHasARole(t *testing.T) {
	roles := cloud.RolesOf(config.Roles{Audit: "a", Tag: "t", Report: "r", Contain: "c", Mend: "m", Author: "au", Destroy: "d", ExternalID: "x"})
	for _, k := range action.Kinds() {
		p := cloud.Purpose(k.Tier)
		if roles[p] == "" || !slices.Contains(cloud.Purposes(), p) {
			t.Errorf("%s is of the tier %q, which no role is named for", k.Name, k.Tier)
		}
	}
	if roles[cloud.Mend] != "m" || len(roles) != len(cloud.Purposes()) {
		t.Errorf("%v", roles)
	}
	if got := cloud.RolesOf(config.Roles{Audit: "a"}); len(got) != 1 {
		t.Errorf("of one that is named there are %v", got)
	}
}

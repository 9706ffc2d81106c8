package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
)

// Somebody tries riposte in one region, and an attacker goes to another: nothing is changed there, and people are told.
func TestInARegionThatIsNotNamedItIsWatchedAndTold(t *testing.T) {
	s := set(t, world.Options{}, launches())
	s.policy.Regions = []string{"us-east-1"}
	s.restart()
	panicError(s)
	s.pass(10 * time.Minute)
	c := s.only("test.launch")
	if c.State != ledger.Observed || c.Reason != "region: eu-west-1 is not among organization.regions" {
		t.Errorf("%s, %s", c.State, c.Reason)
	}
	if !strings.Contains(c.Paged, "observed and not answered") {
		t.Errorf("paged: %q", c.Paged)
	}
	if suspendedProcesses(s) != 0 || foreigners(s) != 1 {
		t.Error("something was changed")
	}
}

// Whoever is denied is in no region: where the call was made counts.
func TestNobodyIsDeniedForWhatHappensInARegionThatIsNotNamed(t *testing.T) {
	s := set(t, world.Options{}, ladders())
	s.policy.Regions = []string{"us-east-1"}
	s.restart()
	unprotect(s, mallory)
	s.pass(10 * time.Minute)
	if c := s.only("test.ladder"); c.State != ledger.Observed || c.Paged == "" {
		t.Errorf("%s, paged %q, %s", c.State, c.Paged, steps(c))
	}
}

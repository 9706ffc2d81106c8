package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbooks/launch"
)

// A session's case names who assumed the role, by the key that AWS gave: containing the session acts, containing the caller behind it
// asks, and what that caller does itself is the same incident.
func TestWhoOpenedASessionIsNamedAndAskedAbout(t *testing.T) {
	s := set(t, world.Options{}, launch.UnapprovedTemplate(), launch.TerminationUnprotected())
	session := nadia(s)
	s.pass(time.Minute)
	unprotect(s, session)
	s.pass(time.Minute)
	c := s.only("launch.termination-unprotected")
	if len(c.Upstream) != 1 || c.Upstream[0].Call != "AssumeRole" || !strings.HasSuffix(c.Upstream[0].Actor.ARN, "user/mallory") {
		t.Fatalf("upstream: %+v\n%s", c.Upstream, s.history(c))
	}
	var asked []string
	for _, r := range c.Revisions {
		for _, st := range r.Steps {
			if st.Verdict == string(gate.Ask) {
				asked = append(asked, st.Reason)
			}
		}
	}
	if !slices.ContainsFunc(asked, func(why string) bool { return strings.Contains(why, "it opened the session, and can open it again") }) {
		t.Errorf("asked about: %q", asked)
	}
	unprotect(s, mallory)
	s.pass(time.Minute)
	cases, err := s.store.Cases(s.Context(), ledger.Filter{Incident: c.Incident})
	s.must(err)
	if len(cases) != 2 || !strings.HasSuffix(cases[1].Origin.Actor.ARN, "user/mallory") {
		t.Errorf("%d cases in the incident of the session", len(cases))
	}
	s.whole()
}

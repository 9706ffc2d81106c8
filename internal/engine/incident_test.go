package engine_test

import (
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbooks/launch"
)

// What one caller does within an hour is one incident, whichever clock told of it first.
func TestCasesOfOneCallerAreOneIncident(t *testing.T) {
	for _, c := range []struct {
		story  string
		clocks world.Options
		pause  time.Duration
		one    bool
	}{
		{"records first", world.Options{NoticeDelay: 40 * time.Second, DeliveryDelay: time.Second}, 10 * time.Minute, true},
		{"notices first, which name no caller", world.Options{NoticeDelay: time.Second, DeliveryDelay: 40 * time.Second}, 10 * time.Minute, true},
		{"hours later", world.Options{NoticeDelay: 40 * time.Second, DeliveryDelay: time.Second}, 3 * time.Hour, false},
	} {
		t.Run(c.story, func(t *testing.T) {
			s := set(t, c.clocks, launch.UnapprovedImage())
			s.launches()
			s.pass(c.pause)
			s.launches()
			s.pass(10 * time.Minute)
			cases, err := s.store.Cases(s.Context(), ledger.Filter{Playbook: "launch.unapproved-image"})
			s.must(err)
			if len(cases) != 2 || cases[0].Incident != cases[0].ID || (cases[1].Incident == cases[0].ID) != c.one || cases[1].Incident == "" {
				t.Fatalf("%d cases, of the incidents %q and %q", len(cases), cases[0].Incident, cases[1].Incident)
			}
			s.whole()
		})
	}
}

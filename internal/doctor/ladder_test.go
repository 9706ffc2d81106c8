package doctor_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/doctor"
	"github.com/ripostehq/riposte/internal/mototest"
)

// Without the author tier one session can't be denied: what is left is the role, with all its sessions.
func TestALadderOfOneIsToldOf(t *testing.T) {
	moto := mototest.Start(t)
	for _, c := range []struct {
		name, config string
		told         bool
	}{
		{"no author", "playbooks: {launch.termination-unprotected: {mode: ask}}\norganization: {roles: {audit: a, contain: c}}", true},
		{"an author", "playbooks: {launch.termination-unprotected: {mode: ask}}\norganization: {roles: {audit: a, contain: c, author: w}}", false},
		{"no roles at all", "playbooks: {launch.termination-unprotected: {mode: ask}}", false},
		{"it only observes", "organization: {roles: {audit: a, contain: c}}", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := said(t, doctor.Parts{
				Config: configured(t, c.config), Own: moto.Config, Home: ireland, Ledger: func() (string, error) { return "it can be read", nil },
				Now: time.Now, Call: time.Minute, AWS: cloud.New(cloud.Options{Base: moto.Config, Guard: doctor.Guard(), Now: time.Now}),
			})
			if told := slices.ContainsFunc(found, func(f string) bool { return strings.HasPrefix(f, "warning rungs : no author") }); told != c.told {
				t.Errorf("told: %t: %q", told, found)
			}
		})
	}
}

package doctor_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/doctor"
	"github.com/ripostehq/riposte/internal/mototest"
)

// Without the author tier one session can't be denied: what is left is the role, with all its sessions. Without the destroy
// tier a fleet can't be held, and goes on launching.
func TestALadderOfOneIsToldOf(t *testing.T) {
	moto := mototest.Start(t)
	for _, c := range []struct {
		name, config string
		told         string // "no author", "no destroy", "": none of both
	}{
		{"no author", "playbooks: {launch.termination-unprotected: {mode: ask}}\norganization: {roles: {audit: a, contain: c}}", "no author"},
		{"an author", "playbooks: {launch.termination-unprotected: {mode: ask}}\norganization: {roles: {audit: a, contain: c, author: w}}", ""},
		{"no roles at all", "playbooks: {launch.termination-unprotected: {mode: ask}}", ""},
		{"it only observes", "organization: {roles: {audit: a, contain: c}}", ""},
		{"nothing that destroys", "playbooks: {launch.unapproved-image: {mode: act}}\norganization: {roles: {audit: a, contain: c, author: w}}", "no destroy"},
		{"all tiers", "playbooks: {launch.unapproved-image: {mode: act}}\norganization: {roles: {audit: a, contain: c, author: w, destroy: d}}", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := said(t, doctor.Parts{
				Config: configured(t, c.config), Own: moto.Config, Home: ireland, Ledger: func() (string, error) { return "it can be read", nil },
				Now: time.Now, Call: time.Minute, AWS: cloud.New(cloud.Options{Base: moto.Config, Guard: doctor.Guard(), Now: time.Now}),
			})
			var told []string
			for _, f := range found {
				if rest, ok := strings.CutPrefix(f, "warning rungs : "); ok {
					what, _, _ := strings.Cut(rest, ":")
					told = append(told, what)
				}
			}
			if strings.Join(told, ", ") != c.told {
				t.Errorf("told of %q: %q", told, found)
			}
		})
	}
}

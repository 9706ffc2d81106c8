package serve_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/serve"
	"github.com/ripostehq/riposte/playbooks"
)

func TestWhatIsAnnounced(t *testing.T) {
	const roles = "organization: {accounts: [{id: \"111122223333\", environment: production}, {id: \"444455556666\"}], roles: {audit: a, report: r, contain: c, author: w, external_id: xyz}}\n"
	for _, c := range []struct {
		name, text string
		says       []string
		warns      string // of one warning; "": there is none
	}{
		{"nothing", "", []string{"config    none: every playbook observes", "defends   the account of its own credentials, in every region", "acts      nowhere"}, "there is no configuration"},
		{"acting less far in one place", roles + "report: {security_hub: true}\nplaybooks: {launch.unapproved-image: {mode: act, production: ask, params: {allow_owners: [self]}}}",
			[]string{"acts      launch.unapproved-image (act, in production ask)", "rights    audit, report, contain, author", "reports   Security Hub", "defends   accounts listed: 2, in every region"}, "accounts that are not listed count as strangers"},
		{"acting further in one place", roles + "report: {security_hub: true}\nplaybooks: {launch.unapproved-image: {production: act, params: {allow_owners: [self]}}}",
			[]string{"acts      launch.unapproved-image (observe, in production act)"}, "accounts that are not listed count as strangers"},
		{"told on a bus", roles + "report: {event_bus: \"arn:aws:events:eu-west-1:111122223333:event-bus/riposte\"}\nplaybooks: {launch.termination-unprotected: {mode: act}}",
			[]string{"reports   arn:aws:events:eu-west-1:111122223333:event-bus/riposte"}, ""},
		{"told by people's channels", roles + "report: {mail: {from: riposte@example.com, ses: {region: eu-west-1}}, pagerduty: {key: env:K}, webhooks: [{url: env:U, shape: teams}]}\nplaybooks: {launch.termination-unprotected: {mode: act, enforce_from: 2027-02-01}}",
			[]string{"reports   mail, PagerDuty, webhooks: 1", "acts      launch.termination-unprotected (act, from 2027-02-01 on)"}, ""},
		{"until an end that is over", roles + "report: {security_hub: true}\nplaybooks: {launch.termination-unprotected: {mode: {mode: act, until: 2026-11-01T00:00:00Z, then: observe}, production: {mode: act, until: 2026-11-01T00:00:00Z}}}",
			[]string{"observes  launch.unapproved-image, launch.unapproved-template, launch.termination-unprotected (observe since 2026-11-01T00:00:00Z, in production observe since 2026-11-01T00:00:00Z)"}, ""},
		{"in some regions", strings.Replace(roles, "{accounts", "{regions: [eu-west-1, us-east-1], accounts", 1) + "report: {security_hub: true}\nplaybooks: {launch.termination-unprotected: {mode: act}}",
			[]string{"defends   accounts listed: 2, in eu-west-1, us-east-1; elsewhere it observes at most"}, ""},
		{"no reporter", roles + "playbooks: {defaults: {mode: act}}", nil, "nothing is reported"},
		{"nothing acts", roles + "report: {security_hub: true}", nil, "no playbook acts"},
		{"acting as itself", "report: {security_hub: true}\nplaybooks: {defaults: {mode: act}}", nil, "acting with the process's own credentials"},
		{"acting without the right", strings.Replace(roles, "contain: c, ", "", 1) + "report: {security_hub: true}\nplaybooks: {defaults: {mode: act}}", nil, "no contain role is named"},
		{"destroying", strings.Replace(roles, "contain: c", "contain: c, destroy: d", 1) + "report: {security_hub: true}\nplaybooks: {defaults: {mode: act}}", nil, "the destroy tier is on"},
		{"images of any owner", roles + "report: {security_hub: true}\nplaybooks: {launch.unapproved-image: {mode: act}}", nil, "launch.unapproved-image acts: allow_owners names no owner"},
		{"sessions without the right to deny one", strings.Replace(roles, "author: w, ", "", 1) + "report: {security_hub: true}\nplaybooks: {launch.termination-unprotected: {mode: ask}}", nil,
			"of a session's ladder only the whole role is left"},
		{"figures open to all", roles + "report: {security_hub: true}\nmetrics: {listen: \":9418\"}\nplaybooks: {defaults: {mode: act}}", nil, "metrics.listen is open to other machines"},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := ""
			if c.text != "" {
				name = "riposte.yaml"
			}
			cfg, err := config.Parse(name, []byte(c.text), playbooks.All())
			if err != nil {
				t.Fatal(err)
			}
			a := serve.Announce(cfg, nil, time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
			for _, line := range c.says {
				if !slices.ContainsFunc(a.Text(), func(s string) bool { return strings.HasPrefix(s, line) }) {
					t.Errorf("it does not say %q:\n%s", line, strings.Join(a.Text(), "\n"))
				}
			}
			warned := slices.ContainsFunc(a.Warnings, func(w string) bool { return c.warns != "" && strings.Contains(w, c.warns) })
			if warned != (c.warns != "") || c.warns == "" && len(a.Warnings) > 0 {
				t.Errorf("want a warning of %q, have %q", c.warns, a.Warnings)
			}
		})
	}
}

package config

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/internal/strict"
)

// An author who adds a key must say what its change means, or a reload takes it without a word.
func TestEveryKeyOfTheFileHasAChangeRule(t *testing.T) {
	var rules []string
	for _, r := range changeRules() {
		rules = append(rules, r.key)
	}
	keys := leaves(reflect.TypeFor[file](), "")
	for _, key := range keys {
		if !slices.ContainsFunc(rules, func(r string) bool { return key == r || strings.HasPrefix(key, r+".") }) {
			t.Errorf("%s: nothing says what its change means", key)
		}
	}
	for _, r := range rules {
		if !slices.ContainsFunc(keys, func(key string) bool { return key == r || strings.HasPrefix(key, r+".") }) {
			t.Errorf("%s is no key of the file", r)
		}
	}
}

// leaves are the keys of a struct, those of structs in it by their paths; lists count as one.
func leaves(of reflect.Type, path string) (out []string) {
	for i := range of.NumField() {
		f := of.Field(i)
		key := strings.TrimPrefix(path+"."+f.Tag.Get("yaml"), ".")
		if f.Type.Kind() == reflect.Struct && f.Type != reflect.TypeFor[strict.Node]() && len(leaves(f.Type, key)) > 0 && f.Type.Field(0).Tag != "" {
			out = append(out, leaves(f.Type, key)...)
			continue
		}
		out = append(out, key)
	}
	return out
}

func hook(at string) string {
	return "report: {webhooks: [{url: \"https://" + at + "\", secret: env:S}]}"
}

// A configuration that changes by one key is told by one line, and as a warning where it weakens.
func TestWhatAChangeMeans(t *testing.T) {
	const sec, may = "people: {groups: {sec: {members: ", "}}}\napproval: {approvers: [sec]}"
	const org = "organization: {accounts: [{id: \"111122223333\", environment: production}, {id: \"444455556666\"}]"
	const slack = "report: {slack: {team: T0123ABCD, channel: \"#riposte\", token: env:T"
	for _, c := range []struct{ name, before, after, want string }{ // "!" marks what weakens
		{"nothing", org + "}", org + "}", ""},
		{"an approver", sec + "[a@example.com, b@example.com]" + may, sec + "[a@example.com, c@example.com]" + may,
			"people.groups: changed\n!approval.approvers: c@example.com may approve now\napproval.approvers: b@example.com may not approve any more"},
		{"no approver any more", sec + "[a@example.com, b@example.com]" + may, sec + "[a@example.com, b@example.com]}}}",
			"!approval.approvers: a@example.com may not approve any more\n!approval.approvers: b@example.com may not approve any more"},
		{"the command line gives orders", "", "approval: {command_line: all}", "!approval.command_line: all, was: halt-only"},
		{"fewer persons", "", "approval: {production: {destroy: {persons: 1}}}", "!approval.production.destroy.persons: 1, was: 2"},
		{"silence acts", "report: {security_hub: true}", "report: {security_hub: true}\napproval: {mend: {after: 48h, silence: act}}", "!approval.mend: silence means act after 2d, was: silence holds"},
		{"another host is told", hook("a.example.com/1"), hook("b.example.com/1"),
			"report.webhooks: b.example.com (json, signed by env:S) is told now\n!report.webhooks: a.example.com (json, signed by env:S) is not told any more"},
		{"another URL, which may be a secret", hook("a.example.com/hunter2"), hook("a.example.com/hunter3"), "!report.webhooks: another URL at the same host is told"},
		{"a click may more", slack + "}}", slack + ", approve: [mend, contain]}}", "!report.slack.approve: a click may approve what does this now: contain"},
		{"another workspace", slack + "}}", strings.Replace(slack, "T0123", "T0124", 1) + "}}", "!report.slack: people are told in another way"},
		{"enforced later", "playbooks: {network.open-port: {enforce_from: 2027-02-01}}", "playbooks: {network.open-port: {enforce_from: 2027-03-01}}", "!network.open-port: enforced from 2027-03-01 on, was: 2027-02-01"},
		{"enforced at once", "playbooks: {network.open-port: {enforce_from: 2027-02-01}}", "", "network.open-port: enforced from at once on, was: 2027-02-01"},
		{"a domain where all were believed", "", "people: {domains: [example.com]}", "people.domains: addresses of example.com are believed now"},
		{"a domain more", "people: {domains: [example.com]}", "people: {domains: [example.com, example.org]}", "!people.domains: addresses of example.org are believed now"},
		{"no domain any more", "people: {domains: [example.com]}", "", "!people.domains: example.com is not named any more"},
		{"canaries", org + "}\n", org + "}\ncanary: {every: 24h}", "canary.every: a canary each 1d now"},
		{"canaries less often", org + "}\ncanary: {every: 24h}", org + "}\ncanary: {every: 7d}", "!canary.every: a canary each 7d now"},
		{"no canaries any more", org + "}\ncanary: {every: 24h}", org + "}", "!canary.every: no canaries are sent any more"},
		{"a longer exception", "", "exceptions: {owner: 90d}", "!exceptions.owner: 90d, was: 31d"},
		{"a shorter one", "", "exceptions: {contain: 36h}", "exceptions.contain: 36h0m0s, was: 31d"},
		{"a name that is somebody else's", "", "people: {aliases: {a@example.com: b@example.com}}", "!people.aliases: other names stand for other people"},
		{"other owners", org + "}", org + "}\nowners: {accounts: {\"111122223333\": a@example.com}}", "!owners: other people may approve and undo what is done in accounts"},
		{"trust", "", "trusted: [{issuer: \"arn:aws:iam::111122223333:role/ci\", playbooks: [\"launch.*\"]}]", "!trusted: arn:aws:iam::111122223333:role/ci for launch.* is spared now"},
		{"trust for more", "trusted: [{issuer: \"arn:aws:iam::111122223333:role/ci\", playbooks: [\"launch.*\"]}]",
			"trusted: [{issuer: \"arn:aws:iam::111122223333:role/ci\", playbooks: [\"launch.*\", \"network.*\"]}]", "!trusted: arn:aws:iam::111122223333:role/ci for network.* is spared now"},
		{"trust taken back", "trusted: [{issuer: \"arn:aws:iam::111122223333:role/ci\", playbooks: [\"launch.*\"]}]", "", "trusted: arn:aws:iam::111122223333:role/ci for launch.* is not spared any more"},
		{"break-glass", "", "break_glass: [\"arn:aws:iam::111122223333:user/igor\"]", "!break_glass: arn:aws:iam::111122223333:user/igor is spared now"},
		{"break-glass of another id", "break_glass: [{arn: \"arn:aws:iam::111122223333:user/igor\", id: AIDAEXAMPLEIGOR000001}]", "break_glass: [{arn: \"arn:aws:iam::111122223333:user/igor\", id: AIDAEXAMPLEIGOR000002}]",
			"!break_glass: arn:aws:iam::111122223333:user/igor (AIDAEXAMPLEIGOR000002) is spared now\nbreak_glass: arn:aws:iam::111122223333:user/igor (AIDAEXAMPLEIGOR000001) is not spared any more"},
		{"an untouchable", "", "untouchable: [\"arn:aws:s3:::trail\"]", "!untouchable: arn:aws:s3:::trail is spared now"},
		{"people", "", "people: {issuers: [\"arn:aws:iam::111122223333:role/sso/*\"]}", "!people: sessions of arn:aws:iam::111122223333:role/sso/* count as human now"},
		{"sessions of the name", "people: {session_name: a}", "people: {session_name: b}", "!people.session_name: b, was: a"},
		{"a limit lowered", "limits: {destroy_per_hour: 3}", "limits: {destroy_per_hour: 1}", "!limits.destroy_per_hour: 1, was: 3"},
		{"a limit raised", "limits: {incidents_per_hour: 10}", "limits: {incidents_per_hour: 11}", "!limits.incidents_per_hour: 11, was: 10"},
		{"no reporter", "report: {security_hub: true}", "", "!Security Hub is not told any more"},
		{"a reporter more", "", "report: {security_hub: true}", "Security Hub is told now"},
		{"another bus", "report: {event_bus: \"arn:aws:events:eu-west-1:111122223333:event-bus/a\"}", "report: {event_bus: \"arn:aws:events:eu-west-1:111122223333:event-bus/b\"}",
			"!report.event_bus: arn:aws:events:eu-west-1:111122223333:event-bus/b, was: arn:aws:events:eu-west-1:111122223333:event-bus/a"},
		{"an office", "", "organization: {offices: [192.0.2.0/24]}", "!organization.offices: 192.0.2.0/24 counts as ours now"},
		{"a way out", "", "organization: {egress: [192.0.2.0/24]}", "!organization.egress: instances' credentials may be used from 192.0.2.0/24 now"},
		{"a way out less", "organization: {egress: [192.0.2.0/24]}", "", "organization.egress: instances' credentials may not be used from 192.0.2.0/24 any more"},
		{"a vendor", "", "organization: {vendors: [{id: \"555566667777\", name: backups}]}", "!organization.vendors: what is shared with 555566667777 is left alone now"},
		{"a vendor less", "organization: {vendors: [{id: \"555566667777\"}]}", "", "organization.vendors: what is shared with 555566667777 is not left alone any more"},
		{"a role more", org + ", roles: {audit: a}}", org + ", roles: {audit: a, destroy: d}}", "!the destroy tier is on now, by role d"},
		{"another role", org + ", roles: {audit: a}}", org + ", roles: {audit: b}}", "!the audit tier has role b, was: a"},
		{"a role less", org + ", roles: {audit: a, contain: c}}", org + ", roles: {audit: a}}", "!the contain tier has no role any more, was: c"},
		{"another external id, which is a secret", org + ", roles: {external_id: hunter2}}", org + ", roles: {external_id: hunter3}}",
			"!organization.roles.external_id is another one: roles whose trust asks for the one before can't be entered"},
		{"a region less", org + ", regions: [eu-west-1, us-east-1]}", org + ", regions: [eu-west-1]}", "!regions: [eu-west-1], was: [eu-west-1 us-east-1]"},
		{"regions where all were", org + "}", org + ", regions: [eu-west-1]}", "!regions: [eu-west-1], was: []"},
		{"a region more", org + ", regions: [eu-west-1]}", org + ", regions: [eu-west-1, us-east-1]}", "regions: [eu-west-1 us-east-1], was: [eu-west-1]"},
		{"an account less", org + "}", "organization: {accounts: [{id: \"111122223333\", environment: production}]}", "!account 444455556666 is not listed any more"},
		{"an account elsewhere", org + "}", strings.Replace(org, "environment: production", "environment: development", 1) + "}",
			`account 111122223333: environment "development", unit "", name "", was: "production", "", ""`},
		{"no discovery", "organization: {discover: true}", "", "!accounts are not discovered any more"},
		{"parameters", "playbooks: {launch.unapproved-image: {params: {count: 3}}}", "playbooks: {launch.unapproved-image: {params: {count: 4}}}", "!launch.unapproved-image: count is 4, was: 3"},
		{"modes", "playbooks: {launch.unapproved-image: {mode: act}}", "", "!launch.unapproved-image: observe, was: act"},
		{"a source less", "sources: [{stdin: {}}]", "", "!source stdin is gone: its events are not seen any more"},
		{"a source more", "", "sources: [{http: {listen: \"127.0.0.1:8418\", secret_env: A}}]", "source http 127.0.0.1:8418 with A is new"},
		{"a source that believes bare records", "sources: [{http: {listen: \"127.0.0.1:8418\", secret_env: A}}]", "sources: [{http: {listen: \"127.0.0.1:8418\", secret_env: A, bare: true}}]",
			"!source http 127.0.0.1:8418 with A believes bare records now"},
		{"a source that believes AWS alone", "sources: [{http: {listen: \"127.0.0.1:8418\", secret_env: A, bare: true}}]", "sources: [{http: {listen: \"127.0.0.1:8418\", secret_env: A}}]",
			"source http 127.0.0.1:8418 with A believes bare records no more"},
		{"another ledger", "", "ledger: \"dynamodb:riposte\"", "!ledger: dynamodb:riposte from the next start on; sqlite:riposte.db until then"},
		{"figures elsewhere", "", "metrics: {listen: \"127.0.0.1:1\"}", "metrics.listen: from the next start on"},
	} {
		t.Run(c.name, func(t *testing.T) {
			old, err := parse(t, c.before)
			if err != nil {
				t.Fatal(err)
			}
			now, err := parse(t, c.after)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for i, change := range now.Since(old) {
				if i > 0 {
					got += "\n"
				}
				if change.Weaker {
					got += "!"
				}
				got += change.Says
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

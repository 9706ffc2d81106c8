package config

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/strict"
	"github.com/ripostehq/riposte/playbook"
)

type imageParams struct {
	Deny        []string `yaml:"deny" help:"what is refused"`
	AllowOwners []string `yaml:"allow_owners" help:"accounts that may own an image"`
	Count       int      `yaml:"count" help:"how many"`

	Environments []string `yaml:"environments" help:"where it counts"`
}

func (p imageParams) InEnvironments() []string { return p.Environments }

func (p imageParams) Validate() error {
	if p.Count > 9 {
		return errors.New("count must be below 10")
	}
	var errs []error
	for i, o := range p.AllowOwners {
		if o != "self" {
			errs = append(errs, playbook.Wrong{Path: []any{"allow_owners", i}, Text: "no owner", Value: o, Known: []string{"self"}})
		}
	}
	return errors.Join(errs...)
}

// Decoys are what is refused: as good as any list for a test.
func (p imageParams) Decoys() playbook.Decoys { return p.Deny }

// catalogue is two playbooks that find nothing.
func catalogue(seen *imageParams) []playbook.Definition {
	define := func(id string) playbook.Definition {
		return playbook.Define(playbook.Spec[imageParams, struct{}]{
			ID: id, Title: "title of " + id, On: []playbook.Trigger{playbook.Call(call.EC2RunInstances)}, Defaults: imageParams{Deny: []string{"public"}, Count: 3},
			Suspect: func(_ event.Event, p imageParams) []playbook.Suspect[struct{}] {
				*seen = p
				return nil
			},
			Check: func(context.Context, playbook.In, playbook.Suspect[struct{}], imageParams) ([]playbook.Suspect[struct{}], error) {
				return nil, nil
			},
			Plan: func(playbook.Suspect[struct{}], imageParams) action.Plan { return action.Plan{} },
		})
	}
	return []playbook.Definition{define("launch.unapproved-image"), define("network.open-port")}
}

func parse(t *testing.T, text string) (*Config, error) {
	t.Helper()
	return Parse("riposte.yaml", []byte(text), catalogue(new(imageParams)))
}

func example(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestExample(t *testing.T) {
	var params imageParams
	c, err := Parse("riposte.yaml", example(t), catalogue(&params))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Playbooks[0].Suspects(event.Event{Source: "ec2.amazonaws.com", Name: "RunInstances"}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(imageParams{Deny: []string{"public"}, AllowOwners: []string{"self"}, Count: 3}, params); d != "" {
		t.Errorf("parameters over defaults: %s", d)
	}
	if a, ok := c.Account("444455556666"); !ok || a.Environment != "development" {
		t.Errorf("account: got %+v, %v", a, ok)
	}
	if want := []Source{
		{SQS: &SQS{"https://sqs.eu-west-1.amazonaws.com/111122223333/riposte", "eu-west-1", false}},
		{HTTP: &HTTP{"127.0.0.1:8418", "RIPOSTE_HTTP_SECRET", false}},
		{S3: &S3{"example-trail", "main", "eu-west-1", "https://sqs.eu-west-1.amazonaws.com/111122223333/log-files"}},
	}; cmp.Diff(want, c.Sources) != "" {
		t.Error(cmp.Diff(want, c.Sources))
	}
	if c.Ledger != (Ledger{SQLite, "riposte.db"}) || !c.Report.SecurityHub || c.Limits != (Limits{10, 3}) {
		t.Errorf("got ledger %v, report %v, limits %v", c.Ledger, c.Report, c.Limits)
	}
	person := c.People.Person(event.Actor{
		Kind: event.RoleActor, Session: "ann@example.com",
		Issuer: "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef",
	})
	if person != "ann@example.com" {
		t.Errorf("person: got %q", person)
	}
	for _, w := range c.Warnings {
		if !strings.Contains(w.Text, "does nothing") {
			t.Errorf("warning: %v", w)
		}
	}
}

func TestNothingAtAllObserves(t *testing.T) {
	c, err := Parse("", nil, catalogue(new(imageParams)))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.Playbooks); n != 2 {
		t.Errorf("%d playbooks, want both", n)
	}
	if m, why := c.Mode("network.open-port", "111122223333", action.Destroy); m != Observe || why != "observe is the default" {
		t.Errorf("got %s: %s", m, why)
	}
	if c.Limits != (Limits{10, 3}) || c.Ledger.String() != "sqlite:riposte.db" || c.Tags.Prefix != "riposte:" {
		t.Errorf("got %+v %v %+v", c.Limits, c.Ledger, c.Tags)
	}
}

func TestModeMostSpecificFirst(t *testing.T) {
	c, err := parse(t, `
organization:
  accounts:
    - {id: "111122223333", environment: production, ou: ou-ab12-cdef3456}
    - {id: "444455556666", environment: production}
    - {id: "777788889999", environment: development}
playbooks:
  defaults: {mode: ask}
  launch.unapproved-image:
    mode: act
    destroy: ask
    production: observe
    ou-ab12-cdef3456: ask
    "111122223333": act
  network.open-port:
    ou-ab12-cdef3456: act
`)
	if err != nil {
		t.Fatal(err)
	}
	const image, port = "launch.unapproved-image", "network.open-port"
	for _, x := range []struct {
		name, playbook, account string
		class                   action.Class
		want                    Mode
		why                     string
	}{
		{"the account beats its OU and all else", image, "111122223333", action.Destroy, Act, "playbooks.launch.unapproved-image.111122223333 says act"},
		{"the environment beats the class", image, "444455556666", action.Destroy, Observe, "playbooks.launch.unapproved-image.production says observe"},
		{"the class beats the playbook", image, "777788889999", action.Destroy, Ask, "playbooks.launch.unapproved-image.destroy says ask"},
		{"the playbook beats the defaults", image, "777788889999", action.Contain, Act, "playbooks.launch.unapproved-image.mode says act"},
		{"an account that is not listed", image, "000000000000", action.Contain, Act, "playbooks.launch.unapproved-image.mode says act"},
		{"no account at all", image, "", action.Contain, Act, "playbooks.launch.unapproved-image.mode says act"},
		{"the OU", port, "111122223333", action.Contain, Act, "playbooks.network.open-port.ou-ab12-cdef3456 says act"},
		{"the defaults", port, "444455556666", action.Contain, Ask, "playbooks.defaults.mode says ask"},
		{"a playbook that is not there", "x.y", "444455556666", action.Contain, Ask, "playbooks.defaults.mode says ask"},
	} {
		t.Run(x.name, func(t *testing.T) {
			if m, why := c.Mode(x.playbook, x.account, x.class); m != x.want || why != x.why {
				t.Errorf("got %s: %s; want %s: %s", m, why, x.want, x.why)
			}
		})
	}
}

func TestProblems(t *testing.T) {
	const told = "report: {security_hub: true}\n"
	const listed = "organization: {accounts: [{id: \"111122223333\"}]}\n"
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", "playbook: {}", `riposte.yaml:1:1: unknown key "playbook"; did you mean "playbooks"?`},
		{"unknown playbook", "playbooks:\n  launch.unaproved-image: {mode: act}", `riposte.yaml:2:3: unknown key "launch.unaproved-image" in playbooks: no such playbook; did you mean "launch.unapproved-image"?`},
		{"unknown setting", "playbooks: {network.open-port: {mdoe: act}}", `unknown key "mdoe" in playbooks.network.open-port: neither a setting nor a class, environment, account or OU; did you mean "mode"?`},
		{"unknown environment", listed + "playbooks: {network.open-port: {production: act}}", `unknown key "production"`},
		{"unknown parameter", "playbooks: {network.open-port: {params: {dney: [x]}}}", `unknown key "dney" in params; did you mean "deny"?`},
		{"no block", "organization: {egress: [office.example.com]}", `"office.example.com" is no block of addresses: want 203.0.113.0/24, 2001:db8::/48 or one address`},
		{"the internet", "organization: {egress: [192.0.2.1, 0.0.0.0/0]}", `"0.0.0.0/0" is wider than what one organisation has`},
		{"half of it", "organization: {offices: [\"8000::/1\"]}", `"8000::/1" is wider`},
		{"bits beyond the length", "organization: {offices: [192.0.2.9/24]}", `want 192.0.2.0/24`},
		{"IPv4 in IPv6", "organization: {offices: [\"::ffff:192.0.2.0/120\"]}", `write it as IPv4`},
		{"a vendor without an account", "organization: {vendors: [{name: backups}]}", `a vendor needs the id of its account: twelve digits`},
		{"a vendor that is ours", "organization:\n  accounts: [{id: \"111122223333\"}]\n  vendors:\n  - {id: \"111122223333\"}", `riposte.yaml:4:10: account 111122223333 is in organization.accounts: it is ours, or a vendor's`},
		{"a vendor twice", "organization:\n  vendors:\n  - {id: \"555566667777\"}\n  - {id: \"555566667777\"}", `riposte.yaml:4:10: account 555566667777 is there twice: first in line 3`},
		{"a decoy that is trusted", "playbooks: {network.open-port: {params: {deny: [AROAEXAMPLECI0000000]}}}\ntrusted: [{issuer: \"arn:aws:iam::111122223333:role/ci\", id: AROAEXAMPLECI0000000, playbooks: [launch.*]}]",
			`riposte.yaml:2:61: AROAEXAMPLECI0000000 is a decoy of playbooks: a decoy is never trusted`},
		{"a decoy that is break-glass", "playbooks: {network.open-port: {params: {deny: [AIDAEXAMPLEGLASS0000]}}}\nbreak_glass: [{arn: \"arn:aws:iam::111122223333:user/glass\", id: AIDAEXAMPLEGLASS0000}]",
			`AIDAEXAMPLEGLASS0000 is a decoy of playbooks: it would never be contained`},
		{"wrong type of a parameter", "playbooks: {network.open-port: {params: {count: many}}}", `params.count: want a whole number, found a text`},
		{"a parameter that the playbook refuses", "playbooks: {network.open-port: {params: {count: 10}}}", `network.open-port: count must be below 10`},
		{"an owner that a playbook refuses", "playbooks:\n  network.open-port:\n    params:\n      allow_owners: [self, sefl, zebra]", `riposte.yaml:4:28: allow_owners[1]: no owner; did you mean "self"?`},
		{"another beside it", "playbooks:\n  network.open-port:\n    params:\n      allow_owners: [self, sefl, zebra]", `riposte.yaml:4:34: allow_owners[2]: no owner` + "\n"},
		{"an octal limit", "limits: {destroy_per_hour: 010}", `limits.destroy_per_hour: want a whole number, in decimal`},
		{"bad mode", "playbooks: {network.open-port: {mode: atc}}", `playbooks.network.open-port.mode: "atc" is not one of observe, ask, act; did you mean "act"?`},
		{"bad default mode", "playbooks: {defaults: {mode: 1}}", `playbooks.defaults.mode: want a text`},
		{"mode without a value", "playbooks: {defaults: {mode: }}", `playbooks.defaults.mode: want one of observe, ask, act`},
		{"a unit in the defaults", "playbooks: {defaults: {ou-ab12-cdef3456: act}}", `unknown key "ou-ab12-cdef3456" in playbooks.defaults: they have a mode alone; a class, environment, account or unit stands below its playbook`},
		{"an account in the defaults that could not be read", "organization: {accounts: [{id: 123456789012}]}\nplaybooks: {defaults: {\"123456789012\": act}}", `they have a mode alone`},
		{"a unit in capitals", "organization: {discover: true}\nplaybooks: {network.open-port: {OU-ab12-cdef3456: act}}", `did you mean "ou-ab12-cdef3456"?`},
		{"more than a mode in the defaults", "playbooks: {defaults: {params: {}}}", `unknown key "params" in playbooks.defaults`},
		{"an account that is not there", listed + "playbooks: {network.open-port: {\"111122224444\": act}}", `account 111122224444 is not in organization.accounts; did you mean "111122223333"?`},
		{"an OU that is not there", listed + "playbooks: {network.open-port: {ou-ab12-cdef3456: act}}", `no account of organization.accounts is in ou-ab12-cdef3456`},
		{"duplicate account", "organization:\n  accounts:\n  - id: \"111122223333\"\n  - id: \"111122223333\"", `riposte.yaml:4:9: account 111122223333 is there twice: first in line 3`},
		{"an account as a number", "organization: {accounts: [{id: 111122223333}]}", `organization.accounts[0].id: want a text (in quotes), found a number`},
		{"an account as the console writes it", "organization: {accounts: [{id: \"1111-2222-3333\"}]}", `twelve digits in quotes, without hyphens`},
		{"a short account", "organization: {accounts: [{id: \"1\"}]}", `an account needs an id of twelve digits`},
		{"an environment that is a key", "organization: {accounts: [{id: \"111122223333\", environment: destroy}]}", `an environment can't be called destroy`},
		{"bad region", "organization: {regions: [Ireland]}", `"Ireland" is not a region`},
		{"a misspelt region", "organization: {regions: [eu-wst-1]}", `"eu-wst-1" is not a region: want a name like eu-west-1; did you mean "eu-west-1"?`},
		{"a queue of another region", "sources: [{sqs: {queue_url: \"https://sqs.eu-west-1.amazonaws.com/111122223333/events\", region: us-east-1}}]",
			`the queue is in eu-west-1 by its URL, and region says us-east-1`},
		{"a queue without a region", "sources: [{sqs: {queue_url: \"https://sqs.eu-west-1.amazonaws.com/111122223333/events\"}}]", `want the queue's region`},
		{"a bus in a region of another partition", "report: {event_bus: \"arn:aws-cn:events:eu-west-1:111122223333:event-bus/default\"}", `region eu-west-1 is in the partition aws, not in aws-cn`},
		{"a partition that AWS does not have", "break_glass: [\"arn:aws-eu:iam::111122223333:role/break-glass\"]", `"aws-eu" is no partition of AWS: want one of aws, aws-cn, aws-eusc`},
		{"a placeholder that was not filled in", "organization: {roles: {external_id: \"${EXTERNAL_ID}\"}}", `organization.roles.external_id: ${EXTERNAL_ID} was not replaced`},
		{"one in a text of a shape of its own", "ledger: \"dynamodb:${TABLE}\"", `ledger: ${TABLE} was not replaced`},
		{"one of Terraform's", "organization: {roles: {external_id: \"${var.external_id}\"}}", `organization.roles.external_id: ${var.external_id} was not replaced`},
		{"one of Helm's", "organization: {roles: {audit: \"{{ .Values.audit }}\"}}", `organization.roles.audit: {{ .Values.audit }} was not replaced`},
		{"one of a shell's", "organization:\n  roles:\n    external_id: $EXTERNAL_ID", `riposte.yaml:3:18: organization.roles.external_id: $EXTERNAL_ID was not replaced`},
		{"one as a key", "owners:\n  accounts:\n    \"${ACCOUNT}\": ann@example.com", `riposte.yaml:3:5: a key: ${ACCOUNT} was not replaced`},
		{"one as an account of a playbook", "playbooks: {network.open-port: {\"${ACCOUNT}\": act}}", `riposte.yaml:1:33: a key: ${ACCOUNT} was not replaced`},
		{"an external id that STS refuses", "organization: {roles: {external_id: \"a b\"}}", `riposte.yaml:1:37: STS takes no such external id`},
		{"a queue's URL of no region", "sources: [{sqs: {queue_url: \"https://sqs.eu-wst-1.amazonaws.com/111122223333/events\", region: eu-west-1}}]",
			`riposte.yaml:1:29: the queue's URL names no region: "eu-wst-1"; did you mean "eu-west-1"?`},
		{"a queue's URL with another partition's suffix", "sources: [{sqs: {queue_url: \"https://sqs.cn-north-1.amazonaws.com/111122223333/events\", region: cn-north-1}}]",
			`no queue of cn-north-1 is at sqs.cn-north-1.amazonaws.com: want https://sqs.cn-north-1.amazonaws.com.cn/ACCOUNT/NAME`},
		{"a queue's URL without an account", "lambda: {queues: [\"https://sqs.eu-west-1.amazonaws.com/events\"]}", `the queue's URL ends with its account's twelve digits and its name`},
		{"a queue twice", "sources:\n- sqs: {queue_url: \"https://sqs.eu-west-1.amazonaws.com/111122223333/events\", region: eu-west-1}\n- sqs: {queue_url: \"https://sqs.eu-west-1.amazonaws.com/111122223333/events\", region: eu-west-1}",
			`riposte.yaml:3:20: the queue is a source already: first in line 2`},
		{"a table by its ARN", "ledger: \"dynamodb:arn:aws:dynamodb:eu-west-1:111122223333:table/record\"", `can't be the name of a table: want 3 to 255 letters`},
		{"an untouchable in no region", "untouchable: [\"arn:aws:rds:eu-wst-1:111122223333:db:ledger\"]", `riposte.yaml:1:15: "eu-wst-1" is not a region: want a name like eu-west-1; did you mean "eu-west-1"?`},
		{"an untouchable in a region of another partition", "untouchable: [\"arn:aws:rds:cn-north-1:111122223333:db:ledger\"]", `region cn-north-1 is in the partition aws-cn, not in aws`},
		{"an untouchable in no account", "untouchable: [\"arn:aws:rds:eu-west-1:1111222233:db:ledger\"]", `"1111222233" is no account: want twelve digits`},
		{"an environment that no account is in",
			"organization: {accounts: [{id: \"111122223333\", environment: production}]}\nplaybooks: {network.open-port: {params: {environments: [prod]}}}",
			`riposte.yaml:2:57: no account of organization.accounts is in the environment "prod", so that network.open-port never finds anything; did you mean "production"?`},
		{"a trusted session", "trusted: [{issuer: \"arn:aws:sts::111122223333:assumed-role/ci/run-7\", playbooks: [\"launch.*\"]}]",
			`is not the ARN of a role or user; that is a session: name its role, arn:aws:iam::111122223333:role/ci, with the path`},
		{"region twice", "organization: {regions: [eu-west-1, eu-west-1]}", `region eu-west-1 is there twice`},
		{"a role by ARN", "organization: {roles: {audit: \"arn:aws:iam::111122223333:role/audit\"}}", `it is a name with its path`},
		{"an issuer pattern that can't match", "people: {issuers: [\"arn:aws:iam::*:user/*\"]}", `can't match an issuer`},
		{"bad regular expression", "people: {session_name: \"[\"}", `riposte.yaml:1:24: not a regular expression`},
		{"trust without a playbook", "trusted: [{issuer: \"arn:aws:iam::111122223333:role/ci\"}]", `playbooks is missing`},
		{"trust for a playbook that is not there", "trusted: [{issuer: \"arn:aws:iam::111122223333:role/ci\", playbooks: [\"lunch.*\"]}]", `"lunch.*" fits no playbook`},
		{"trust in any account", "trusted: [{issuer: \"arn:aws:iam::*:role/ci\", playbooks: [\"launch.*\"]}]", `trust names the account exactly`},
		{"trust in a foreign account", listed + "trusted: [{issuer: \"arn:aws:iam::999988887777:role/ci\", playbooks: [\"launch.*\"]}]", `account 999988887777 is not in organization.accounts`},
		{"an untouchable pattern", "untouchable: [\"arn:aws:rds:eu-west-1:111122223333:db:*\"]", `untouchable is exact`},
		{"an untouchable that is no ARN", "untouchable: [ledger]", `"ledger" is not an ARN`},
		{"break-glass that is no principal", "break_glass: [\"arn:aws:s3:::bucket\"]", `is not a principal`},
		{"break-glass by the name of a session", "break_glass: [\"arn:aws:sts::111122223333:assumed-role/break-glass/sam\"]", `is not a principal that stays: want a role or user; that is a session: name its role, arn:aws:iam::111122223333:role/break-glass,`},
		{"a user's id for a role", "trusted: [{issuer: \"arn:aws:iam::111122223333:role/ci\", id: AIDAEXAMPLEDEPLOY0001, playbooks: [\"launch.*\"]}]",
			`riposte.yaml:1:61: "AIDAEXAMPLEDEPLOY0001" is not the unique id of arn:aws:iam::111122223333:role/ci: want what riposte doctor prints`},
		{"a name for an id", "break_glass: [{arn: \"arn:aws:iam::111122223333:user/igor\", id: igor}]", `"igor" is not the unique id`},
		{"an id of root", "break_glass: [{arn: \"arn:aws:iam::111122223333:root\", id: AIDAEXAMPLEIGOR000001}]", `is not the unique id`},
		{"break-glass by its id alone", "break_glass: [{id: AROAEXAMPLEGLASS00001}]", `"" is not an ARN`},
		{"people by their session", "people: {issuers: [\"arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/sam\"]}",
			`can't match an issuer: want arn:aws:iam::ACCOUNT:role/PATH/NAME, with * where it may vary; that is a session: name its role`},
		{"a list in place of a principal", "break_glass: [[a]]", `break_glass[0]: want a text, found a list`},
		{"two sources in one", "sources: [{sqs: {queue_url: \"https://x\", region: eu-west-1}, http: {listen: \":1\", secret_env: A}}]", `a source is one of sqs, http, s3, stdin`},
		{"a source that is none", "sources: [{}]", `a source is one of sqs, http, s3, stdin`},
		{"a bucket by its ARN", "sources: [{s3: {bucket: \"arn:aws:s3:::trail\", region: eu-west-1}}]", `want the bucket's name`},
		{"a bucket without a region", "sources: [{s3: {bucket: trail}}]", `want the bucket's region`},
		{"a prefix that goes too far", "sources: [{s3: {bucket: trail, region: eu-west-1, prefix: AWSLogs/o-1}}]", `want what stands before AWSLogs/`},
		{"a bucket's queue by its name", "sources: [{s3: {bucket: trail, region: eu-west-1, queue_url: files}}]", `want the queue's URL`},
		{"standard input twice", "sources: [{stdin: {}}, {stdin: {}}]", `standard input is a source already`},
		{"a secret in the file", "sources: [{http: {listen: \":1\", secret_env: hunter2}}]", `want the name of an environment variable`},
		{"bad listener", "console: {listen: 8417}", `console.listen: want a text`},
		{"listener without a port", "console: {listen: localhost}", `want address and port`},
		{"pages for every machine", "console: {listen: \"0.0.0.0:8417\"}", `riposte.yaml:1:19: 0.0.0.0:8417 is open to other machines, and no login is named for them: name console.oidc, alb or proxy, or listen on 127.0.0.1`},
		{"pages on every address", "console: {listen: \":8417\"}", `open to other machines`},
		{"pages under a URL", "console: {hosts: [\"https://riposte.example.com\"]}", `no host's name: want it in lower case, without scheme and port`},
		{"pages under one name twice", "console: {hosts: [a.example.com, a.example.com]}", `there twice`},
		{"a provider without TLS", "console: {oidc: {issuer: \"http://login.example.com\", client_id: r, client_secret: env:S}}", `want the provider's URL, like https://login.example.com`},
		{"a provider's secret in the file", "console: {oidc: {issuer: \"https://login.example.com\", client_id: r, client_secret: hunter2}}", `the secret itself never stands in this file`},
		{"a provider that knows no way back", "console: {listen: \"0.0.0.0:8417\", oidc: {issuer: \"https://login.example.com\", client_id: r, client_secret: env:S}}", `where it sends people back to`},
		{"a provider and a key", "console: {key: env:K, oidc: {issuer: \"https://login.example.com\", client_id: r, client_secret: env:S}}", `a key lets anybody in who has it`},
		{"a provider without approvers", "console: {oidc: {issuer: \"https://login.example.com\", client_id: r, client_secret: env:S}}", `whoever comes in could give every order: name approval.approvers`},
		{"a key in the file", "console: {key: hunter2hunter2hunter2hunter2hunt}", `the key itself never stands in this file`},
		{"bad ledger", "ledger: riposte.db", `ledger: want sqlite:FILE or dynamodb:TABLE`},
		{"a ledger misspelt", "ledger: dynamo:record", `ledger: want sqlite:FILE or dynamodb:TABLE; did you mean "dynamodb"?`},
		{"a ledger in capitals", "ledger: DynamoDB:record", `want sqlite:FILE or dynamodb:TABLE; did you mean "dynamodb"?`},
		{"a ledger without a name", "ledger: sqlite", "ledger: want sqlite:FILE or dynamodb:TABLE\n"},
		{"a mode in place of a playbook", "playbooks: {network.open-port: act}", `playbooks.network.open-port: want keys and values, like {mode: act}`},
		{"an account in place of its keys", "organization: {accounts: [\"111122223333\"]}", `organization.accounts[0]: want keys and values, found a text`},
		{"a mode and more", "playbooks: {defaults: {mode: acton}}", `"acton" is not one of observe, ask, act; did you mean "act"?`},
		{"a queue by another word", "sources: [{s3: {bucket: trail, region: eu-west-1, queue: x}}]", `unknown key "queue" in sources[0].s3; did you mean "queue_url"?`},
		{"an OU in capitals", "organization: {accounts: [{id: \"111122223333\", ou: OU-ab12-cdef3456}]}", `"OU-ab12-cdef3456" is not an organisational unit: want an id like ou-ab12-cdef3456; did you mean "ou-ab12-cdef3456"?`},
		{"a key of the future", "slack: {channel: x}", `unknown key "slack"; there are organization, people, trusted, untouchable, break_glass, playbooks, sources, ledger, report, limits,`},
		{"a scope that is none", "playbooks: {network.open-port: {weekend: act}}", `neither a setting nor a class, environment, account or OU; there are mode, params, enforce_from, approval, code, contain, mend, mark, destroy`},
		{"no limit", "limits: {incidents_per_hour: 0}", `want at least 1`},
		{"a state that is both", "code: {states: [{s3: a-states/x, file: x.tfstate}]}", `riposte.yaml:1:17: a state is one of s3, file`},
		{"a state that is a bucket", "code: {states: [{s3: acme-states, region: eu-west-1, account: \"111122223333\"}]}", `want BUCKET/KEY of a state`},
		{"a state in anybody's bucket", "code: {states: [{s3: acme-states/dns/, region: eu-west-1}]}", `want the account that the bucket has to belong to`},
		{"a state of code that is nowhere", "code: {states: [{file: x.tfstate, repository: acme/dns}]}", `acme/dns is not among code.repositories`},
		{"a folder outside", "code: {states: [{file: x.tfstate, path: ../../etc}]}", `want a folder of the repository, like terraform/dns`},
		{"a repository without a token", "code: {repositories: [{github: acme/dns}]}", `say where the token is: token is missing`},
		{"a token itself", "code: {repositories: [{github: acme/dns, token: ghp_abc}]}", `the secret itself never stands in this file`},
		{"a repository by its URL", "code: {repositories: [{github: \"https://github.com/acme/dns\", token: \"env:T\"}]}", `want OWNER/NAME`},
		{"a server without TLS", "code: {repositories: [{gitlab: acme/dns, url: \"http://gitlab.example.com\", token: \"env:T\"}]}", `want the server's URL, like https://gitlab.example.com`},
		{"a branch of riposte's own", "code: {repositories: [{gitlab: acme/dns, branch: riposte/c_1, token: \"env:T\"}]}", `none of riposte's own`},
		{"a repository twice", "code:\n  repositories:\n  - {github: acme/dns, token: \"env:T\"}\n  - {github: acme/dns, token: \"env:U\"}", `riposte.yaml:4:5: acme/dns is a repository already`},
		{"what it does about code", "playbooks: {network.open-port: {code: yes}}", `playbooks.network.open-port.code: "yes" is not one of patch, both, ignore`},
		{"a tag that is AWS's", "tags: {prefix: \"aws:riposte:\"}", `not aws:`},
		{"a tag that is too long", "tags: {prefix: " + strings.Repeat("é", 65) + "}", `at most 64 characters`},
		{"metrics without a port", "metrics: {listen: localhost}", `want address and port`},
		{"a group that nobody defines", "people: {groups: {security: {members: [ann@example.com]}}}\napproval:\n  approvers: [securty]",
			`riposte.yaml:3:15: there is no group "securty" in people.groups; did you mean "security"?`},
		{"a group without members", "people: {groups: {security: {}}}\napproval: {approvers: [security]}", `the group security has no members: nobody could answer`},
		{"more persons than there are", "people: {groups: {security: {members: [ann@example.com, ANN@example.com]}}}\napproval: {approvers: [security]}",
			`what is destroyed in production takes 2 persons (approval.production.destroy.persons), and 1 may approve it`},
		{"one person by two addresses", "people: {aliases: {root@example.com: ann@example.com}, groups: {security: {members: [ann@example.com, root@example.com]}}}\napproval: {approvers: [security]}",
			`takes 2 persons (approval.production.destroy.persons), and 1 may approve it`},
		{"no person", "approval: {production: {destroy: {persons: 0}}}", `riposte.yaml:1:44: want at least 1`},
		{"a member that is no address", "people: {groups: {security: {members: [ann]}}}", `riposte.yaml:1:40: "ann" is no address: want name@example.com`},
		{"two members in one", "people: {groups: {security: {members: [\"a@example.com, b@example.com\"]}}}", `is no address`},
		{"an address without the name", "people: {address: ann@example.com}", `want {session} once, where the name goes: {session}@example.com`},
		{"an alias of an alias", "people: {aliases: {a@example.com: b@example.com, b@example.com: c@example.com}}", `b@example.com is an alias itself: name the address that counts`},
		{"an alias of itself", "people: {aliases: {a@example.com: A@example.com}}", `is an alias itself`},
		{"a user by name", "people: {users: {ann: ann@example.com}}", `"ann" is not the ARN of an IAM user: want arn:aws:iam::ACCOUNT:user/NAME`},
		{"an owner of a foreign account", listed + "owners: {accounts: {\"999988887777\": ann@example.com}}", `account 999988887777 is not in organization.accounts`},
		{"an owner that is no group", listed + "owners: {accounts: {\"111122223333\": shop}}", `there is no group "shop" in people.groups`},
		{"a length that is none", "exceptions: {contain: a month}", `exceptions.contain: want a length of time, like 36h or 31d`},
		{"silence that contains", told + "approval: {contain: {after: 8h, silence: act}}", `riposte.yaml:2:42: silence can't act what contains: want hold or remind`},
		{"silence that lets a containment be", told + "approval: {production: {contain: {after: 8h, silence: expire}}}", `silence can't expire what contains: want hold or remind`},
		{"silence of whom nobody told", "approval: {mend: {after: 48h, silence: act}}", `nobody is told of a question, so that nobody is silent: set report.security_hub, report.event_bus, report.slack or report.mail`},
		{"silence without a time", told + "approval: {mend: {silence: act}}", `say when: after is missing`},
		{"a time without a meaning", told + "approval: {mend: {after: 48h}}", `after what? say what silence means then: remind, act or expire`},
		{"silence within the notice", told + "approval: {mend: {after: 7h, silence: act}}", `want at least 8h0m0s: people are told once more 4h0m0s before`},
		{"silence in the place of two persons", told + "people: {groups: {sec: {members: [a@example.com, b@example.com]}}}\napproval: {approvers: [sec], production: {destroy: {after: 48h, silence: act}}}",
			`what takes 2 persons is not done because none has answered`},
		{"silence that means something else", told + "approval: {mend: {after: 48h, silence: yes}}", `approval.mend.silence: "yes" is not one of hold, remind, act, expire`},
		{"a command line that is neither", "approval: {command_line: any}", `"any" is not one of halt-only, all`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parse(t, c.text)
			var ps strict.Problems
			if !errors.As(err, &ps) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}

func TestEveryPartitionIsKnown(t *testing.T) {
	c, err := parse(t, `
organization: {regions: [eusc-de-east-1, cn-north-1, us-gov-west-1, us-isof-south-1]}
report: {event_bus: "arn:aws-eusc:events:eusc-de-east-1:111122223333:event-bus/default"}
sources: [{sqs: {queue_url: "https://sqs.eusc-de-east-1.amazonaws.eu/111122223333/events", region: eusc-de-east-1}}]
break_glass: ["arn:aws-eusc:iam::111122223333:role/break-glass"]
`)
	if err != nil || c.Report.EventBus.Partition != "aws-eusc" {
		t.Errorf("got %v", err)
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	_, err := parse(t, "organisation: {}\nlimits: {incidents_per_hour: none}\nledger: x\nplaybooks: {a.b: {}}\n")
	var ps strict.Problems
	if !errors.As(err, &ps) || len(ps) != 4 {
		t.Fatalf("got %v, want four problems", err)
	}
}

// What a mistake makes unreadable is no second mistake.
func TestOneMistakeIsSaidOnce(t *testing.T) {
	for _, text := range []string{
		"organization: {accounts: [{id: 111122223333}]}", "trusted: [{issuer: \"arn:aws:iam::111122223333:role/ci\", playbooks: launch.*}]",
		"playbooks: {network.open-port: {params: {allow_owners: [~]}}}",
		"organization: {accounts: [{id: 123456789019}]}\nplaybooks: {network.open-port: {\"123456789019\": act}}\ntrusted: [{issuer: \"arn:aws:iam::123456789019:role/ci\", playbooks: [\"launch.*\"]}]",
		"sources: [{sqs: {url: \"https://sqs.eu-west-1.amazonaws.com/111122223333/events\", region: eu-west-1}}]",
		"trusted: [{issuer: \"arn:aws:iam::111122223333:role/ci\", playbook: [\"launch.*\"]}]",
		"trusted: [{principal: \"arn:aws:iam::111122223333:role/ci\", playbooks: [\"launch.*\"]}]",
	} {
		_, err := parse(t, text)
		var ps strict.Problems
		if !errors.As(err, &ps) || len(ps) != 1 {
			t.Errorf("%s: got %v, want one problem", text, err)
		}
	}
}

// What is allowed and unwise is said by everything that reads the file: it is the file's fault, not the daemon's.
func TestWarnings(t *testing.T) {
	const (
		accounts = "organization: {accounts: [{id: \"111122223333\"}], roles: {audit: r, report: p, contain: c, author: a}}\n"
		told     = "report: {security_hub: true}\n"
		acts     = "playbooks: {network.open-port: {mode: act}}\n"
	)
	for _, c := range []struct{ name, text, want string }{ // "": none
		{"sound", accounts + told + acts, ""},
		{"an empty file", "# nothing yet\n", "riposte.yaml:1:1: the file says nothing: every playbook observes, nothing is reported, and there is no source"},
		{"nothing acts", accounts + told, "riposte.yaml:1:1: no playbook acts"},
		{"a reporter of people", accounts + acts + "report: {mail: {from: riposte@example.com, smtp: {server: \"smtp.example.com:587\"}}}", ""},
		{"a click that destroys", accounts + acts + "report: {slack: {team: T0123ABCD, channel: \"#riposte\", token: env:T, approve: [destroy]}}", "a click in a chat may destroy"},
		{"a group told where nothing is", accounts + told + acts + "people: {groups: {sec: {members: [a@example.com, b@example.com], mail: sec@example.com}}}\napproval: {approvers: [sec], command_line: all}",
			"riposte.yaml:4:72: mail does nothing without report.mail"},
		{"a group paged by nobody", accounts + told + acts + "people: {groups: {sec: {members: [a@example.com, b@example.com], page: true}}}\napproval: {approvers: [sec], command_line: all}",
			"page does nothing without report.pagerduty"},
		{"clicks answer", accounts + acts + "people: {groups: {sec: {members: [a@example.com, b@example.com]}}}\napproval: {approvers: [sec]}\n" +
			"report: {slack: {team: T0123ABCD, channel: \"#riposte\", token: env:T, app_token: env:A}}", ""},
		{"no reporter", accounts + acts, "nothing is reported: set report.security_hub"},
		{"a wildcard in a trusted name", accounts + told + acts + "trusted: [{issuer: \"arn:aws:iam::111122223333:role/ci-*\", playbooks: [\"launch.*\"]}]", "riposte.yaml:4:20: a wildcard in a trusted name"},
		{"every role is human", accounts + told + acts + "people: {issuers: [\"arn:aws:iam::*:role/*\"]}", "riposte.yaml:4:20: every role's sessions count as human"},
		{"acting as itself", told + acts, "acting with the process's own credentials"},
		{"acting without the right", strings.Replace(accounts, "contain: c, ", "", 1) + told + acts, "riposte.yaml:1:57: a playbook acts, and no contain role is named"},
		{"reading nothing", strings.Replace(accounts, "audit: r, ", "", 1) + told + acts, "riposte.yaml:1:57: no audit role is named: nothing can be read"},
		{"reporting with no right to", strings.Replace(accounts, "report: p, ", "", 1) + told + acts, "riposte.yaml:1:57: no report role is named: Security Hub is told nothing"},
		{"reporting to a bus, which takes no role", strings.Replace(accounts, "report: p, ", "", 1) + "report: {event_bus: \"arn:aws:events:eu-west-1:111122223333:event-bus/cases\"}\n" + acts, ""},
		{"production by another name", strings.Replace(accounts, "333\"}", "333\", environment: prod}", 1) + told + acts, "riposte.yaml:1:61: prod is another environment than production"},
		{"production misspelt", strings.Replace(accounts, "333\"}", "333\", environment: prodution}", 1) + told + acts, "riposte.yaml:1:61: prodution is another environment than production"},
		{"what comes before production", strings.Replace(accounts, "333\"}", "333\", environment: preproduction}", 1) + told + acts, ""},
		{"an environment that no account is in", strings.Replace(accounts, "333\"}", "333\", environment: production}", 1) + told + "playbooks: {network.open-port: {mode: act, params: {environments: [production, prodction]}}}",
			"riposte.yaml:3:80: no account of organization.accounts is in the environment \"prodction\"; did you mean \"production\"?"},
		{"an environment that an account may be in", accounts + told + "playbooks: {network.open-port: {mode: act, params: {environments: [prod]}}}",
			"riposte.yaml:3:68: no account of organization.accounts is in the environment \"prod\""},
		{"one in no account, where accounts are discovered", strings.Replace(strings.Replace(accounts, "contain: c", "external_id: some-secret, contain: c", 1), "{accounts: [{id: \"111122223333\"}]", "{discover: true, accounts: [{id: \"111122223333\", environment: production}]", 1) + told +
			"playbooks: {network.open-port: {mode: act, params: {environments: [prod]}}}", "no account of organization.accounts is in the environment \"prod\""},
		{"no environment, which is any", strings.Replace(accounts, "333\"}", "333\", environment: production}", 1) + told + "playbooks: {network.open-port: {mode: act, params: {environments: []}}}", ""},
		{"a group that nothing names", accounts + told + acts + "people: {groups: {sec: {members: [a@example.com]}}}", "riposte.yaml:4:24: the group sec is named nowhere"},
		{"a group that owns", accounts + told + acts + "people: {groups: {shop: {members: [a@example.com, b@example.com]}, sec: {members: [c@example.com, d@example.com]}}}\nowners: {accounts: {\"111122223333\": shop}}\napproval: {approvers: [sec], command_line: all}", ""},
		{"a user elsewhere", accounts + told + acts + "people: {users: {\"arn:aws:iam::111122223334:user/ann\": ann@example.com}}", "riposte.yaml:4:56: account 111122223334 is not in organization.accounts: nobody there is ever met"},
		{"destroying", strings.Replace(accounts, "contain: c", "contain: c, destroy: d", 1) + told + acts, "the destroy tier is on"},
		{"other accounts without an external id", strings.Replace(accounts, "{accounts", "{discover: true, accounts", 1) + told + acts, "assumed without external_id"},
		{"figures open to all", accounts + told + acts + "metrics: {listen: \":9418\"}", "metrics.listen is open to other machines"},
		{"a source that believes any sender", accounts + told + acts + "sources: [{sqs: {queue_url: \"https://sqs.eu-west-1.amazonaws.com/111122223333/riposte\", region: eu-west-1, bare: true}}]",
			"records are believed that no event of EventBridge's wraps"},
		{"a source open to all", accounts + told + acts + "sources: [{http: {listen: \":8418\", secret_env: A}}]", "http.listen is open to other machines"},
		{"nobody can answer", accounts + told + acts + "people: {groups: {sec: {members: [a@example.com, b@example.com]}}}\napproval: {approvers: [sec]}",
			"riposte.yaml:5:11: nobody can approve, dismiss or undo: the command line may halt only, and nobody signs in to the console"},
		{"one approver", accounts + told + acts + "people: {groups: {sec: {members: [a@example.com]}}}\napproval: {approvers: [sec], command_line: all, production: {destroy: {persons: 1}}}",
			"a@example.com is the only approver"},
		{"approvers", accounts + told + acts + "people: {groups: {sec: {members: [a@example.com, b@example.com]}}}\napproval: {approvers: [sec], command_line: all}", ""},
		{"an approval by nobody", accounts + told + acts + "approval: {command_line: all}", "riposte.yaml:4:11: approval does nothing: nobody is named who may approve, and silence holds"},
		{"silence, and nobody named", accounts + told + acts + "approval: {mend: {after: 48h, silence: expire}}", ""},
		{"a limit that is never reached", accounts + told + acts + "limits: {destroy_per_hour: 50, incidents_per_hour: 5}", "riposte.yaml:4:28: destroy_per_hour 50 is never reached"},
		{"break-glass elsewhere", accounts + told + acts + "break_glass: [{arn: \"arn:aws:iam::111122223334:role/break-glass\", id: AROAEXAMPLEGLASS00001}]", "riposte.yaml:4:15: account 111122223334 is not in organization.accounts"},
		{"a trusted role without its id", accounts + told + acts + "trusted: [{issuer: \"arn:aws:iam::111122223333:role/ci\", playbooks: [\"launch.*\"]}]",
			"riposte.yaml:4:11: arn:aws:iam::111122223333:role/ci is known by its ARN alone: if no principal has that name"},
		{"a trusted user without its id", accounts + told + acts + "trusted: [{issuer: \"arn:aws:iam::111122223333:user/ci\", playbooks: [\"launch.*\"]}]",
			"which any user can be renamed to: without an id it is not trusted"},
		{"a trusted role by its id", accounts + told + acts + "trusted: [{issuer: \"arn:aws:iam::111122223333:role/ci\", id: AROAEXAMPLEDEPLOY0001, playbooks: [\"launch.*\"]}]", ""},
		{"break-glass without its id", accounts + told + acts + "break_glass: [\"arn:aws:iam::111122223333:role/break-glass\"]", "riposte.yaml:4:15: arn:aws:iam::111122223333:role/break-glass is known by its ARN alone"},
		{"break-glass by its id", accounts + told + acts + "break_glass: [{arn: \"arn:aws:iam::111122223333:user/igor\", id: AIDAEXAMPLEIGOR000001}]", ""},
		{"root, which is one alone", accounts + told + acts + "break_glass: [\"arn:aws:iam::111122223333:root\"]", ""},
		{"an untouchable elsewhere", accounts + told + acts + "untouchable: [\"arn:aws:rds:eu-west-1:111122223334:db:ledger\"]", "account 111122223334 is not"},
		{"people elsewhere", accounts + told + acts + "people: {issuers: [\"arn:aws:iam::111122223334:role/sso/*\"]}", "account 111122223334 is not"},
		{"an untouchable bucket, its ARN without an account", accounts + told + acts + "untouchable: [\"arn:aws:s3:::trail\"]", ""},
		{"a vendor without a name", strings.Replace(accounts, "{accounts", "{vendors: [{id: \"555566667777\"}], accounts", 1) + told + acts, "any share with account 555566667777 is left alone"},
		{"a vendor with a name", strings.Replace(accounts, "{accounts", "{vendors: [{id: \"555566667777\", name: backups}], accounts", 1) + told + acts, ""},
		{"web pages nowhere", accounts + told + acts + "console: {hosts: [riposte.example.com]}", "console does nothing"},
		{"tags", accounts + told + acts + "tags: {prefix: x}", "tags does nothing"},
		{"a region that is new", strings.Replace(accounts, "{accounts", "{regions: [eu-west-9], accounts", 1) + told + acts, `riposte.yaml:1:26: "eu-west-9" is no region that this riposte knows (where it is a new one, nothing is wrong); did you mean "eu-west-1"?`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parse(t, c.text)
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" && len(got.Warnings) > 0 || c.want != "" && (len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0].String(), c.want)) {
				t.Errorf("got %q, want %q", got.Warnings, c.want)
			}
		})
	}
}

func TestTrustNeverCountsForEvasionAndDecoys(t *testing.T) {
	for _, x := range []struct {
		pattern, id string
		want        bool
	}{
		{"launch.*", "launch.unapproved-image", true},
		{"launch.unapproved-image", "launch.unapproved-image", true},
		{"launch.unapproved", "launch.unapproved-image", false},
		{"*", "network.open-port", true},
		{"*", "evasion.trail-stopped", false},
		{"evasion.trail-stopped", "evasion.trail-stopped", false},
		{"identity.*", "identity.decoy-used", false},
	} {
		if got := fits(x.pattern, x.id); got != x.want {
			t.Errorf("%s takes in %s: got %v, want %v", x.pattern, x.id, got, x.want)
		}
	}
}

// What playbooks, the gate and the command line know of the organisation is one value: automation by its id alone, decoys of all playbooks.
func TestFactsOfTheOrganization(t *testing.T) {
	c, err := parse(t, `organization:
  accounts: [{id: "111122223333", environment: production}]
  offices: [203.0.113.0/24]
  vendors: [{id: "555566667777", name: Backups Ltd}]
trusted:
- {issuer: "arn:aws:iam::111122223333:role/free", playbooks: [launch.*]}
- {issuer: "arn:aws:iam::111122223333:role/ci", id: AROAEXAMPLECI0000000, playbooks: [launch.*]}
break_glass: [{arn: "arn:aws:iam::111122223333:role/glass", id: AROAEXAMPLEGLASS0000}]
playbooks: {network.open-port: {params: {deny: [AKIADECOY00000000001]}}}`)
	if err != nil {
		t.Fatal(err)
	}
	o := c.Facts()
	if g := o.Guarded; !slices.Equal(g.Named, []string{"arn:aws:iam::111122223333:role/glass"}) || !slices.Equal(g.Known, []string{"AROAEXAMPLEGLASS0000"}) || len(g.Own) == 0 && c.Organization.Roles.Audit != "" {
		t.Errorf("guarded are %+v", g)
	}
	if o.Environments["111122223333"] != "production" || !o.Offices.Has(netip.MustParseAddr("203.0.113.9")) || o.Vendors["555566667777"] != "Backups Ltd" {
		t.Errorf("got %+v", o)
	}
	if !o.Decoys.Has(event.Actor{AccessKey: "AKIADECOY00000000001"}) || o.Decoys.Has(event.Actor{}) {
		t.Errorf("decoys are %q", o.Decoys)
	}
	want := []playbook.Automation{{ID: "AROAEXAMPLECI0000000", Playbooks: []string{"launch.*"}, Said: "trusted[1]"}}
	if diff := cmp.Diff(want, o.Automation); diff != "" {
		t.Errorf("automation (-want +got):\n%s", diff)
	}
}

func TestSchemaKnowsEveryKey(t *testing.T) {
	b, err := Schema(catalogue(new(imageParams)))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"incidents_per_hour"`, `"default": 10`, `"launch.unapproved-image"`, `"allow_owners"`, `"accounts that may own an image"`, `"sqlite:riposte.db"`, `"anyOf"`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the schema lacks %s", want)
		}
	}
}

// A playbook's own part is its parameters: what all have in common stands once, or the file grows by it with each.
func TestThePlaybooksOfTheSchemaShareWhatTheyHaveInCommon(t *testing.T) {
	b, err := Schema(catalogue(new(imageParams)))
	if err != nil {
		t.Fatal(err)
	}
	for _, once := range []string{`"observe"`, `"patternProperties"`} {
		if n := strings.Count(string(b), once); n != 1 {
			t.Errorf("%s stands there %d times", once, n)
		}
	}
	if n := strings.Count(string(b), `"$ref": "#/$defs/playbook"`); n != 2 {
		t.Errorf("%d playbooks refer to what they share, want 2", n)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("playbooks: {defaults: {mode: act}}"))
	f.Add([]byte("trusted: [{issuer: \"arn:aws:iam::1:role/*\", playbooks: [\"[\"]}]"))
	f.Add([]byte("sources: [{sqs: }, {http: {}}]\npeople: {session_name: \"(\"}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("f.yaml", data, catalogue(new(imageParams)))
		if err == nil && len(c.Playbooks) != 2 {
			t.Error("a playbook got lost")
		}
	})
}

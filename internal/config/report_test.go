package config

import (
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
)

// two may approve.
const two = "people: {groups: {sec: {members: [a@example.com, b@example.com]}}}\napproval: {approvers: [sec], command_line: all}\n"

// What is wrong with how people are told is said by its place, and no secret with it.
func TestProblemsOfTelling(t *testing.T) {
	const slack, mail = "report: {slack: {team: T0123ABCD, channel: \"#riposte\", token: env:T", "report: {mail: {from: riposte@example.com, "
	for _, c := range []struct{ name, text, want string }{
		{"a secret in the file", "report: {pagerduty: {key: hunter2}}", "report.pagerduty.key: want env:NAME, an environment variable, or ssm:/name"},
		{"a secret of a relative name", "report: {pagerduty: {key: \"ssm:name\"}}", "the secret itself never stands in this file"},
		{"no key", "report: {pagerduty: {region: eu}}", "want the integration key: key: env:NAME"},
		{"PagerDuty elsewhere", "report: {pagerduty: {key: env:K, region: asia}}", `"asia" is not one of us, eu`},
		{"a link without TLS", "report: {link: \"http://riposte.example.com\"}", "riposte.yaml:1:16: want the console's URL, like https://riposte.example.com"},
		{"a link that is none", "report: {link: riposte}", "want the console's URL"},
		{"a zone that is none", "report: {zone: Europe/Berln}", `report.zone: no time zone is called "Europe/Berln": want a name like Europe/Berlin, or UTC`},
		{"the machine's zone", "report: {zone: Local}", `no time zone is called "Local"`},
		{"hours that are none", "report: {quiet: {hours: \"18-9\"}}", `want from and to, in quotes: "18:00-09:00"`},
		{"a whole day", "report: {quiet: {hours: \"09:00-09:00\"}}", `want from and to`},
		{"a day that is none", "report: {quiet: {days: [sunday]}}", `"sunday" is not one of mon, tue`},
		{"a day twice", "report: {quiet: {days: [sun, sun]}}", "sun is there twice"},
		{"a quiet week", "report: {quiet: {days: [mon, tue, wed, thu, fri, sat, sun]}}", "the whole week is quiet: nobody would ever be told"},
		{"a freeze backwards", "report: {quiet: {freezes: [2027-01-04/2026-12-20]}}", "want first and last day"},
		{"a freeze of a year", "report: {quiet: {freezes: [2026-01-01/2026-12-31]}}", "a freeze has 92 days at most"},
		{"Slack without a team", "report: {slack: {channel: \"#riposte\", token: env:T}}", "want the workspace's id, like T0123ABCD"},
		{"Slack without a channel", "report: {slack: {team: T0123ABCD, token: env:T}}", `want a channel, like "#riposte" in quotes`},
		{"Slack without a token", "report: {slack: {team: T0123ABCD, channel: \"#riposte\"}}", "want the bot's token"},
		{"a click twice", slack + ", approve: [mend, mend]}}", "mend is there twice"},
		{"a click for what nobody is asked", slack + ", approve: [mark]}}", `"mark" is not one of contain, mend, destroy`},
		{"mail by nothing", "report: {mail: {from: riposte@example.com}}", "mail goes by smtp or by ses: name one of them"},
		{"mail by both", mail + "smtp: {server: \"smtp.example.com:25\"}, ses: {region: eu-west-1}}}", "mail goes by smtp or by ses: name one of them"},
		{"mail by nobody", "report: {mail: {ses: {region: eu-west-1}}}", `"" is no address`},
		{"a server without a port", mail + "smtp: {server: smtp.example.com}}}", "want host and port, like smtp.example.com:587"},
		{"a user without a password", mail + "smtp: {server: \"smtp.example.com:587\", user: u}}}", "user and password stand together, or neither does"},
		{"SES nowhere", mail + "ses: {region: eu-nowhere-1}}}", "eu-nowhere-1"},
		{"a hook without TLS", "report: {webhooks: [{url: \"http://hooks.example.com/hunter2\", secret: env:S}]}", "want https://HOST/..., or env:NAME where the URL is a secret; never http"},
		{"a hook without a secret", "report: {webhooks: [{url: \"https://hooks.example.com\"}]}", "want the key of the signature: secret: env:NAME"},
		{"a hook twice", "report: {webhooks: [{url: \"https://hooks.example.com\", secret: env:S}, {url: \"https://hooks.example.com\", secret: env:S}]}", "it is told already: first in line 1"},
		{"a hook of no shape", "report: {webhooks: [{url: \"https://hooks.example.com\", secret: env:S, shape: xml}]}", `"xml" is not one of json, teams`},
		{"canaries every minute", "organization: {discover: true}\ncanary: {every: 1m}", "riposte.yaml:2:17: want from 1h to 30d"},
		{"canaries every year", "organization: {discover: true}\ncanary: {every: 365d}", "want from 1h to 30d"},
		{"canaries into no account", "canary: {every: 24h}", "there is no account to send canaries into: list them in organization.accounts"},
		{"an answer queue that brings events", "lambda: {wake_queue: \"https://sqs.eu-west-1.amazonaws.com/111122223333/w\", answer_queue: \"https://sqs.eu-west-1.amazonaws.com/111122223333/w\"}",
			"whoever can write to it could send events: want a queue of its own"},
	} {
		t.Run(c.name, func(t *testing.T) { refused(t, c.text, c.want) })
	}
}

// Who is who, and who is asked, has to be somebody.
func TestProblemsOfPeople(t *testing.T) {
	const told = "report: {security_hub: true}\n"
	for _, c := range []struct{ name, text, want string }{
		{"a domain that is none", "people: {domains: [\"@example.com\"]}", `"@example.com" is no domain: want what stands behind the @`},
		{"a domain twice", "people: {domains: [example.com, Example.com]}", "Example.com is there twice"},
		{"a member of elsewhere", "people: {domains: [example.com], groups: {sec: {members: [a@example.com, b@example.org]}}}", `"b@example.org" is in none of people.domains: nobody there is believed, or written to`},
		{"a member of a domain within", "people: {domains: [example.com], groups: {sec: {members: [a@evil.example.com]}}}", `in none of people.domains`},
		{"a name that is elsewhere", "people: {domains: [example.com], aliases: {a@example.com: a@example.org}}", `"a@example.org" is in none`},
		{"sessions of elsewhere", "people: {domains: [example.com], address: \"{session}@example.org\"}", `is in none of people.domains`},
		{"a list of elsewhere", "people: {domains: [example.com], groups: {sec: {mail: sec@example.org}}}", `"sec@example.org" is in none`},
		{"a group by PagerDuty's name", "people: {groups: {pagerduty: {}}}", `"pagerduty" can't be a group's name`},
		{"a channel that is none", "people: {groups: {sec: {slack: security}}}", `want a channel, like "#security" in quotes`},
		{"a chain of nobody", two[:len(two)-2] + ", contain: {after: 5m, silence: remind, chain: [sce]}}\n" + told, `there is no group "sce" in people.groups; did you mean "sec"?`},
		{"a chain that goes on", two[:len(two)-2] + ", contain: {after: 5m, silence: remind, chain: [pagerduty, sec]}}\nreport: {security_hub: true, pagerduty: {key: env:K}}", "pagerduty is the last of a chain"},
		{"a chain to nobody's pager", two[:len(two)-2] + ", contain: {after: 5m, silence: remind, chain: [sec, pagerduty]}}\n" + told, "nobody is paged: set report.pagerduty"},
		{"a chain without reminders", two[:len(two)-2] + ", contain: {chain: [sec]}}\n" + told, "say silence: remind"},
		{"an owner who is nobody", two + "owners: {resources: {\"arn:aws:s3:::trail\": sce}}", `there is no group "sce"`},
		{"a thing that is none", two + "owners: {resources: {trail: sec}}", `"trail" is not an ARN`},
		{"things by a pattern", two + "owners: {resources: {\"arn:aws:s3:::*\": sec}}", "owners.resources is exact: no wildcards"},
		{"whoever tags names anybody", two + "owners: {tags: [owner]}", "whoever may tag could have anybody in the world written to: name people.domains"},
		{"AWS's tags", "people: {domains: [example.com]}\nowners: {tags: [\"aws:owner\"]}", "want the key of a tag, not aws:"},
		{"a fallback on one person", two + "owners: {fallback: a@example.com}", `there is no group "a@example.com"`},
		{"no such playbook is never let be", "exceptions: {never: [lunch.*]}", `"lunch.*" is no playbook, and no theme of any`},
		{"a day that is none", "playbooks: {network.open-port: {enforce_from: tomorrow}}", `playbooks.network.open-port.enforce_from: "tomorrow" is no day: want one like 2027-02-01`},
		{"an answer of nobody who was told", "playbooks: {network.open-port: {approval: {after: 14d}}}", "nobody is told of a question, so that nobody is silent"},
		{"an answer within the notice", told + "playbooks: {network.open-port: {approval: {after: 7h, silence: act}}}", "want at least 8h0m0s"},
		{"an answer without a time", told + "playbooks: {network.open-port: {approval: {silence: act}}}", "say when: after is missing"},
	} {
		t.Run(c.name, func(t *testing.T) { refused(t, c.text, c.want) })
	}
}

func TestProblemsOfLogins(t *testing.T) {
	const alb = "alb: {arn: \"arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/riposte/0a1b2c3d4e5f6071\"}"
	const proxy = "proxy: {header: X-Token, issuer: \"https://i.example.com\", audience: riposte, keys: \"https://i.example.com/keys\"}"
	for _, c := range []struct{ name, text, want string }{
		{"a network's balancer", two + "console: {alb: {arn: \"arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/riposte/0a1b2c3d4e5f6071\"}}", "want the ARN of an application load balancer"},
		{"two ways in", two + "console: {" + alb + ", " + proxy + "}", "people sign in by one of oidc, alb, proxy"},
		{"a key beside", two + "console: {key: env:K, " + proxy + "}", "a key lets anybody in who has it"},
		{"a proxy, and everybody orders", "console: {" + proxy + "}", "whoever comes in could give every order: name approval.approvers"},
		{"a header that is none", two + "console: {" + strings.Replace(proxy, "X-Token", "\"X Token\"", 1) + "}", "want the name of a header"},
		{"anybody's tokens", two + "console: {" + strings.Replace(proxy, "audience: riposte, ", "", 1) + "}", "without it a token for something else would do"},
		{"keys that may be changed on the way", two + "console: {" + strings.Replace(proxy, "https://i.example.com/keys", "http://i.example.com/keys", 1) + "}", "want the URL of the keys"},
		{"viewers whom nobody knows", two + "console: {viewers: [c@example.com]}", "nobody signs in, so that nobody is known"},
		{"viewers of elsewhere", strings.Replace(two, "groups", "domains: [example.com], groups", 1) + "console: {viewers: [c@example.org], " + alb + "}", "is in none of people.domains"},
	} {
		t.Run(c.name, func(t *testing.T) { refused(t, c.text, c.want) })
	}
	for _, way := range []string{alb, proxy} {
		if _, err := parse(t, two+"console: {listen: \"0.0.0.0:8417\", "+way+"}"); err != nil {
			t.Errorf("%s: a login lets other machines come: %v", way, err)
		}
	}
}

func refused(t *testing.T, text, want string) {
	t.Helper()
	_, err := parse(t, text)
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Fatalf("got %v, want %s", err, want)
	}
	if first, _, _ := strings.Cut(err.Error(), "\n"); strings.Contains(first, "hunter2") {
		t.Errorf("the secret is repeated: %s", first)
	}
}

// What is said of one playbook counts for what it mends and destroys, and in production it only lengthens.
func TestAnswerAboutOnePlaybook(t *testing.T) {
	c, err := parse(t, `organization: {accounts: [{id: "111122223333", environment: production}, {id: "444455556666", environment: development}]}
report: {security_hub: true, zone: Europe/Berlin}
approval: {contain: {after: 15m, silence: remind}, mend: {after: 48h, silence: act}, production: {mend: {after: 72h, silence: remind}}}
playbooks:
  launch.unapproved-image: {enforce_from: 2027-02-01, approval: {after: 14d}}
  network.open-port: {approval: {after: 24h, silence: expire}}
`)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ playbook, class, account, want string }{
		{"launch.unapproved-image", "mend", "444455556666", "silence means act after 14d"},
		{"launch.unapproved-image", "mend", "111122223333", "silence means remind after 14d"},
		{"launch.unapproved-image", "contain", "444455556666", "silence means remind after 15m0s"},
		{"launch.unapproved-image", "destroy", "444455556666", "silence holds"},
		{"network.open-port", "mend", "444455556666", "silence means expire after 1d"},
		{"network.open-port", "mend", "111122223333", "silence means remind after 3d"},
		{"network.open-port", "destroy", "111122223333", "silence holds"},
	} {
		if got := c.AnswerAbout(x.playbook, action.Class(x.class), x.account).String(); got != x.want {
			t.Errorf("%s, %s in %s: %s, want %s", x.playbook, x.class, x.account, got, x.want)
		}
	}
	if got := c.Modes("launch.unapproved-image", time.Time{}); got != "observe, from 2027-02-01 on" {
		t.Errorf("modes: %s", got)
	}
	if got := c.Enforced("launch.unapproved-image").UTC().Format(time.RFC3339); got != "2027-01-31T23:00:00Z" {
		t.Errorf("enforced from %s", got)
	}
	if got := c.Enforced("network.open-port"); !got.IsZero() {
		t.Errorf("enforced from %s where nothing is said", got)
	}
}

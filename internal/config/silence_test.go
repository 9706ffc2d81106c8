package config

import (
	"regexp"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/action"
)

// What would leave questions without an answer, or let silence answer where it must not, is refused: by line and column, with what to write.
func TestWhatWouldLeaveQuestionsToNobodyIsRefused(t *testing.T) {
	const group = "people: {groups: {security: {members: [ann@example.com, bob@example.com]}}}\n"
	place := regexp.MustCompile(`^riposte\.yaml:\d+:\d+: `)
	for _, c := range []struct{ name, text, line, hint string }{
		{"a group that nobody defines", group + "approval:\n  approvers: [securty]", "3", `did you mean "security"?`},
		{"approvers without members", "people: {groups: {security: {}}}\napproval: {approvers: [security]}", "2", "people.groups.security.members: [name@example.com]"},
		{"more persons than members", group + "approval: {approvers: [security], production: {destroy: {persons: 3}}}", "2", "name more members of people.groups, or fewer persons"},
		{"silence that contains", "report: {security_hub: true}\napproval: {contain: {after: 8h, silence: act}}", "2", "want hold or remind"},
		{"silence that contains in production", "report: {security_hub: true}\napproval:\n  production: {contain: {after: 8h, silence: act}}", "3", "want hold or remind"},
		{"silence of whom no channel tells", "approval: {mend: {after: 48h, silence: act}}", "1", "set report.security_hub, report.event_bus, report.slack or report.mail"},
		{"the same of one playbook", "playbooks:\n  network.open-port: {approval: {after: 48h, silence: act}}", "2", "set report.security_hub, report.event_bus, report.slack or report.mail"},
		{"a console for all without login", "console:\n  listen: 0.0.0.0:8417", "2", "name console.oidc, alb or proxy, or listen on 127.0.0.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parse(t, c.text)
			if err == nil {
				t.Fatal("it was taken")
			}
			first, _, _ := strings.Cut(err.Error(), "\n")
			if !place.MatchString(first) || !strings.HasPrefix(first, "riposte.yaml:"+c.line+":") || !strings.Contains(first, c.hint) {
				t.Errorf("got %q, want line %s and %q", first, c.line, c.hint)
			}
		})
	}
}

// Where people are written to by name, what nobody answers is mended and ended after two days, and what contains is asked again; in production,
// and in an account of which nobody says what it is, it holds. The file's own word counts more, and a finding in Security Hub is no letter.
func TestWhatSilenceMeansWhereTheFileDoesNotSay(t *testing.T) {
	const (
		estate = "organization: {accounts: [{id: \"111122223333\", environment: production}, {id: \"444455556666\", environment: development}, {id: \"777788889999\"}]}\n"
		mail   = estate + "report: {mail: {from: riposte@example.com, ses: {region: eu-west-1}}}\n"
		holds  = "silence holds"
	)
	for _, c := range []struct {
		name, text                           string
		contain, mend, destroy, prod, nobody string
	}{
		{"by letter", mail, "silence means remind after 15m0s", "silence means act after 2d", "silence means act after 2d", holds, holds},
		{"by letter, and the file holds", mail + "approval: {mend: {silence: hold}, destroy: {after: 14d, silence: expire}}", "silence means remind after 15m0s", holds, "silence means expire after 14d", holds, holds},
		{"by letter, and the file holds what mends", mail + "approval: {mend: {silence: hold}}", "silence means remind after 15m0s", holds, holds, holds, holds},
		{"by letter, and the file lets what mends be", mail + "approval: {mend: {after: 7d, silence: expire}}", "silence means remind after 15m0s", "silence means expire after 7d", holds, holds, holds},
		{"by letter, and the file mends later", mail + "approval: {mend: {after: 7d, silence: act}}", "silence means remind after 15m0s", "silence means act after 7d", "silence means act after 7d", holds, holds},
		{"by a finding alone", estate + "report: {security_hub: true}", holds, holds, holds, holds, holds},
		{"by a page alone", estate + "report: {pagerduty: {key: env:K}}", holds, holds, holds, holds, holds},
	} {
		t.Run(c.name, func(t *testing.T) {
			parsed, err := parse(t, c.text)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range []struct {
				class         action.Class
				account, want string
			}{
				{action.Contain, "444455556666", c.contain}, {action.Contain, "111122223333", c.contain}, {action.Mend, "444455556666", c.mend}, {action.Destroy, "444455556666", c.destroy},
				{action.Mend, "111122223333", c.prod}, {action.Destroy, "111122223333", c.prod}, {action.Mend, "777788889999", c.nobody},
			} {
				if got := parsed.AnswerAbout("network.open-port", x.class, x.account).String(); got != x.want {
					t.Errorf("%s in %s: %s, want %s", x.class, x.account, got, x.want)
				}
			}
		})
	}
}

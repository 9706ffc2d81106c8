package config_test

import (
	"strings"
	"testing"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/playbooks"
)

// warned are the warnings of a configuration that have a word in them.
func warned(t *testing.T, text, word string) (all []string) {
	t.Helper()
	got, err := config.Parse("riposte.yaml", []byte(text), playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range got.Warnings {
		if strings.Contains(w.String(), word) {
			all = append(all, w.String())
		}
	}
	return all
}

// A playbook about people finds none where the file knows none, and a door that people keep is kept by nobody: both are said, and nothing is said of what
// would follow if there were people.
func TestPeopleWhomTheFileDoesNotKnow(t *testing.T) {
	const (
		people = "people: {issuers: [\"arn:aws:iam::*:role/sso/*\"]}\n"
		office = "organization: {offices: [192.0.2.0/24]}\n"
		keeps  = "playbooks: {network.open-admin-port: {mode: act, params: {keep_caller: true}}}"
	)
	for _, c := range []struct{ name, text, word, want string }{
		{"by hand", "playbooks: {launch.by-hand: {mode: act}}", "is a person", "nobody but the root user is a person to launch.by-hand: name people.issuers"},
		{"what only tells", "playbooks: {ownership.by-hand: {params: {record: deletions}}}", "is a person", "to ownership.by-hand: name people.issuers"},
		{"by default", "playbooks: {defaults: {mode: ask}}", "is a person", "to launch.by-hand, identity.by-hand-user, identity.cloudshell-secrets: name people.issuers"},
		{"people", people + "playbooks: {launch.by-hand: {mode: act}}", "is a person", ""},
		{"IAM users", "playbooks: {launch.by-hand: {mode: act, params: {users: true}}}", "is a person", ""},
		{"nothing of people", "playbooks: {launch.unapproved-image: {mode: act}}", "is a person", ""},
		{"a door that nobody keeps", keeps, "keep_caller", "keep_caller does nothing"},
		{"a door that nobody in an office keeps", people + keeps, "keep_caller", "keep_caller does nothing"},
		{"a door in an office without people", office + keeps, "keep_caller", "keep_caller does nothing"},
		{"a door that people keep", people + office + keeps, "keeps the ports", "a person's session that is stolen and used in an office keeps the ports"},
		{"what follows of a door that nobody keeps", keeps, "keeps the ports", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := warned(t, c.text, c.word)
			if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Without discovery an account that is not listed is a stranger, also where it is the organisation's own: the backup account that snapshots are shared with.
func TestAccountsThatTheFileDoesNotList(t *testing.T) {
	const one = "organization: {accounts: [{id: \"111122223333\"}]}\n"
	for _, c := range []struct{ name, text, want string }{
		{"shares", one + "playbooks: {exposure.snapshot-shared: {mode: act}}", "riposte.yaml:1:26: accounts that are not listed count as strangers: shares with them are taken back; list all"},
		{"shares of databases, where none is listed", "playbooks: {exposure.db-snapshot-shared: {mode: ask}}", "count as strangers: shares with them are taken back; list all"},
		{"images and shares", one + "playbooks: {launch.unapproved-image: {mode: act}, launch.unapproved-template: {mode: act}, exposure.snapshot-shared: {mode: act}}",
			"count as strangers: what is launched from their images is answered, shares with them are taken back; list all"},
		{"they are discovered", "organization: {discover: true}\nplaybooks: {exposure.snapshot-shared: {mode: act}}", ""},
		{"they are only observed", one + "playbooks: {exposure.snapshot-shared: {mode: observe}}", ""},
		{"it matters to nothing that acts", one + "playbooks: {network.open-admin-port: {mode: act}}", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := warned(t, c.text, "strangers")
			if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

package config_test

import (
	"strings"
	"testing"
)

// What a playbook counts on, and nobody granted, is said before it is needed: which playbook, which change, which tier.
func TestATierThatIsMissingIsSaid(t *testing.T) {
	const granted = "organization: {accounts: [{id: \"111122223333\"}], roles: {audit: r, report: p, contain: c}}\nreport: {security_hub: true}\n"
	for _, c := range []struct{ name, text, want string }{
		{"a database's snapshot", granted + "playbooks: {exposure.db-snapshot-shared: {mode: act}}", "no author role is named, so that exposure.db-snapshot-shared is refused rds.unshare-snapshot; name roles.author"},
		{"a lock", granted + "playbooks: {identity.credential-lock: {mode: ask}}", "no author role is named, so that identity.credential-lock is refused iam.put-credential-lock"},
		{"a port that its caller keeps", granted + "playbooks: {network.open-admin-port: {mode: act, params: {keep_caller: true}}}", "no author role is named, so that network.open-admin-port is refused ec2.allow-ingress"},
		{"a port", granted + "playbooks: {network.open-admin-port: {mode: act}}", ""},
		{"one session", granted + "playbooks: {launch.termination-unprotected: {mode: act}}", "iam.deny-session, iam.deny-user, iam.revoke-sessions: of a session's ladder only the whole role is left"},
		{"in one account", granted + "playbooks: {exposure.db-snapshot-shared: {\"111122223333\": act}}", "no author role is named, so that exposure.db-snapshot-shared is refused rds.unshare-snapshot"},
		{"a fleet, whose instances are cut off", strings.Replace(granted, "contain: c", "contain: c, author: a", 1) + "playbooks: {launch.unapproved-image: {mode: act}}", ""},
		{"what destroys is only observed", strings.Replace(granted, "contain: c", "contain: c, author: a", 1) + "playbooks: {launch.by-hand: {mode: act, destroy: observe}}", ""},
		{"a tag", granted + "playbooks: {ownership.creator: {mode: act}}", "no tag role is named, so that ownership.creator is refused tag.put"},
		{"asking with no right to contain", strings.Replace(granted, ", contain: c", "", 1) + "playbooks: {network.open-admin-port: {mode: ask}}", "no contain role is named, so that network.open-admin-port is refused ec2.revoke-ingress"},
		{"it only observes", granted + "playbooks: {exposure.db-snapshot-shared: {mode: observe}}", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			said := warned(t, c.text, "role is named")
			if c.want == "" && len(said) > 0 || c.want != "" && (len(said) != 1 || !strings.Contains(said[0], c.want)) {
				t.Errorf("got %q, want %q", said, c.want)
			}
		})
	}
}

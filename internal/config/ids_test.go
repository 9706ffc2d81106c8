package config_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/playbooks"
)

// An id that AWS can't have given fits nothing: what it was to spare would be answered, what it was to catch let be.
func TestIDsThatAWSGaveNobody(t *testing.T) {
	for _, c := range []struct{ playbook, key, id, want string }{
		{"identity.decoy-used", "keys", "AKIADECOY", "want AKIA and at least twelve capitals and digits"},
		{"identity.decoy-used", "principals", "AIDA-decoy-00000001", "those of users are AIDA"},
		{"identity.deploy-role", "without_asking", "AROA...", "want AROA and at least twelve"},
		{"identity.unused-permission", "allow_roles", "batch", "want AROA and at least twelve"},
		{"identity.credential-lock", "allow_roles", "AROAWEB", "want AROA and at least twelve"},
		{"identity.instance-credentials-elsewhere", "allow_roles", "aroaweb0000000000001", "want AROA and at least twelve"},
		{"scaling.foreign-group", "controllers", "AROAWEB", "is neither the unique id of a role"},
		{"network.open-admin-port", "allow_groups", "sg-bastion", "want sg- and 17 hexadecimal digits, or 8"},
	} {
		_, err := config.Parse("riposte.yaml", fmt.Appendf(nil, "playbooks:\n  %s:\n    params:\n      %s: [%q]\n", c.playbook, c.key, c.id), playbooks.All())
		if err == nil || !strings.Contains(err.Error(), "riposte.yaml:4:") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s of %s, %s: got %v, want %q in line 4", c.key, c.playbook, c.id, err, c.want)
		}
	}
}

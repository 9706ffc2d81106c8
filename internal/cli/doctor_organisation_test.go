package cli

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/playbooks"
)

// mostLines is how much a doctor may say of a whole organisation.
const mostLines = 60

// Over an organisation of 64 accounts in which riposte is deployed nowhere yet, so that nearly everything is amiss, a doctor's answer
// still fits a screen: each cause is said once. All accounts were looked at, and --format json has a row for each.
func TestADoctorOfAnOrganisationFitsAScreen(t *testing.T) {
	server := mototest.Start(t)
	lives(t, server)
	accounts := organisation(t, server)
	out := t.TempDir()
	if code, _, said := initialise(t, "", false, "--org", "--hub", accounts[0], "--regions", "eu-west-1", "--out", filepath.Join(out, "made")); code != exitDone {
		t.Fatalf("%d: %s", code, said)
	}
	doctor := func(flags ...string) (int, []string) {
		var results, remarks bytes.Buffer
		sh := &shell{out: &results, err: &remarks, now: time.Now}
		began := time.Now()
		code := run(t.Context(), append([]string{"doctor", "--config", filepath.Join(out, "made", "riposte.yaml")}, flags...), sh, playbooks.All(), action.Kinds())
		lines := strings.Split(strings.TrimRight(results.String(), "\n"), "\n")
		t.Logf("doctor %s over %d accounts: %d lines in %s; %s", strings.Join(flags, " "), members, len(lines), time.Since(began).Round(100*time.Millisecond), remarks.String())
		return code, lines
	}
	code, lines := doctor()
	all := strings.Join(lines, "\n")
	if code != exitFailed || len(lines) > mostLines || !strings.Contains(all, "64 accounts") {
		t.Errorf("%d, %d lines:\n%s", code, len(lines), all)
	}
	if _, rows := doctor("--format", "json"); len(rows) < members {
		t.Errorf("%d rows for %d accounts", len(rows), members)
	}
}

package e2e

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/internal/mototest"
)

// A person plants a decoy beside the riposte that serves the ledger, sees it, and takes it away. What the key's secret was, only the
// person's terminal has seen.
func TestADecoyIsPlantedBesideADaemonAndTakenAway(t *testing.T) {
	t.Parallel()
	s := mototest.Start(t)
	r := serve(t, acting(openQueue(t, s), "sqlite:riposte.db"), before(t, s, nil).env(s))
	out, err := r.run("decoy", "plant", "--account", mototest.Account, "--name", "nightly-export", "--format", "json")
	must(t, err)
	var planted struct {
		UserID string `json:"user_id"`
		Key    string `json:"access_key_id"`
		Secret string `json:"secret_access_key"`
	}
	must(t, json.Unmarshal([]byte(out), &planted))
	c := clientOf(t, s)
	must(t, c.says(t, planted.UserID, "User.UserId", "iam", "get-user", "--user-name", "nightly-export"))
	must(t, c.says(t, planted.Key, "AccessKeyMetadata[0].AccessKeyId", "iam", "list-access-keys", "--user-name", "nightly-export"))
	if out, err = r.run("decoy", "list"); err != nil || !strings.Contains(out, planted.UserID) || !strings.Contains(out, " stands ") {
		t.Errorf("listed as %s, %v", out, err)
	}
	if _, err := r.run("decoy", "remove", "nightly-export"); err == nil {
		t.Error("a decoy was taken away by its name")
	}
	_, err = r.run("decoy", "remove", planted.UserID)
	must(t, err)
	if err := c.call(t, nil, "iam", "get-user", "--user-name", "nightly-export"); err == nil {
		t.Error("the user is there still")
	}
	if _, err := r.run("ledger", "verify"); err != nil {
		t.Error(err)
	}
	kept, err := os.ReadFile(strings.TrimSuffix(r.config, "riposte.yaml") + "riposte.db")
	must(t, err)
	if planted.Secret == "" || strings.Contains(string(kept)+r.said(), planted.Secret) {
		t.Error("the secret stands in the ledger or the log")
	}
}

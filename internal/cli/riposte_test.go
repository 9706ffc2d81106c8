package cli

import (
	"flag"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write golden files and docs instead of comparing them")

func TestScripts(t *testing.T) {
	program(t)
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("NO_COLOR", os.Getenv("NO_COLOR"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"ledger": makeLedger, "ledger-of-tokens": makeTokens, "ledger-of-nobody": makeEmpty, "undo-verified": undoVerified, "revoke-first": revokeFirst, "tamper": tamper, "code": exitsWith, "killed": killed, "served": served, "halted": halted},
	})
}

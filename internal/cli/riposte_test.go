package cli

import (
	"flag"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/playbooks"
)

var update = flag.Bool("update", false, "write golden files and docs instead of comparing them")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"riposte": func() { Main(playbooks.All(), action.Kinds()) }})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("NO_COLOR", os.Getenv("NO_COLOR"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"ledger": makeLedger, "ledger-of-nobody": makeEmpty, "undo-verified": undoVerified, "revoke-first": revokeFirst, "tamper": tamper, "code": exitsWith, "killed": killed, "served": served, "halted": halted},
	})
}

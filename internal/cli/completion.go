package cli

import (
	_ "embed"
	"strings"
)

// The scripts ask riposte complete, so that they know no verb by themselves and never grow old.
var (
	//go:embed completion/riposte.bash
	bashCompletion string
	//go:embed completion/riposte.zsh
	zshCompletion string
	//go:embed completion/riposte.fish
	fishCompletion string
)

type completionVerb struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Run prints a script.
func (v completionVerb) Run(sh *shell) error {
	script := map[string]string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}[v.Shell]
	if sh.json() {
		sh.object(map[string]string{"shell": v.Shell, "script": script})
		return nil
	}
	sh.text(script)
	return nil
}

// completeVerb is what the scripts ask.
type completeVerb struct {
	Words []string `arg:"" optional:"" help:"The words behind riposte, the last one to be completed."`
}

// Run prints what may stand in place of the last word: one a line, with a tab and what it is for.
func (v completeVerb) Run(sh *shell) error {
	parser, err := newParser(sh, &cli{})
	if err != nil {
		return err
	}
	for _, c := range sh.candidates(parser.Model.Node, v.Words) {
		if sh.json() {
			sh.object(map[string]string{"word": c.word, "help": c.help})
		} else {
			sh.text(strings.TrimSuffix(c.word+"\t"+c.help, "\t") + "\n")
		}
	}
	return nil
}

// Package riposte is the door for programs that carry playbooks of their own: a main function of one line is the whole
// command line, daemon included, over the catalogue that it names.
package riposte

import (
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/cli"
	"github.com/ripostehq/riposte/playbook"
)

// Main runs the command line over a catalogue, which may be playbooks.All(), a choice of it, or others beside it, and exits
// the process with its code.
func Main(catalogue []playbook.Definition, kinds []action.Kind) { cli.Main(catalogue, kinds) }

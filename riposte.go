// Package riposte is the door for programs that carry playbooks and actions of their own: a main function of one line is the
// whole command line, daemon included. examples/own-playbook is such a program; package lambda is the same door for a
// function.
package riposte

import (
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/cli"
	"github.com/ripostehq/riposte/playbook"
)

// Main runs the verb that the process's arguments name, and exits with its code. The catalogue may be playbooks.All(), a choice
// of it, or others beside it. The kinds are all that plans may hold: begin with action.Kinds(), and never take one away that a
// ledger may name, since what was done by it could not be taken back.
func Main(catalogue []playbook.Definition, kinds []action.Kind) { cli.Main(catalogue, kinds) }

package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/playbook"
)

// run is the program without the process around it.
func run(ctx context.Context, args []string, sh *shell, catalogue []playbook.Definition, kinds []action.Kind) int {
	if err := playbook.Validate(catalogue, kinds); err != nil {
		return sh.fail(err, exitFailed)
	}
	sh.catalogue, sh.kinds, sh.format = catalogue, kinds, wanted(args)
	grammar := &cli{}
	parser, err := newParser(sh, grammar)
	if err != nil {
		return sh.fail(err, exitFailed)
	}
	k, err := parser.Parse(meant(args))
	if err != nil {
		return sh.misused(err)
	}
	sh.format = grammar.Format
	if err := sh.printable(k.Selected()); err != nil {
		return sh.ended(ctx, k.Command(), err)
	}
	k.BindTo(ctx, (*context.Context)(nil))
	return sh.ended(ctx, k.Command(), k.Run())
}

// wanted is the format that a command line asks for, also where the rest of it can't be read.
func wanted(args []string) string {
	for i, a := range args {
		if a == "--" {
			break
		}
		if a == "--format="+jsonFormat || a == "--format" && i+1 < len(args) && args[i+1] == jsonFormat {
			return jsonFormat
		}
	}
	return textFormat
}

// meant is what people type who have not read the help yet: it must not end beside "halt".
func meant(args []string) []string {
	switch {
	case len(args) == 0:
		return []string{"--help"}
	case args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	case len(args) == 1 && (args[0] == "--version" || args[0] == "-v"):
		return []string{"version"}
	}
	return args
}

func newParser(sh *shell, grammar *cli) (*kong.Kong, error) {
	return kong.New(grammar,
		kong.Name("riposte"), kong.Description(description), kong.Writers(sh.out, sh.err), kong.Bind(sh),
		kong.Vars{"attacks": strings.Join(names(demo.Attacks()), ", ")}, kong.Help(help),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100, NoExpandSubcommands: true}),
	)
}

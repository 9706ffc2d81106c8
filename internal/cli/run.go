package cli

import (
	"cmp"
	"context"
	"embed"
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
	sh.catalogue, sh.kinds = catalogue, kinds
	return runOver(ctx, args, sh)
}

// runOver is the program over a catalogue that was checked.
func runOver(ctx context.Context, args []string, sh *shell) int {
	sh.format = wanted(args)
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
	switch all := formats(k.Selected()); {
	case slices.Contains(all, sh.format):
	case sh.format == terraformFormat || sh.format == cloudFormationFormat:
		err = wrongUsage("only riposte permissions knows --format %s; here it is one of %s", sh.format, strings.Join(all, ", "))
	case sh.format == dotFormat || sh.format == svgFormat:
		err = wrongUsage("only riposte paths knows --format %s; here it is one of %s", sh.format, strings.Join(all, ", "))
	default:
		err = wrongUsage("--format must be one of %s, found %q", strings.Join(all, ", "), sh.format)
	}
	if err == nil {
		k.BindTo(ctx, (*context.Context)(nil))
		err = k.Run()
	}
	return sh.ended(ctx, k.Command(), cmp.Or(sh.unprinted, err))
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

// details are what --help says of a verb beyond its line, a text for each: help/ledger-verify.txt.
//
//go:embed help
var details embed.FS

func newParser(sh *shell, grammar *cli) (*kong.Kong, error) {
	parser, err := kong.New(grammar,
		kong.Name("riposte"), kong.Description(description), kong.Writers(sh.out, sh.err), kong.Bind(sh),
		kong.Vars{"attacks": strings.Join(names(demo.Attacks()), ", "), "drills": strings.Join(drills(), ", "), "nights": strings.Join(names(demo.Nights()), ", ")}, kong.Help(help),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100, NoExpandSubcommands: true}),
	)
	if err != nil {
		return nil, err
	}
	for _, verb := range parser.Model.Leaves(false) {
		name := strings.ReplaceAll(strings.TrimPrefix(verb.Path(), "riposte "), " ", "-")
		text, _ := details.ReadFile("help/" + name + ".txt") // a test names the verb that has none
		verb.Detail = strings.TrimSpace(string(text))
	}
	return parser, nil
}

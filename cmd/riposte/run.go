package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/internal/strict"
	"github.com/ripostehq/riposte/playbook"
)

// Exit codes, which scripts rely on.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2 // wrong usage or configuration
	exitFound  = 3 // --fail-on: something that severe was found
)

// usage is a mistake in how riposte was called.
type usage struct{ error }

func wrongUsage(format string, args ...any) error { return usage{fmt.Errorf(format, args...)} }

// errFound says that a replay found what --fail-on names.
var errFound = errors.New("found")

// errSilent fails without another word: all was said already.
var errSilent = errors.New("failed")

// run is the program without the process around it.
func run(ctx context.Context, args []string, sh *shell, catalogue []playbook.Definition) int {
	if err := playbook.Validate(catalogue); err != nil {
		return sh.fail(err)
	}
	sh.catalogue = catalogue
	grammar := &cli{}
	parser, err := newParser(sh, grammar)
	if err != nil {
		return sh.fail(err)
	}
	k, err := parser.Parse(meant(args))
	if err != nil {
		return sh.misused(err)
	}
	sh.format = grammar.Format
	if err := sh.printable(k.Selected()); err != nil {
		return sh.ended(k.Command(), err)
	}
	k.BindTo(ctx, (*context.Context)(nil))
	return sh.ended(k.Command(), k.Run())
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

// misused answers a command line that could not be read: the mistake in one line, and where help is.
func (sh *shell) misused(err error) int {
	said := strings.NewReplacer(` but got "EOL" (<EOL>)`, ", found nothing", `must be one of "",`, "must be one of ")
	fmt.Fprintf(sh.err, "riposte: %s\n", said.Replace(err.Error()))
	verb := ""
	var p *kong.ParseError
	if errors.As(err, &p) {
		if node := p.Context.Selected(); node != nil {
			verb = " " + strings.TrimPrefix(node.Path(), "riposte ")
		}
	}
	fmt.Fprintf(sh.err, "See riposte%s --help\n", verb)
	return exitUsage
}

// ended turns what a verb returned into words and an exit code.
func (sh *shell) ended(command string, err error) int {
	var problems strict.Problems
	var u usage
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errFound):
		return exitFound
	case errors.Is(err, context.Canceled):
		return sh.fail(errors.New("stopped"))
	case errors.Is(err, errSilent):
		return exitFailed
	case errors.As(err, &problems):
		fmt.Fprintln(sh.err, problems)
		return exitUsage
	case errors.As(err, &u):
		fmt.Fprintf(sh.err, "riposte: %v\nSee riposte %s --help\n", u.error, strings.Split(command, " <")[0])
		return exitUsage
	}
	return sh.fail(err)
}

func (sh *shell) fail(err error) int {
	fmt.Fprintf(sh.err, "riposte: %v\n", err)
	return exitFailed
}

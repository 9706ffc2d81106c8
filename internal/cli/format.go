package cli

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// The formats that every verb prints, and those of riposte permissions alone.
const (
	textFormat           = "text"
	jsonFormat           = "json"
	terraformFormat      = "terraform"
	cloudFormationFormat = "cloudformation"
)

// formats are those that a verb knows.
func formats(verb *kong.Node) []string {
	if verb.Name == "permissions" {
		return []string{textFormat, jsonFormat, terraformFormat, cloudFormationFormat}
	}
	return []string{textFormat, jsonFormat}
}

// printable refuses a format that the verb does not know.
func (sh *shell) printable(verb *kong.Node) error {
	all := formats(verb)
	switch {
	case slices.Contains(all, sh.format):
		return nil
	case sh.format == terraformFormat || sh.format == cloudFormationFormat:
		return wrongUsage("only riposte permissions knows --format %s; here it is one of %s", sh.format, strings.Join(all, ", "))
	}
	return wrongUsage("--format must be one of %s, found %q", strings.Join(all, ", "), sh.format)
}

// describe makes the flag's help that of one verb: the flag itself is every verb's.
func describe(verb *kong.Node) {
	for _, flags := range verb.AllFlags(false) {
		for _, f := range flags {
			if f.Name != "format" {
				continue
			}
			f.PlaceHolder = strings.Join(formats(verb), "|")
			f.Help = "How results are printed; json is one object per line."
			if slices.Contains(formats(verb), terraformFormat) {
				f.Help = "How results are printed; json is one object per line, terraform and cloudformation are files to deploy."
			}
		}
	}
}

// help prints what --help asks for.
func help(options kong.HelpOptions, ctx *kong.Context) error {
	verb := ctx.Selected()
	if verb == nil {
		verb = ctx.Model.Node
	}
	describe(verb)
	return kong.DefaultHelpPrinter(options, ctx)
}

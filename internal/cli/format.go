package cli

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// The formats that every verb prints, those of riposte permissions alone, and those of riposte paths.
const (
	textFormat           = "text"
	jsonFormat           = "json"
	terraformFormat      = "terraform"
	cloudFormationFormat = "cloudformation"
	dotFormat            = "dot"
	svgFormat            = "svg"
)

// formats are those that a verb knows.
func formats(verb *kong.Node) []string {
	switch verb.Name {
	case "paths":
		return []string{textFormat, jsonFormat, dotFormat, svgFormat}
	case "permissions":
		return []string{textFormat, jsonFormat, terraformFormat, cloudFormationFormat}
	}
	return []string{textFormat, jsonFormat}
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
			switch all := formats(verb); {
			case slices.Contains(all, terraformFormat):
				f.Help = "How results are printed; json is one object per line, terraform and cloudformation are files to deploy."
			case slices.Contains(all, svgFormat):
				f.Help = "How results are printed; json is one object per line, dot a graph for Graphviz, svg a picture."
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

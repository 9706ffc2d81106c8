// Package architecture holds the project to its own design: which package may import which, and what no package does.
package architecture

import (
	"slices"
	"strings"
	"testing"
)

// The domain, in order: each package may import those named, and nothing else of ours.
var domain = map[string][]string{
	"iam":       {"iam"}, // what asks it about an organisation stands beside it
	"event":     {},
	"call":      {"event"},
	"names":     {"event"},
	"access":    {"event"},
	"inventory": {"event", "call", "names", "access"},
	"action":    {"event", "call", "names", "access", "action", "iam"},                          // its suite stands beside it
	"playbook":  {"event", "call", "names", "access", "action", "inventory", "playbook", "iam"}, // its fixtures stand beside it
	"playbooks": {"event", "call", "names", "access", "action", "inventory", "playbook", "playbooks", "iam"},
}

// The stages of the engine's sentence. One knows the domain and the contract of the record, never another stage; only
// composers put them together.
var stages = []string{
	"internal/source", "internal/scan", "internal/route", "internal/sweep", "internal/gate", "internal/notify", "internal/cloud",
}

var composers = []string{
	"internal/engine", "internal/desk", "internal/app", "internal/backtest", "internal/serve", "internal/metrics", "internal/doctor", "internal/demo", "internal/setup", "internal/cli", "lambda",
} // setup lists accounts by way of cloud

// What a stage may use of ours beside the domain: contracts and data, no machinery. Whose a thing is (internal/owner) is pure, of the configuration
// and the record: gate, messages and pages have to say the same. Of code the answer alone: what asks, and what changes code, is machinery.
var contracts = []string{"internal/ledger", "internal/config", "internal/region", "internal/transport", "internal/owner", "internal/code"}

// Adapters are named where things are wired, and in tests, nowhere else.
var adapters = []string{"internal/ledger/sqlite", "internal/ledger/dynamodb", "internal/world", "internal/console"}

var wiring = []string{"internal/cli", "lambda", "internal/demo", "ripostetest"}

// Programs that stand where a company's own does: they go in by the doors that others have, riposte.Main and lambda.Main.
var outside = []string{"cmd", "examples"}

func TestImportRule(t *testing.T) {
	for _, s := range tree(t) {
		for _, to := range s.imports() {
			if why := forbidden(s.dir, to, s.test); why != "" {
				t.Errorf("%s imports %s: %s", s.path, to, why)
			}
		}
	}
}

// forbidden says why a package may not import another, "" where it may.
func forbidden(from, to string, test bool) string {
	if from == to || test && !under(from, "iam") {
		return "" // tests may stand on the world; who checks the policy language stands on nothing
	}
	if isAny(from, outside) && under(to, "internal") && !test {
		return "a program outside the module could not do that"
	}
	if allowed, ok := domain[root(from)]; ok && !slices.Contains(allowed, root(to)) {
		return "the domain imports only what stands before it: " + root(from) + " may use " + strings.Join(allowed, ", ")
	}
	if isAny(to, adapters) && !isAny(from, adapters) && !isAny(from, wiring) {
		return "only wiring names adapters"
	}
	if isAny(to, stages) && !isAny(from, composers) && !sameStage(from, to) {
		return "only the engine, and what composes it, calls a stage"
	}
	if isAny(from, stages) && under(to, "internal") && !slices.Contains(contracts, to) && !sameStage(from, to) {
		return "a stage knows the domain and contracts, no machinery"
	}
	return ""
}

// root is the first element of a path: the theme below playbooks counts as playbooks.
func root(dir string) string { first, _, _ := strings.Cut(dir, "/"); return first }

func under(dir, parent string) bool { return dir == parent || strings.HasPrefix(dir, parent+"/") }

func isAny(dir string, parents []string) bool {
	return slices.ContainsFunc(parents, func(p string) bool { return under(dir, p) })
}

// sameStage reports whether both lie in one stage: a stage may be made of several packages.
func sameStage(a, b string) bool {
	return slices.ContainsFunc(stages, func(s string) bool { return under(a, s) && under(b, s) })
}

func TestForbidden(t *testing.T) {
	for _, c := range []struct {
		name, from, to string
		test, ok       bool
	}{
		{"a playbook reads the contract", "playbooks/launch", "playbook", false, true},
		{"a playbook touches machinery", "playbooks/launch", "internal/ledger", false, false},
		{"the contract knows the catalogue", "playbook", "playbooks", false, false},
		{"event knows nothing", "event", "access", false, false},
		{"the policy language knows nothing of riposte", "iam", "event", false, false},
		{"not even in its tests", "iam", "event", true, false},
		{"the engine calls a stage", "internal/engine", "internal/gate", false, true},
		{"a stage calls a stage", "internal/gate", "internal/route", false, false},
		{"a stage has parts", "internal/notify", "internal/notify/securityhub", false, true},
		{"a stage knows the record", "internal/gate", "internal/ledger", false, true},
		{"a stage knows the store", "internal/gate", "internal/ledger/sqlite", false, false},
		{"the engine names an adapter", "internal/engine", "internal/world", false, false},
		{"the daemon names the console", "internal/serve", "internal/console", false, false},
		{"the gate knows of pages", "internal/gate", "internal/console", false, false},
		{"the command line puts the console up", "internal/cli", "internal/console", false, true},
		{"the command line names an adapter", "internal/cli", "internal/ledger/sqlite", false, true},
		{"a command names nothing but the door", "cmd/riposte", "internal/cli", false, false},
		{"an example stands where a company's program does", "examples/own-playbook", "internal/engine", false, false},
		{"a test stands on the world", "playbooks/launch", "internal/world", true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if why := forbidden(c.from, c.to, c.test); (why == "") != c.ok {
				t.Errorf("%s imports %s: want allowed %v, got %q", c.from, c.to, c.ok, why)
			}
		})
	}
}

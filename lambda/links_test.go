package lambda

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A function holds what it needs and nothing else: what it does not link it can't load on a cold start, nor be attacked by.
func TestWhatTheFunctionDoesNotLink(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-tags=lambda.norpc", "../cmd/riposte-lambda").Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, "github.com/ripostehq/riposte/internal/ledger/dynamodb") {
		t.Fatalf("the ledger is not among what is linked: %d packages", len(deps))
	}
	for _, unwanted := range []string{
		"modernc.org/sqlite", "github.com/ripostehq/riposte/internal/ledger/sqlite", "github.com/ripostehq/riposte/internal/world",
		"github.com/ripostehq/riposte/internal/console", "github.com/ripostehq/riposte/internal/demo", "github.com/alecthomas/kong",
		"charm.land/lipgloss", "github.com/prometheus/client_golang", "net/rpc", "testing",
	} {
		if i := slices.IndexFunc(deps, func(d string) bool { return d == unwanted || strings.HasPrefix(d, unwanted+"/") }); i >= 0 {
			t.Errorf("%s is linked", deps[i])
		}
	}
	for _, d := range deps {
		if strings.HasPrefix(d, "github.com/aws/") && strings.HasSuffix(d, "/schemas") {
			t.Errorf("%s is linked: a table of all types of a service, made when the process starts; go.mod says which version has none", d)
		}
	}
}

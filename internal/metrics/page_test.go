package metrics_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/metrics/emf"
)

var update = flag.Bool("update", false, "write docs/metrics.md instead of comparing it")

const intro = `# Figures

## Of riposte serve

At ` + "`/metrics`" + ` of ` + "`metrics.listen`" + ` (127.0.0.1:9418), for Prometheus, beside those of Go's runtime (` + "`go_`" + `) and the process
(` + "`process_`" + `). No label comes from an event: whoever can cause events can raise numbers, and never the number of series.
[alerts.yaml](../deploy/observe/alerts.yaml) holds the rules of the last column, [dashboard.json](../deploy/observe/dashboard.json) is for Grafana.
` + "`make generate`" + ` writes this page.

| figure | kind | labels | what | watched by |
| --- | --- | --- | --- | --- |
`

const function = `
## Of the function

Metrics of CloudWatch in the namespace ` + "`lambda.metrics`" + ` (riposte), which takes them out of the function's log (the embedded metric format):
no right and no call is needed. There are no dimensions, of which CloudWatch bills each value as a metric. An invocation that did nothing writes
nothing: an alarm treats what is missing as not breaching. What CloudWatch makes of such lines was never seen here; a test holds them to the format.

| metric | unit | what |
| --- | --- | --- |
`

// The page is written from what a process exposes, so that it lacks nothing and promises nothing.
func TestGeneratedMetrics(t *testing.T) {
	exposed, watched := figures(t), map[string][]string{}
	for _, a := range alerts(t) {
		for _, part := range selector.FindAllStringSubmatch(a.Expr, -1) {
			if name := family(exposed, part[2]); !slices.Contains(watched[name], a.Alert) {
				watched[name] = append(watched[name], a.Alert)
			}
		}
	}
	page := intro
	for _, name := range slices.Sorted(maps.Keys(exposed)) {
		f := exposed[name]
		page += fmt.Sprintf("| `%s` | %s | %s | %s | %s |\n", name, f.kind, strings.Join(slices.Sorted(maps.Keys(f.labels)), ", "), f.help, strings.Join(watched[name], ", "))
	}
	page += function
	for _, f := range emf.Figures() {
		page += fmt.Sprintf("| `%s` | %s | %s |\n", f.Name, f.Unit, f.Help)
	}
	const file = "../../docs/metrics.md"
	if *update {
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(have), page); d != "" {
		t.Errorf("docs/metrics.md is not up to date: run make generate\n%s", d)
	}
}

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
)

var update = flag.Bool("update", false, "write docs/metrics.md instead of comparing it")

const intro = `# Figures of riposte serve

At ` + "`/metrics`" + ` of ` + "`metrics.listen`" + ` (127.0.0.1:9418), for Prometheus, beside those of Go's runtime (` + "`go_`" + `) and the process
(` + "`process_`" + `). No label comes from an event: whoever can cause events can raise numbers, and never the number of series.
[alerts.yaml](../deploy/observe/alerts.yaml) holds the rules of the last column, [dashboard.json](../deploy/observe/dashboard.json) is for Grafana.
The function has no figures: its logs and the hub's alarms (` + "`deploy/README.md`" + `) stand in for them. ` + "`make generate`" + ` writes this page.

| figure | kind | labels | what | watched by |
| --- | --- | --- | --- | --- |
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

package metrics_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

// question is one expression of a dashboard or a rule, and the labels that the text beside it shows.
type question struct {
	at, expr string
	shown    []string
}

type alert struct {
	Alert       string
	Expr        string
	For         string
	Labels      map[string]string
	Annotations map[string]string
}

func alerts(t *testing.T) []alert {
	t.Helper()
	var rules struct {
		Groups []struct {
			Name  string
			Rules []alert
		}
	}
	text, err := os.ReadFile("../../deploy/observe/alerts.yaml")
	if err == nil {
		err = yaml.UnmarshalWithOptions(text, &rules, yaml.Strict())
	}
	if err != nil || len(rules.Groups) != 1 {
		t.Fatalf("%d groups of rules: %v", len(rules.Groups), err)
	}
	return rules.Groups[0].Rules
}

var (
	inRule  = regexp.MustCompile(`\$labels\.(\w+)`)
	inChart = regexp.MustCompile(`\{\{(\w+)\}\}`)
)

func names(of *regexp.Regexp, in string) (out []string) {
	for _, found := range of.FindAllStringSubmatch(in, -1) {
		out = append(out, found[1])
	}
	return out
}

func questions(t *testing.T) (all []question) {
	t.Helper()
	for _, a := range alerts(t) {
		all = append(all, question{"alert " + a.Alert, a.Expr, names(inRule, a.Annotations["summary"]+a.Annotations["description"])})
	}
	var board struct {
		Panels []struct {
			Type, Title, Description string
			Targets                  []struct{ Expr, LegendFormat string }
		}
	}
	text, err := os.ReadFile("../../deploy/observe/dashboard.json")
	if err == nil {
		err = json.Unmarshal(text, &board)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range board.Panels {
		if p.Type != "row" && (p.Title == "" || p.Description == "" || len(p.Targets) == 0) {
			t.Errorf("panel %q: want a title, a description, and figures", p.Title)
		}
		for _, target := range p.Targets {
			all = append(all, question{"panel " + p.Title, target.Expr, names(inChart, target.LegendFormat)})
		}
	}
	return all
}

var (
	selector = regexp.MustCompile(`(\w+\()?(riposte_\w+)(\{[^}]*\})?(\[[^\]]*\])?`)
	matcher  = regexp.MustCompile(`(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"`)
	grouping = regexp.MustCompile(`\b(?:by|without|on|ignoring)\s*\(([^)]*)\)`)
)

// A dashboard that asks for a figure that is not there shows an empty picture, and an alert that does never fires: each name,
// each label and each value that one of them names is held against what a process exposes.
func TestDashboardAndAlertsAskForWhatIsExposed(t *testing.T) {
	exposed, asked := figures(t), map[string]bool{}
	for _, q := range questions(t) {
		labels := []string{"instance", "job"} // which Prometheus adds
		found := selector.FindAllStringSubmatch(q.expr, -1)
		if len(found) == 0 {
			t.Errorf("%s: %s asks for nothing of riposte's", q.at, q.expr)
		}
		for _, part := range found {
			call, series, matchers, window := part[1], part[2], part[3], part[4]
			f := exposed[family(exposed, series)]
			if f == nil {
				t.Errorf("%s: nothing exposes %s", q.at, series)
				continue
			}
			asked[f.name] = true
			counts := f.kind == "counter" || f.name != series
			if overTime := call == "rate(" || call == "increase("; call != "absent(" && (overTime != counts || overTime != (window != "")) {
				t.Errorf("%s: %s is a %s: counters are asked for their increase over a window, and nothing else is", q.at, series, f.kind)
			}
			for name := range f.labels {
				labels = append(labels, name)
			}
			if strings.HasSuffix(series, "_bucket") && f.name != series {
				labels = append(labels, "le")
			}
			for _, m := range matcher.FindAllStringSubmatch(matchers, -1) {
				if !slices.Contains(f.labels[m[1]], m[3]) {
					t.Errorf("%s: %s has no %s %q, but %q", q.at, series, m[1], m[3], f.labels[m[1]])
				}
			}
		}
		kept := []string{}
		for _, group := range names(grouping, q.expr) {
			kept = append(kept, strings.FieldsFunc(group, func(r rune) bool { return r == ',' || r == ' ' })...)
		}
		for _, name := range kept {
			if !slices.Contains(labels, name) {
				t.Errorf("%s: no figure of %s has a label %s", q.at, q.expr, name)
			}
		}
		for _, name := range q.shown {
			if !slices.Contains(kept, name) {
				t.Errorf("%s: %s is shown, and %s does not keep it", q.at, name, q.expr)
			}
		}
		if strings.Count(q.expr, "(") != strings.Count(q.expr, ")") {
			t.Errorf("%s: brackets of %s", q.at, q.expr)
		}
	}
	for name := range exposed {
		if !asked[name] {
			t.Errorf("neither the dashboard nor an alert asks for %s", name)
		}
	}
}

// What has to be watched is watched, each by a rule that says what to do.
func TestAlertsWatchWhatMatters(t *testing.T) {
	all := alerts(t)
	for what, expr := range map[string]string{
		"nothing is heard": `riposte_events_total`, "a case failed": `riposte_case_states_total{state="failed"}`, "a case is held": `riposte_open_cases{state="held"}`,
		"people are paged": `riposte_paged_total`, "the queue's age": `riposte_queue_age_seconds_bucket`, "delivery": `riposte_delivery_seconds_bucket`,
		"a halt": `riposte_halts`, "errors of the ledger": `riposte_ledger_errors_total`, "errors of a source": `riposte_source_errors_total`,
	} {
		if !slices.ContainsFunc(all, func(a alert) bool { return strings.Contains(a.Expr, expr) }) {
			t.Errorf("no rule watches %s: %s", what, expr)
		}
	}
	for i, a := range all {
		if slices.ContainsFunc(all[:i], func(b alert) bool { return a.Alert == b.Alert }) || !strings.HasPrefix(a.Alert, "Riposte") {
			t.Errorf("%q: want a name of its own, with riposte's before it", a.Alert)
		}
		if _, err := time.ParseDuration(a.For); a.For != "" && err != nil {
			t.Errorf("%s: for: %v", a.Alert, err)
		}
		if !slices.Contains([]string{"critical", "warning"}, a.Labels["severity"]) || a.Annotations["summary"] == "" || a.Annotations["description"] == "" {
			t.Errorf("%s: want a severity, a summary and a description: %v, %v", a.Alert, a.Labels, a.Annotations)
		}
	}
}

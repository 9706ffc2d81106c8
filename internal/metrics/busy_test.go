package metrics_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/desk"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/metrics"
	"github.com/ripostehq/riposte/internal/notify/slack"
	"github.com/ripostehq/riposte/internal/source"
	"github.com/ripostehq/riposte/internal/sweep"
)

// figure is one that is exposed: what a reader of the page sees of it.
type figure struct {
	name, kind, help string
	labels           map[string][]string // values that it had
}

// busy is a process to which everything has happened that is counted.
func busy() *metrics.Meter {
	m := set(&shelf{})
	for _, from := range []string{"http", "s3", "sqs", "stdin"} {
		for _, what := range []source.Figure{source.CountReceived, source.CountMalformed, source.CountFailed, source.CountAgain, source.CountReconciled} {
			m.Count(what, 1, from)
		}
		m.Count(source.CountRefused, 1, from, "secret")
		m.Waited(from, time.Second)
	}
	m.Foreign("sns")
	m.Called(event.Event{}.Method())
	for _, how := range []string{"opened", "joined", "duplicate"} {
		m.Admitted([]ledger.Admission{{How: how}})
	}
	for _, do := range []gate.Decision{gate.Act, gate.Ask, gate.Observe, gate.Hold, gate.Except, gate.Lapse} {
		m.Judged("launch.known", gate.Verdict{Do: do, Rule: "mode"})
	}
	for _, err := range []error{nil, action.ErrCannot, errors.New("no")} {
		m.Acted("ec2.terminate", err)
	}
	m.Stopped("launch.known", errors.New("no"))
	m.Named("launch.known", time.Second)
	at := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	m.Progressed(&ledger.Case{State: ledger.Verified, Times: ledger.Times{
		Occurred: at, Received: at, Decided: at, FirstChange: at, Contained: at, Verified: at,
	}}, engine.Progress{State: ledger.Suspected})
	m.Unreachable(func() int { return 1 })
	for _, outcome := range desk.Outcomes() {
		m.Sent(desk.Webhook(0), outcome)
	}
	m.Outside()
	m.Nobody()
	m.Clicked(slack.Forged)
	for _, outcome := range []string{"ok", "throttled", "failed"} {
		m.SweepCalled("ec2", outcome)
	}
	m.SweepsStand(sweep.Standing{Oldest: time.Hour, Listed: map[string]int{event.Instance: 10}, Suspects: map[string]int{event.Instance: 1}})
	return m
}

var (
	said   = regexp.MustCompile(`^# (HELP|TYPE) (riposte_\w+) (.*)$`)
	sample = regexp.MustCompile(`^(riposte_\w+)\{(.*)\} `)
	pair   = regexp.MustCompile(`(\w+)="([^"]*)"`)
)

// figures are all of riposte's own, by name; the test fails where one is there of which nothing was seen.
func figures(t *testing.T) map[string]*figure {
	t.Helper()
	m, all := busy(), map[string]*figure{}
	for line := range strings.Lines(scrape(m)) {
		line = strings.TrimSuffix(line, "\n")
		if found := said.FindStringSubmatch(line); found != nil {
			f := all[found[2]]
			if f == nil {
				f = &figure{name: found[2], labels: map[string][]string{}}
				all[f.name] = f
			}
			if found[1] == "HELP" {
				f.help = found[3]
			} else {
				f.kind = found[3]
			}
		}
		found := sample.FindStringSubmatch(line)
		if found == nil {
			continue
		}
		f := all[family(all, found[1])]
		for _, l := range pair.FindAllStringSubmatch(found[2], -1) {
			if l[1] != "le" && !slices.Contains(f.labels[l[1]], l[2]) {
				f.labels[l[1]] = append(f.labels[l[1]], l[2])
			}
		}
	}
	for _, name := range m.Described() {
		if all[name] == nil {
			t.Errorf("nothing was seen of %s: busy has to set it", name)
		}
	}
	return all
}

// family is the figure that a series belongs to: a histogram has three kinds of series.
func family(all map[string]*figure, series string) string {
	for _, suffix := range []string{"_bucket", "_sum", "_count"} {
		if of := strings.TrimSuffix(series, suffix); of != series && all[of] != nil && all[of].kind == "histogram" {
			return of
		}
	}
	return series
}

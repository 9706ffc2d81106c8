package metrics

import (
	"runtime"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify/slack"
	"github.com/ripostehq/riposte/internal/source"
)

const namespace = "riposte"

func (m *Meter) counters(o Options) {
	vec := func(name, help string, labels ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
		m.registry.MustRegister(v)
		return v
	}
	one := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
		m.registry.MustRegister(c)
		return c
	}
	gauge := func(name, help string, labels prometheus.Labels) prometheus.Gauge {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help, ConstLabels: labels})
		m.registry.MustRegister(g)
		return g
	}
	gauges := func(name, help string, labels ...string) *prometheus.GaugeVec {
		v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, labels)
		m.registry.MustRegister(v)
		return v
	}
	m.sources = map[source.Figure]*prometheus.CounterVec{
		source.CountReceived:   vec("events_total", "Messages with events that a source has read.", "source"),
		source.CountMalformed:  vec("malformed_total", "Messages of which some can't be read.", "source"),
		source.CountRefused:    vec("refused_total", "Messages turned away unread.", "source", "why"),
		source.CountFailed:     vec("source_errors_total", "Messages that could not be stored, and failures to ask a source: they come again.", "source"),
		source.CountAgain:      vec("duplicates_total", "Messages that had been delivered before.", "source"),
		source.CountReconciled: vec("reconciled_total", "Suspects that a best-effort source should have brought and did not.", "source"),
	}
	m.foreign = vec("foreign_total", "Messages, or parts of one, that hold no CloudTrail record, by what they are.", "kind")
	m.calls = vec("changes_total", "Changes that succeeded, of the records that reach riposte and concern it, by how they were made: the console, a command line, Terraform. "+
		"For a figure alone, since a caller writes its user agent; a record that is delivered twice counts twice.", "method")
	for _, by := range event.Methods() {
		m.calls.WithLabelValues(string(by))
	}
	m.suspects = vec("suspects_total", "Suspects stored: opened a case, joined one, or a duplicate.", "how")
	m.verdicts = vec("verdicts_total", "What the gate decided about steps, and the rule that did; a step is judged each time it is looked at.", "playbook", "decision", "rule")
	m.actions = vec("actions_total", "Changes sent to AWS: done, refused for good, or an error, after which it is looked again.", "kind", "outcome")
	m.errors = vec("errors_total", "Turns that ended in an error, and reports that could not be sent.", "playbook")
	m.states = vec("case_states_total", "States that cases have come to.", "playbook", "state")
	m.paged = vec("paged_total", "Moves of cases that people were paged about, to another state.", "playbook")
	for _, id := range append([]string{"other"}, o.Playbooks...) {
		m.paged.WithLabelValues(id)
		for _, s := range ledger.States() { // increase() does not see a series that begins with 1
			m.states.WithLabelValues(id, string(s))
		}
	}
	m.letters = vec("letters_total", "Attempts to send a letter to people, by channel and by what became of them.", "channel", "outcome")
	m.clicks = vec("clicks_total", "Clicks in Slack, by what became of them. Forged: on a button that riposte has not written.", "outcome")
	for _, outcome := range slack.Outcomes() { // the first forged one is worth an alert
		m.clicks.WithLabelValues(outcome)
	}
	m.outside = one("letters_outside_total", "Addresses that were not written to, since they are in none of people.domains.")
	m.nobody = one("letters_nobody_total", "Cases that were to be told, and nobody could be.")
	m.ledgerErrors = one("ledger_errors_total", "Failures of the ledger outside a case.")
	m.reloads = one("config_reload_failures_total", "Reloads refused since the configuration was invalid.")
	m.reloadFailed = gauge("config_reload_failed", "Whether the configuration on disk was refused (1), so that the one before is in effect, or not (0).", nil)
	m.loaded = gauge("config_loaded_timestamp_seconds", "When the configuration in effect was read.", nil)
	m.canariesMissing = gauge("canary_missing", "Accounts and regions from which the last scheduled canary has not arrived after 15 minutes, or into which it could not be sent, "+
		"until one arrives; each replica says the same. 0 where canary.every is not set.", nil)
	m.sweepCalls = vec("sweep_calls_total", "Calls of sweeps, each attempt, by how they went: ok, throttled, failed.", "service", "outcome")
	m.listed = gauges("listed", "Resources that the last listing of each place found, by type.", "type")
	m.listedSuspects = gauges("listed_suspects", "Of these, those that playbooks look for.", "type")
	m.coverageAge = gauge("coverage_age_seconds", "How long ago the place and type was listed to its end where that is longest ago; of places that are mostly empty the six days "+
		"between are left out. Told once an hour by the replica that reads it, 0 before, and where nothing is swept.", nil)
	m.coverageFailed = gauge("coverage_failed", "Places and types whose last listing was not read to its end.", nil)
	gauge("build_info", "What runs: always 1.", prometheus.Labels{"version": o.Version, "go": runtime.Version()}).Set(1)
}

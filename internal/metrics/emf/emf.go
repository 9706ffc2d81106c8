// Package emf counts what the function does, as CloudWatch takes it out of a log: in the embedded metric format,
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html. It needs no
// right, no call and no client. There are no dimensions: CloudWatch bills each combination as a metric of its own.
package emf

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/source"
)

// mostValues is how many values of one metric a line may have.
const mostValues = 100

// Figure is one of CloudWatch's metrics: what it is called and what it says.
type Figure struct{ Name, Unit, Help string }

// The figures, each named once.
const (
	messages   = "Messages"
	malformed  = "MessagesMalformed"
	unstored   = "MessagesFailed"
	suspects   = "Suspects"
	opened     = "CasesOpened"
	contained  = "CasesContained"
	verified   = "CasesVerified"
	failed     = "CasesFailed"
	waiting    = "CasesAsked"
	paged      = "CasesPaged"
	done       = "ChangesDone"
	refused    = "ChangesRefused"
	erred      = "ChangesFailed"
	stopped    = "Errors"
	delivery   = "DeliverySeconds"
	answer     = "AnswerSeconds"
	containing = "TimeToContainSeconds"
	gained     = "NoticeGainedSeconds"
	canary     = "CanarySeconds"
	missing    = "CanariesMissing"
	unlisted   = "ListingsFailed"
	listingAge = "CoverageAgeSeconds"
)

// Figures are all of them, in the order in which people read about them.
func Figures() []Figure {
	return []Figure{
		{messages, "Count", "Messages with events that the function was given."},
		{malformed, "Count", "Messages of which some can't be read."},
		{unstored, "Count", "Messages that could not be stored: they come again."},
		{suspects, "Count", "Suspects stored: they opened a case, joined one, or were duplicates."},
		{opened, "Count", "Cases opened."},
		{contained, "Count", "Cases that came to be contained."},
		{verified, "Count", "Cases whose answer was verified to hold."},
		{failed, "Count", "Cases that riposte gave up: a person has to look."},
		{waiting, "Count", "Cases that came to wait for a person, asked or held."},
		{paged, "Count", "Moves of cases that people were paged about, to another state."},
		{done, "Count", "Changes that AWS made."},
		{refused, "Count", "Changes that AWS refused for good."},
		{erred, "Count", "Changes that ended in an error, after which it is looked again."},
		{stopped, "Count", "Turns that ended in an error, and reports that could not be sent."},
		{delivery, "Seconds", "From eventTime to receipt: CloudTrail's and EventBridge's part of the time to contain."},
		{answer, "Seconds", "From receipt to contained: riposte's part of it."},
		{containing, "Seconds", "From eventTime to contained."},
		{gained, "Seconds", "How much sooner a service's notice came than the record that names the caller."},
		{canary, "Seconds", "From the call of a scheduled canary to its receipt."},
		{missing, "Count", "Accounts and regions from which the last scheduled canary has not arrived after 15 minutes, or into which it could not be sent, once a minute."},
		{unlisted, "Count", "Places and types whose last listing by a sweep was not read to its end, about once an hour."},
		{listingAge, "Seconds", "How long ago the place and type was listed to its end where that is longest ago, about once an hour."},
	}
}

// Meter is an engine.Meter. What it was told is written by Flush, at the end of an invocation.
type Meter struct {
	namespace string
	now       func() time.Time

	mu     sync.Mutex
	counts map[string]float64
	values map[string][]float64
}

var _ engine.Meter = (*Meter)(nil)

// New makes a meter for a namespace of CloudWatch's.
func New(namespace string, now func() time.Time) *Meter {
	return &Meter{namespace: namespace, now: now, counts: map[string]float64{}, values: map[string][]float64{}}
}

func (m *Meter) count(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts[name]++
}

// observe keeps a time that passed; clocks that differ may make it negative, and then it says nothing.
func (m *Meter) observe(name string, passed time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if passed >= 0 {
		m.values[name] = append(m.values[name], passed.Seconds())
	}
}

// Handled counts a message, by what became of it.
func (m *Meter) Handled(err error) {
	m.count(messages)
	var bad *source.Malformed
	switch {
	case errors.As(err, &bad):
		m.count(malformed)
	case err != nil:
		m.count(unstored)
	}
}

// Called says nothing here: of what is delivered CloudWatch knows by itself.
func (m *Meter) Called(event.Method) {}

// Judged says nothing here: the function's log does.
func (m *Meter) Judged(string, gate.Verdict) {}

// Admitted counts suspects, and cases that they opened.
func (m *Meter) Admitted(ads []ledger.Admission) {
	for _, a := range ads {
		m.count(suspects)
		if a.How == "opened" {
			m.count(opened)
		}
	}
}

// Acted counts a change by what AWS answered.
func (m *Meter) Acted(_ string, err error) {
	switch {
	case err == nil:
		m.count(done)
	case errors.Is(err, action.ErrCannot):
		m.count(refused)
	default:
		m.count(erred)
	}
}

// Progressed counts states, and measures the times to contain.
func (m *Meter) Progressed(c *ledger.Case, was engine.Progress) {
	if was.State != c.State {
		m.came(c)
	}
	if was.State == ledger.Suspected && c.State != ledger.Suspected {
		m.observe(delivery, c.Times.Received.Sub(c.Times.Occurred))
	}
	if at := c.Times.Contained; !at.Equal(was.Times.Contained) && !at.IsZero() {
		m.observe(containing, at.Sub(c.Times.Occurred))
		m.observe(answer, at.Sub(c.Times.Received))
	}
}

// came counts the state that a case came to.
func (m *Meter) came(c *ledger.Case) {
	name, counted := map[ledger.State]string{
		ledger.Contained: contained, ledger.Verified: verified, ledger.Failed: failed, ledger.Asked: waiting, ledger.Held: waiting,
	}[c.State]
	if counted {
		m.count(name)
	}
	if c.Paged != "" {
		m.count(paged)
	}
}

// Named measures what a notice gained.
func (m *Meter) Named(_ string, by time.Duration) { m.observe(gained, by) }

// CanaryArrived measures a scheduled canary: see canary.Meter.
func (m *Meter) CanaryArrived(took time.Duration) { m.observe(canary, took) }

// CanariesMissing notes from how many places the last one has not come: a state and no count, so that the last word holds.
func (m *Meter) CanariesMissing(places int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts[missing] = float64(places)
}

// Stopped counts an error.
func (m *Meter) Stopped(string, error) { m.count(stopped) }

// directive is what the format says of a line's members.
type directive struct {
	Timestamp         int64     `json:"Timestamp"` // milliseconds since 1970
	CloudWatchMetrics [1]metric `json:"CloudWatchMetrics"`
}

type metric struct {
	Namespace  string     `json:"Namespace"`
	Dimensions [][]string `json:"Dimensions"`
	Metrics    []unit     `json:"Metrics"`
}

type unit struct {
	Name string `json:"Name"`
	Unit string `json:"Unit"`
}

// Flush writes what was counted since the last time, a line of at most a hundred values of each figure, and none where there is nothing.
func (m *Meter) Flush(w io.Writer) error {
	counts, values := m.take()
	for len(counts) > 0 || len(values) > 0 {
		root := map[string]any{}
		for name, n := range counts {
			root[name] = n
		}
		for name, all := range values {
			n := min(len(all), mostValues)
			root[name] = all[:n]
			if values[name] = all[n:]; n == len(all) {
				delete(values, name)
			}
		}
		clear(counts)
		if err := m.line(w, root); err != nil {
			return err
		}
	}
	return nil
}

func (m *Meter) take() (counts map[string]float64, values map[string][]float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	counts, values = m.counts, m.values
	m.counts, m.values = map[string]float64{}, map[string][]float64{}
	return counts, values
}

func (m *Meter) line(w io.Writer, root map[string]any) error {
	d := directive{Timestamp: m.now().UnixMilli(), CloudWatchMetrics: [1]metric{{Namespace: m.namespace, Dimensions: [][]string{{}}}}}
	for _, f := range Figures() {
		if _, told := root[f.Name]; told {
			d.CloudWatchMetrics[0].Metrics = append(d.CloudWatchMetrics[0].Metrics, unit{f.Name, f.Unit})
		}
	}
	root["_aws"] = d
	line, err := json.Marshal(root)
	if err != nil {
		return fmt.Errorf("write the figures: %w", err)
	}
	if _, err := w.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write the figures: %w", err)
	}
	return nil
}

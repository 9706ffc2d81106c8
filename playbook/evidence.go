package playbook

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/event"
)

// ErrNoEvidence: what was asked can't be said. It is not zero, and not "no": what depends on it is held.
var ErrNoEvidence = errors.New("there is no evidence either way")

// ErrNotNow is an ErrNoEvidence of the moment: AWS is asked too much, or did not answer in time. It is asked again within hours.
var ErrNotNow = fmt.Errorf("asked again soon: %w", ErrNoEvidence)

// Metrics asks CloudWatch over a whole window, by days.
type Metrics interface {
	// Daily returns one value a day of the metric of a resource, the newest last: the sum or the maximum of each day, as asked.
	// Days without data are counted, never read as zero.
	Daily(ctx context.Context, q MetricQuery) (Series, error)
}

// MetricQuery names a metric and what is asked of it.
type MetricQuery struct {
	At         event.Place
	Namespace  string // AWS/RDS
	Name       string // DatabaseConnections
	Dimensions map[string]string
	Statistic  string // Maximum or Sum: an average hides a connection of three seconds
	From, To   time.Time
}

// Series is what CloudWatch has of a metric, by days.
type Series struct {
	Days   int       // of the window
	Values []float64 // of the days that have data, the oldest first
}

// Covers reports whether at least this share of the window's days has data: less is ErrNoEvidence.
func (s Series) Covers(share float64) bool {
	return s.Days > 0 && float64(len(s.Values)) >= share*float64(s.Days)
}

// Highest of the values; 0 where there are none: ask Covers first.
func (s Series) Highest() (most float64) {
	for _, v := range s.Values {
		most = max(most, v)
	}
	return most
}

// Sum of the values.
func (s Series) Sum() (all float64) {
	for _, v := range s.Values {
		all += v
	}
	return all
}

// Past asks what was called on one resource, of CloudTrail's event history.
type Past interface {
	// Calls returns the calls that name the resource since a time, newest first. It is ErrNoEvidence where the history can't be believed
	// about this resource: an empty answer counts only where it shows riposte's own tagging of the resource, which it must hold.
	Calls(ctx context.Context, of event.Resource, since time.Time) ([]PastCall, error)
}

// PastCall is one recorded call about a resource.
type PastCall struct {
	Event event.Event
	Own   bool // riposte made it
}

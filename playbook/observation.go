package playbook

import (
	"context"
	"time"

	"github.com/ripostehq/riposte/event"
)

// Observation is what one record shows about a resource and the present can't show any more once it has changed: that a
// protection was on, before a call switched it off. Observations are kept in the ledger, beside the cases.
type Observation struct {
	Resource event.Resource `json:"resource"`
	Of       string         `json:"of"` // what of the resource: an attribute's name
	On       bool           `json:"on"`
	Value    string         `json:"value,omitempty"` // of what is more than on or off: a version's number
	At       time.Time      `json:"at"`              // CloudTrail's, one second resolution
	Call     string         `json:"call"`            // RunInstances
	By       string         `json:"by"`              // ARN of the caller
	Event    string         `json:"event"`           // id of the record
}

// Counts reports whether the observation says how it was right before a call at this moment. Records have whole seconds: one
// that shows it on in the same second counts, one that shows it off may be of that very call.
func (o Observation) Counts(before time.Time) bool {
	return o.At.Before(before) || o.On && o.At.Equal(before)
}

// Recall is the latest observation that counts before a moment; nil where nothing was observed, which says nothing.
type Recall func(ctx context.Context, r event.Resource, of string, before time.Time) (*Observation, error)

// Nothing recalls nothing: for a replay, which knows no more than its files.
func Nothing(context.Context, event.Resource, string, time.Time) (*Observation, error) {
	return nil, nil
}

package show

import (
	"strings"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// Event is what happened, as the record tells it: what one looks for in CloudTrail and in other systems' logs.
type Event struct {
	Call      string    `json:"call"` // ec2:RunInstances; of a service's notice its name
	ID        string    `json:"id,omitempty"`
	RequestID string    `json:"request_id,omitempty"`
	SourceIP  string    `json:"source_ip,omitempty"`  // or the service that called
	UserAgent string    `json:"user_agent,omitempty"` // as the caller wrote it, its beginning
	MFA       event.MFA `json:"mfa,omitempty"`        // yes, no, unknown
	AccessKey string    `json:"access_key,omitempty"` // its id
}

// Entry is one entry of a case's record.
type Entry struct {
	At    time.Time    `json:"at"`
	State ledger.State `json:"state"`
	Notes []string     `json:"notes"`
}

// HistoryOf makes entries presentable.
func HistoryOf(entries []ledger.Entry) (out []Entry) {
	for _, e := range entries {
		out = append(out, Entry{At: e.At.UTC(), State: e.State, Notes: append([]string{}, e.Notes...)})
	}
	return out
}

// eventOf returns nil for what no event brought.
func eventOf(o playbook.Origin) *Event {
	if o.Source == "" {
		return nil
	}
	out := &Event{Call: o.Name, ID: o.EventID, RequestID: o.RequestID, SourceIP: o.SourceIP, UserAgent: o.UserAgent, AccessKey: o.Actor.AccessKey}
	if !o.Noticed() {
		out.Call, out.MFA = strings.TrimSuffix(o.Source, ".amazonaws.com")+":"+o.Name, o.Actor.MFA
	}
	return out
}

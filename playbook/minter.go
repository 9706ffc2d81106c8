package playbook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/event"
)

// Minter is the caller that made an actor's credentials: that assumed the role, or made the user's key.
type Minter struct {
	Actor event.Actor `json:"actor"`
	Call  string      `json:"call"` // AssumeRole
	At    time.Time   `json:"at"`
}

// Acts reports whether what was made is a session, by which its maker acts. A user's key may be anybody's by the time it is used.
func (m Minter) Acts() bool { return m.Call != "CreateAccessKey" }

const (
	mintedBy = "minted by"
	// mintedFor is how long it matters who made a key: no longer than a session of a role may last. Who made a user's key long ago
	// has nothing to do with what it is used for now.
	mintedFor = 12 * time.Hour
	// mostMinters is how long a chain is followed.
	mostMinters = 4
)

// Minted is what a record shows of credentials that it made; false where it made none, or where its caller is named by its account
// alone, as in the copy of a record that another account gets.
func Minted(e event.Event) (Observation, bool) {
	key := e.Minted()
	if key == "" || e.Actor.Kind == event.AccountActor || e.Actor.Kind == event.UnknownActor {
		return Observation{}, false
	}
	by, err := json.Marshal(e.Actor)
	if err != nil {
		return Observation{}, false
	}
	return Observation{
		Resource: minted(e.Partition, key), Of: mintedBy, On: true, Value: string(by), At: e.Time, Call: e.Name, By: e.Actor.ARN, Event: e.ID,
	}, true
}

// Minter is who made the key that an observation of Minted is of.
func (o Observation) Minter() (m Minter, err error) {
	m.Call, m.At = o.Call, o.At
	return m, json.Unmarshal([]byte(o.Value), &m.Actor)
}

// minted names a key, which is the world's: CloudTrail tells of it in the accounts of both.
func minted(partition, key string) event.Resource {
	return event.Place{Partition: partition}.In(event.AccessKey, key)
}

// Minters are those that made the credentials by which an actor called, the nearest first, as far as records showed. They are known
// by the key's id, which AWS gives and no caller chooses. None says nothing: reads like AssumeRole arrive from few callers.
func (recall Recall) Minters(ctx context.Context, a event.Actor, before time.Time) (out []Minter, err error) {
	for recall != nil && a.AccessKey != "" && len(out) < mostMinters {
		o, err := recall(ctx, minted(a.Partition, a.AccessKey), mintedBy, before)
		if err != nil {
			return nil, fmt.Errorf("recall who made key %s: %w", a.AccessKey, err)
		}
		if o == nil || before.Sub(o.At) > mintedFor {
			break
		}
		m, err := o.Minter()
		if err != nil {
			return nil, fmt.Errorf("read who made key %s: %w", a.AccessKey, err)
		}
		if m.Actor.AccessKey == a.AccessKey { // no record of AWS's says so
			break
		}
		out = append(out, m)
		a, before = m.Actor, o.At
	}
	return out, nil
}

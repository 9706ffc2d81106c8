package playbook

import (
	"context"
	"errors"
	"time"
)

// History is what is known of what was before.
type History struct {
	Recall  Recall  // what records showed
	Counter Counter // how much was suspected of one actor: ask by Count. nil where there is no record, as in a replay
	Calls   Lookup  // what CloudTrail's event history has
}

// ErrNotCounted: the record does not say how much there was, which is not zero.
var ErrNotCounted = errors.New("riposte's record does not say how much the actor did")

// CountedFor is how long the record counts: what was before is not known any more.
const CountedFor = 90 * 24 * time.Hour

// Counter counts what a playbook that declares Counts suspected of one actor.
type Counter func(context.Context, Window) (Count, error)

// Window is what is counted together.
type Window struct {
	Playbook string
	Actor    string    // Organization.Who of the suspect's actor
	From, To time.Time // of the calls, as CloudTrail dates them: whole seconds, both included
}

// Count is how much was suspected, confirmed or not, by the records that have arrived: a window that has just ended
// may get more. What came before the playbook was switched on is not in it.
type Count struct {
	Suspects  int  // each once, however often its record was delivered
	Resources int  // their weights together
	More      bool // there is more than that: counting stopped, after some hundreds of suspects
}

// Count asks the counter. An actor that has no name, a window that begins before the record, and a History without record are
// ErrNotCounted.
func (in In) Count(ctx context.Context, w Window) (Count, error) {
	if in.History.Counter == nil || w.Actor == "" || w.From.Before(in.Now.Add(-CountedFor)) {
		return Count{}, ErrNotCounted
	}
	return in.History.Counter(ctx, w)
}

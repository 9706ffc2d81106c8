package playbook

import (
	"sync"
	"time"

	"github.com/ripostehq/riposte/event"
)

// How long a look through all regions counts. What was found moves to no other region, and is read there anew each time; what was in none
// may have been made a moment ago.
const (
	foundFor       = 24 * time.Hour
	nowhereFor     = time.Minute
	mostWhereabout = 10_000
)

// Whereabouts is what checks share of where resources are that a record places elsewhere, so that a caller which uses an instance's
// credentials in each region, from each of its addresses, has riposte look through all regions once. A nil one remembers nothing, and
// the zero value is ready.
type Whereabouts struct {
	mu sync.Mutex
	of map[event.Resource]Whereabout
}

// Whereabout is what a look through the regions found.
type Whereabout struct {
	Region string // "" where the resource is in none that could be read
	Unread string // why it may be in another, "" where all were read
	until  time.Time
}

// Of is what was found of a resource lately, by the place that the account has it in, whichever region it names.
func (w *Whereabouts) Of(r event.Resource, now time.Time) (Whereabout, bool) {
	if w == nil {
		return Whereabout{}, false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	found, ok := w.of[anywhere(r)]
	return found, ok && now.Before(found.until)
}

// Keep remembers what was found. Where it is full of what counts, it is kept of no further resource, which is then looked for each time.
func (w *Whereabouts) Keep(r event.Resource, found Whereabout, now time.Time) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.of == nil {
		w.of = map[event.Resource]Whereabout{}
	}
	if len(w.of) >= mostWhereabout {
		for old, of := range w.of {
			if !now.Before(of.until) {
				delete(w.of, old)
			}
		}
	}
	found.until = now.Add(nowhereFor)
	if found.Region != "" {
		found.until = now.Add(foundFor)
	}
	if _, known := w.of[anywhere(r)]; known || len(w.of) < mostWhereabout {
		w.of[anywhere(r)] = found
	}
}

func anywhere(r event.Resource) event.Resource {
	r.Region = ""
	return r
}

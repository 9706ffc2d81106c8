package engine

import (
	"strings"
	"sync"
	"time"

	"github.com/ripostehq/riposte/playbook"
)

// Where a playbook watches a caller, every call is a suspect, and nearly all are dismissed: an instance may make thousands an hour
// from its one address. What a look has just dismissed is not suspected again for a while, of the same root and with the same
// finding. It is what this process saw: another one, or the next, looks once more.
const (
	clearedFor  = 10 * time.Minute
	mostCleared = 30_000
)

// cleared remembers what was dismissed.
type cleared struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// clearable is the name of a suspect of a playbook that goes by the caller, "" of any other: what those look for may be there
// a moment later.
func clearable(d playbook.Definition, s playbook.StoredSuspect) string {
	if len(d.Callers()) == 0 || len(s.Found) == 0 {
		return ""
	}
	return s.Playbook + "\n" + s.Resource.String() + "\n" + strings.Join(s.Found, "\n")
}

func (c *cleared) add(key string, now time.Time) {
	if key == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.until) >= mostCleared {
		for k, until := range c.until {
			if !now.Before(until) {
				delete(c.until, k)
			}
		}
	}
	if len(c.until) < mostCleared { // full of what is fresh: further ones are looked at again
		c.until[key] = now.Add(clearedFor)
	}
}

func (c *cleared) has(key string, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return key != "" && now.Before(c.until[key])
}

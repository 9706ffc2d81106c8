package engine

import (
	"hash/maphash"
	"maps"
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
	mostByBytes = 100_000 // some 5 MB
)

// cleared remembers what was dismissed, and by what bytes a record shows that it is no more than that: nearly all records of instances
// need not be decoded.
type cleared struct {
	seed  maphash.Seed
	mu    sync.RWMutex
	until expiring[string] // by clearable
	bytes expiring[uint64] // by event.Event.Repeat
}

func newCleared() *cleared {
	return &cleared{seed: maphash.MakeSeed(), until: expiringOf[string](mostCleared), bytes: expiringOf[uint64](mostByBytes)}
}

// clearable is the name of a suspect of a playbook that wants one call of a caller from a source, "" of any other: what those look for
// may be there a moment later.
func clearable(d playbook.Definition, s playbook.StoredSuspect) string {
	if !d.OncePerSource() || len(s.Found) == 0 {
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
	c.until.add(key, now.Add(clearedFor), now)
}

// has says until when a suspect counts as dismissed, and whether it still does.
func (c *cleared) has(key string, now time.Time) (until time.Time, has bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	until = c.until.at[key]
	return until, key != "" && now.Before(until)
}

// learn enters an event of which nothing was suspected but what counts as dismissed until then.
func (c *cleared) learn(repeat uint64, until, now time.Time) {
	if repeat == 0 || !now.Before(until) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bytes.add(repeat, until, now)
}

// repeats reports whether a record is one more of what was dismissed.
func (c *cleared) repeats(key uint64, now time.Time) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return now.Before(c.bytes.at[key])
}

// expiring is a bounded set of what counts until a time. Where it is full of what counts, further ones are left out.
type expiring[K comparable] struct {
	at    map[K]time.Time
	most  int
	swept time.Time
}

func expiringOf[K comparable](most int) expiring[K] {
	return expiring[K]{at: map[K]time.Time{}, most: most}
}

func (x *expiring[K]) add(key K, until, now time.Time) {
	if len(x.at) >= x.most && now.Sub(x.swept) > time.Second { // a sweep takes longer than what it is swept for
		x.swept = now
		maps.DeleteFunc(x.at, func(_ K, until time.Time) bool { return !now.Before(until) })
	}
	if len(x.at) < x.most {
		x.at[key] = until
	}
}

package engine

import (
	"bytes"
	"hash/maphash"
	"sync"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

const (
	mostGlimpses = 2048 // some 5 MB: the oldest makes room
	longGlimpse  = 8 << 10
)

// glimpses keep the bytes of records by which a caller that was cleared (see cleared) opened a session, and decode the one that
// is asked for: instances open sessions more often than they do anything else, nearly none of which anybody asks about.
type glimpses struct {
	seed maphash.Seed
	mu   sync.Mutex
	at   map[uint64]int // place in ring, by the key
	ring []glimpse
	next int
}

// glimpse is one record. Trail is the account in whose trail it lay, "" where it was delivered.
type glimpse struct {
	key   uint64
	body  []byte
	trail string
}

func newGlimpses() *glimpses { return &glimpses{seed: maphash.MakeSeed(), at: map[uint64]int{}} }

// Glimpsed keeps a record that Wants did not want and that repeats what was cleared, if it may have opened a session. Trail is the
// account of whose trail it is, where it lay in one.
func (e *Engine) Glimpsed(record []byte, trail string) {
	if key := keyIn(record); key != nil && len(record) <= longGlimpse {
		e.openers.glimpses.keep(key, record, trail)
	}
}

// keyIn is the key that a record seems to have made: what the decoder says of it counts, once it is asked for.
func keyIn(record []byte) []byte {
	_, key, has := bytes.Cut(record, []byte(`{"accessKeyId":"`)) // as nearly all are written: a brace is rarer than a quote, and found at once
	if !has {
		_, answer, _ := bytes.Cut(record, []byte(`"responseElements"`))
		_, key, _ = bytes.Cut(answer, []byte(`"accessKeyId":"`))
	}
	if end := bytes.IndexByte(key, '"'); end > 0 {
		return key[:end]
	}
	return nil
}

func (g *glimpses) keep(key, record []byte, trail string) {
	of := maphash.Bytes(g.seed, key)
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, has := g.at[of]; has {
		return
	}
	if len(g.ring) < mostGlimpses {
		g.ring = append(g.ring, glimpse{})
	}
	slot := &g.ring[g.next]
	delete(g.at, slot.key)
	*slot = glimpse{of, append(slot.body[:0], record...), trail}
	g.at[of] = g.next
	g.next = (g.next + 1) % mostGlimpses
}

// of is what the record of a key shows, where it is kept.
func (g *glimpses) of(key string) (o playbook.Observation, seen bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	i, has := g.at[maphash.String(g.seed, key)]
	if !has {
		return o, false
	}
	e, err := event.Decode(g.ring[i].body)
	if err != nil || e.Minted() != key || g.ring[i].trail != "" && g.ring[i].trail != e.Account {
		return o, false
	}
	return playbook.Minted(e)
}

package engine

import (
	"sync"
)

// yieldCounts counts how often in a row this process had to give a case back without a commit.
type yieldCounts struct {
	mu sync.Mutex
	of map[string]int
}

func (y *yieldCounts) add(id string) int {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.of == nil {
		y.of = map[string]int{}
	}
	y.of[id]++
	return y.of[id]
}

func (y *yieldCounts) count(id string) int {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.of[id]
}

func (y *yieldCounts) forget(id string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	delete(y.of, id)
}

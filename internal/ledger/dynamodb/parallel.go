package dynamodb

import (
	"hash/maphash"
	"sync"
)

// atOnce is how many requests one call has under way.
const atOnce = 8

// each calls do for 0 to n-1, some at once, and returns when all are done.
func each(n int, do func(int)) {
	if n == 1 {
		do(0)
		return
	}
	var all sync.WaitGroup
	room := make(chan struct{}, atOnce)
	for i := range n {
		room <- struct{}{}
		all.Go(func() {
			defer func() { <-room }()
			do(i)
		})
	}
	all.Wait()
}

// caseLocks keeps the writers of one process apart that would write the same case: of many leads for one case only one at a time
// gets in the way of the worker that holds it.
type caseLocks struct {
	seed maphash.Seed
	once sync.Once
	of   [64]sync.Mutex
}

func (t *caseLocks) lock(name string) (done func()) {
	t.once.Do(func() { t.seed = maphash.MakeSeed() })
	m := &t.of[maphash.String(t.seed, name)%uint64(len(t.of))]
	m.Lock()
	return m.Unlock
}

package serve

import (
	"runtime/debug"
	"runtime/metrics"
)

// spare is how much memory a quiet daemon keeps, in bytes: it has a third of that while nothing happens.
const spare = 32 << 20

// giveBack gives the system what a burst took: collections are rare, and would leave it here for good.
func giveBack() {
	if holds() > spare {
		debug.FreeOSMemory()
	}
}

// holds is the memory that the runtime has of the system, in bytes.
func holds() uint64 {
	all := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(all)
	return all[0].Value.Uint64() - all[1].Value.Uint64()
}

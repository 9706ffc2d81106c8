package cli

import (
	"os"
	"runtime/debug"
)

// A collection in the middle of an answer takes as long as the answer: they are made rare while there is room, which there
// is up to the limit. GOGC and GOMEMLIMIT in the environment have the last word.
const (
	garbage = 1600     // percent of what lives
	room    = 96 << 20 // bytes, of which an idle daemon has a tenth; what a burst took it gives back (internal/serve)
)

func collectRarely() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(room)
	}
}

package source

import (
	"math/rand/v2"
	"time"
)

const (
	firstHidden = 5 * time.Second
	mostHidden  = 15 * time.Minute
)

// Hidden is how long a queue keeps a message back that could not be stored, by how often it has come: four times longer each
// time, so that the five deliveries that queues commonly allow outlast a trouble of some minutes, and never quite the same,
// so that not all come at once.
func Hidden(receipts int64) time.Duration {
	d := min(mostHidden, firstHidden<<(2*min(max(receipts, 1)-1, 8)))
	return d - rand.N(d/4)
}

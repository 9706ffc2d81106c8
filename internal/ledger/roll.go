package ledger

import (
	"context"
	"slices"
	"strconv"
	"time"
)

// Roll lists the replicas that serve a ledger, so that a person who gives it an order knows whether one takes it up. It is no part of the
// record: nothing is decided by it, and no chain holds it.
type Roll interface {
	// Attend writes down what a replica says of itself, over what it said before.
	Attend(ctx context.Context, r Replica) error
	// Replicas are those that have attended and not left, by name: also those that died.
	Replicas(ctx context.Context) ([]Replica, error)
	// Leave strikes a replica off; one that is not there has left.
	Leave(ctx context.Context, name string) error
}

// Replica is a process that serves a ledger, as it said last.
type Replica struct {
	Name     string    `json:"name"`
	Version  string    `json:"version,omitempty"`
	Function bool      `json:"function,omitempty"` // it works when it is invoked, and says nothing between
	Seen     time.Time `json:"seen"`
	Brakes   []string  `json:"brakes,omitempty"` // ids of those that it has read
}

// How long a replica that says nothing counts as one that serves. A daemon says so every 20 seconds, a function whenever it
// is invoked, which its schedule does each minute.
const (
	DaemonSilence   = time.Minute
	FunctionSilence = 3 * time.Minute
)

// Serves reports whether a replica has been heard of lately.
func (r Replica) Serves(now time.Time) bool {
	if r.Function {
		return now.Sub(r.Seen) <= FunctionSilence
	}
	return now.Sub(r.Seen) <= DaemonSilence
}

// Knows reports whether a replica has read a brake.
func (r Replica) Knows(b Brake) bool { return slices.Contains(r.Brakes, b.ID()) }

// ID tells a brake from one of the same scope that was on before.
func (b Brake) ID() string { return b.Scope + "@" + strconv.FormatInt(b.At.UnixNano(), 10) }

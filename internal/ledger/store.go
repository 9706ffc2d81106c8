package ledger

import (
	"errors"
	"time"
)

var (
	// ErrStale: another holder committed first, to the case or to one of the effects. Yield, and claim again.
	ErrStale = errors.New("the case was changed by another worker")
	// ErrJoined: a message came in that the case, which was open and about to close, has not taken. Yield, and claim again.
	ErrJoined = errors.New("a message is waiting for the case")
	// ErrLimit: a reservation was refused. Judge again.
	ErrLimit = errors.New("limit reached")
	// ErrFull: so many messages of this class wait for the case, or come at once, that it takes no more for now. Of the other
	// classes, and of the store's other cases, it says nothing.
	ErrFull = errors.New("too many messages for the case")
	// ErrNotFound: no such case; ErrAmbiguous: the prefix fits several.
	ErrNotFound  = errors.New("no such case")
	ErrAmbiguous = errors.New("the prefix fits several cases")
	// ErrNewer: the ledger, or the case, was written by a newer riposte.
	ErrNewer = errors.New("written by a newer riposte")
	// ErrOlder: the ledger was written before 0.1.0, which gave resources AWS's own names. What stands by it has to be undone by
	// the riposte that wrote it.
	ErrOlder = errors.New("written by a riposte of before 0.1.0: undo what stands with that one, keep it as the record, and begin a new ledger")
	// ErrBroken: the store will write nothing any more, whatever is tried, until another process opens it: only the end of
	// this one helps.
	ErrBroken = errors.New("nothing is written any more")
)

// Store keeps the record. Every method is one transaction, but for Admit and Release where they say so; a returned error
// means that nothing was changed, or (where the store itself lost the answer) that looking again will tell. What Claim, Next, Page
// and Cases look through may be some seconds late about what another process wrote, and never loses it. Each of its parts is
// an interface of its own: a user names the parts that it needs.
type Store interface {
	Inbox
	Leases
	Cases
	Effects
	FactBook
	Brakes
	Exceptions
	Memory
	Incidents
	Letters
	Roll
	Sweeps
	Names
	Sealing
	Close() error
}

// Admission says what became of a suspect.
type Admission struct {
	Case  string
	How   string // opened, joined, duplicate
	Claim *Claim // where it was opened for a worker
}

// FirstClaim names the worker that takes a case as it is opened, or a letter as it is posted, and for how long. The zero FirstClaim leaves it to
// the first that claims it.
type FirstClaim struct {
	Holder string
	Lease  time.Duration
}

// Claim returns the worker's claim on a case that it opens; nil where no worker takes it.
func (h FirstClaim) Claim(c Case, now time.Time) *Claim {
	if h.Holder == "" {
		return nil
	}
	c.Version, c.Due, c.Attempts = 1, now, 1
	return &Claim{Case: &c, Until: now.Add(h.Lease)}
}

// Claim is a claimed case, with what waits in its inbox: in the order of the classes, and no more than a turn can deal with.
type Claim struct {
	Case  *Case
	Inbox []Message
	More  bool      // other messages wait: the case may not close, and is due again at once
	Until time.Time // end of the lease
}

// Write is what travels with a case in one commit.
type Write struct {
	At         time.Time
	Notes      []string // what happened, for people, free of secrets; the entry of the chain holds them
	Taken      []string // keys of messages that the case has taken
	Effects    []*Effect
	Requests   []string // request ids of changes made
	Reserve    []Reservation
	Exceptions []Exception
	Revoked    []Exception // that end now: of this case's own
	// SuspectsWait: the case has as many suspects as it holds and can't look at any of them yet. Further ones wait in its inbox for the
	// case's own due time, instead of being a reason to claim it at once, again and again.
	SuspectsWait bool
	EndsLease    bool // ends the lease: this was the last commit of the claim
}

// Filter selects cases.
type Filter struct {
	Open     bool // only open ones
	State    State
	Playbook string
	Account  string
	Incident string
	Root     string // see RootKey: the open case that a further suspect would join
	After    string // only those behind the case of this id
	Limit    int    // the first so many; 0: all
}

// Entry is one link of a case's chain. Bytes are what was hashed: they hold the previous link's hash, the notes, and the
// hash of the case's payload, which can be pruned without breaking the chain.
type Entry struct {
	Chain string // case id, BrakesChain, ExceptionsChain or CheckpointChain
	Seq   int64  // without gaps: over the whole ledger, or, where replicas would fight over that, in its chain
	At    time.Time
	State State
	Notes []string
	Hash  string
	Bytes []byte
}

// Checkpoint is a digest over all entries up to a moment. Where the ledger has one order, it covers every entry up to Seq
// (see Fold). Where each chain has its own, it is the checkpoint of number Seq, names the heads of the chains that grew since
// the one before it, and its root covers that one's (see Seal). Kept where the ledger's writer can't reach, either proves
// that nothing before it was changed, left out or cut off.
type Checkpoint struct {
	Seq    int64     `json:"seq"`
	At     time.Time `json:"at"`
	Chains int       `json:"chains"` // all there are, or those that it names
	Root   string    `json:"root"`
}

// Verification is what Verify found.
type Verification struct {
	Chains, Entries, Checkpoints int
	Last                         Checkpoint
	Broken                       []Break // first of each chain, in order of Seq; none: the ledger is whole
}

// Break is a place where the record does not fit itself.
type Break struct {
	Chain string `json:"chain"`
	Seq   int64  `json:"seq"`
	Why   string `json:"why"`
}

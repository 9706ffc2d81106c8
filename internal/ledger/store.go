package ledger

import (
	"context"
	"errors"
	"time"

	"github.com/ripostehq/riposte/playbook"
)

var (
	// ErrStale: somebody else committed first, to the case or to one of the effects. Yield, and claim again.
	ErrStale = errors.New("the case was changed by somebody else")
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
// means that nothing was changed, or (where the store itself lost the answer) that looking again will tell. What Claim, Next
// and Cases look through may be some seconds late about what another process wrote, and never loses it.
type Store interface {
	Memory

	// Admit stores leads before their source is acknowledged: each joins the open case of its playbook and root, or
	// opens one that is due at once. A lead whose key is known is dropped. It returns one admission per lead, in order.
	// The lead that opens a case stands in its Leads from the beginning, one that joins waits in the inbox. Leads of one root
	// stay in order. A store may have taken some of the leads where it returns an error: who admits them again has those
	// dropped, as any other copy.
	// Where the first lead opens a case, it may be the hand's from the beginning, with its Claim in the admission: between an
	// attack and its answer stands one write less. Where the answer is lost, that claim ends with its lease.
	// Ranks, where there are any, are one for each lead: the moment from which the case that it opens stands in the order of
	// Claim. Without, that is now.
	Admit(ctx context.Context, now time.Time, leads []playbook.StoredSuspect, first FirstClaim, ranks ...time.Time) ([]Admission, error)
	// Sync returns once all that Admit has stored outlives a loss of power: only then may the source be told. Admit itself
	// need not wait for that: every Commit does, also for what was stored before it.
	Sync(ctx context.Context) error
	// Send puts a message into a case's inbox and makes the case due now. It is false where this case knows the key, or, of a
	// message that coalesces, where one of that key waits that no claim has handed out yet.
	Send(ctx context.Context, now time.Time, caseID string, m Message) (bool, error)

	// Claim takes the due case that goes first, until the lease ends, and counts the attempt; nil where none is due. The order
	// is by urgency, then by severity, then by the later of rank and due time: a case that comes back goes to the end of its
	// like. It raises the case's version: a holder whose lease has ended and was taken over can't commit any more.
	// A lease that ends more than two of the claimer's own lengths from now is a wrong clock's, and counts as ended: one
	// length is the lease, the other what clocks may differ by.
	Claim(ctx context.Context, now time.Time, holder string, lease time.Duration) (*Claim, error)
	// Commit writes the case and all that goes with it, or nothing: ErrStale, ErrJoined, ErrLimit. It ends no lease;
	// the case's version, effects' versions, Attempts and (with messages left: due at once) Due are brought up to date in
	// place.
	Commit(ctx context.Context, c *Case, w Write) error
	// Yield gives a case back as it stands, uncommitted: the next claim has it at once. After ErrStale about an effect, after
	// ErrJoined, and where a process is told to stop, nobody need wait for the lease to end. A case that somebody else has
	// meanwhile is left to them.
	// The claim does not count as an attempt: whoever gives a case back has not died of it.
	Yield(ctx context.Context, c *Case) error
	// Next is when the next case can be claimed: due, and not leased. Zero where none ever is.
	Next(ctx context.Context) (time.Time, error)

	Load(ctx context.Context, id string) (*Case, error)
	Find(ctx context.Context, prefix string) (*Case, error)
	// Cases lists, oldest first. What is open is found without a look at what is closed, however much that is. See All.
	Cases(ctx context.Context, f Filter) ([]*Case, error)
	History(ctx context.Context, id string) ([]Entry, error)

	Effect(ctx context.Context, key string) (*Effect, error) // nil where there is none; also one that no longer stands
	Effects(ctx context.Context) ([]*Effect, error)          // those that stand, by key
	// Generation changes whenever an effect does: who has read them all need not read them again before that. Of what another
	// process wrote it may tell half a second later.
	Generation(ctx context.Context) (int64, error)
	// Own reports whether a change of riposte's had this request id.
	Own(ctx context.Context, requestID string) (bool, error)
	// Facts answers what a gate asks before a change, in one go: it stands between an attack and its answer.
	Facts(ctx context.Context, q Question) (Facts, error)

	Brakes(ctx context.Context) ([]Brake, error)
	Halt(ctx context.Context, b Brake) error
	// Release takes a brake off and makes held cases, and those being taken back, due now; where it dies between the two,
	// those wait for their own due times. It is false where there was no such brake.
	Release(ctx context.Context, now time.Time, scope, by string) (bool, error)

	Roll

	// Checkpoint seals the chains as they stand; where nothing happened since the last, it is that one. More than fit one
	// checkpoint are sealed by several, of which it is the last.
	Checkpoint(ctx context.Context, now time.Time) (Checkpoint, error)
	// Verify checks every chain against itself and against the checkpoints, those in the ledger and those given.
	Verify(ctx context.Context, kept ...Checkpoint) (Verification, error)
	Close() error
}

// Admission says what became of a lead.
type Admission struct {
	Case  string
	How   string // opened, joined, duplicate
	Claim *Claim // where it was opened for a hand
}

// FirstClaim is who takes a case that is opened, and for how long. The zero Hand is nobody's: whoever claims it has it.
type FirstClaim struct {
	Holder string
	Lease  time.Duration
}

// Claim is that of the hand on a case that it opens; nil for nobody's.
func (h FirstClaim) Claim(c Case, now time.Time) *Claim {
	if h.Holder == "" {
		return nil
	}
	c.Version, c.Due, c.Attempts = 1, now, 1
	return &Claim{Case: &c, Until: now.Add(h.Lease)}
}

// Claim is a case in hand, with what waits in its inbox: in the order of the classes, and no more than a turn can deal with.
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
	Release    bool // ends the lease: this was the last commit of the claim
}

// Filter selects cases.
type Filter struct {
	Open     bool // only open ones
	State    State
	Playbook string
	Account  string
	Root     string // see RootKey: the open case that a further suspect would join
	After    string // only those behind the case of this id
	Limit    int    // the first so many; 0: all
}

// Entry is one link of a case's chain. Bytes are what was hashed: they hold the previous link's hash, the notes, and the
// hash of the case's payload, which can be pruned without breaking the chain.
type Entry struct {
	Chain string // case id, BrakesChain or CheckpointChain
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

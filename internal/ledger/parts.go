package ledger

import (
	"context"
	"time"

	"github.com/ripostehq/riposte/playbook"
)

// Inbox stores what comes in, from events and from people, before its source is acknowledged.
type Inbox interface {
	// Admit deduplicates suspects and stores them: each joins the open case of its playbook and root, or opens one that is due at once. A suspect
	// whose key is known is dropped. It returns one admission per suspect, in order. The suspect that opens a case stands in
	// its Suspects from the beginning, one that joins waits in the inbox. Suspects of one root stay in order. A store may have
	// taken some of them where it returns an error: admitted again, those are dropped as any other copy.
	// Where the first suspect opens a case, the case may be the worker's from the beginning, with its Claim in the admission:
	// between an attack and its answer stands one write less. Where the answer is lost, that claim ends with its lease.
	// Ranks, where there are any, are one for each suspect: the moment from which the case that it opens stands in the order
	// of Claim. Without, that is now.
	Admit(ctx context.Context, now time.Time, suspects []playbook.StoredSuspect, first FirstClaim, ranks ...time.Time) ([]Admission, error)
	// Sync returns once all that Admit has stored outlives a loss of power: only then may the source be told. Admit itself
	// need not wait for that: every Commit does, also for what was stored before it.
	Sync(ctx context.Context) error
	// Send puts a message into a case's inbox and makes the case due now, or when the message says at the latest. It is false where this case knows the key, or, of a
	// message that coalesces, where one of that key waits that no claim has handed out yet.
	Send(ctx context.Context, now time.Time, caseID string, m Message) (bool, error)
}

// Leases hand out due cases, and take back what was done about them.
type Leases interface {
	// Claim takes the due case that goes first, until the lease ends, and counts the attempt; nil where none is due. The order
	// is by urgency, then by severity, then by the later of rank and due time: a case that comes back goes to the end of its
	// like. It raises the case's version: a holder whose lease has ended and was taken over can't commit any more.
	// A lease that ends more than two of the claimer's own lengths from now is a wrong clock's, and counts as ended: one
	// length is the lease, the other what clocks may differ by.
	Claim(ctx context.Context, now time.Time, holder string, lease time.Duration) (*Claim, error)
	// ClaimOfEvents is Claim of what events had a part in: nil where only cases of sweeps are due.
	ClaimOfEvents(ctx context.Context, now time.Time, holder string, lease time.Duration) (*Claim, error)
	// Commit writes the case and all that goes with it, or nothing: ErrStale, ErrJoined, ErrLimit. It ends no lease;
	// the case's version, effects' versions, Attempts and (with messages left: due at once) Due are brought up to date in
	// place.
	Commit(ctx context.Context, c *Case, w Write) error
	// Yield gives a case back as it stands, uncommitted: the next claim has it at once. After ErrStale about an effect, after
	// ErrJoined, and where a process is told to stop, no replica need wait for the lease to end. A case that another replica
	// has meanwhile is left to it. The claim does not count as an attempt: a process that gives a case back has not died of it.
	Yield(ctx context.Context, c *Case) error
	// Next returns when the next case can be claimed: due, and not leased. Zero where none ever is.
	Next(ctx context.Context) (time.Time, error)
}

// Cases reads cases and their histories.
type Cases interface {
	Load(ctx context.Context, id string) (*Case, error)
	// Find returns the case whose id begins so: ErrNotFound, ErrAmbiguous.
	Find(ctx context.Context, prefix string) (*Case, error)
	// Cases lists, oldest first. What is open is found without a look at what is closed, however much that is. See All.
	Cases(ctx context.Context, f Filter) ([]*Case, error)
	// Page lists newest first, for a reader that wants the present: at most limit of those that came before the case of the id
	// before, "" for the newest. It returns where the next page goes on, "" where there is none: a case keeps its place, so that
	// what is written between two pages moves none of them. A page is read in bounded time and memory, however rare what fits
	// is: it may be short, or empty, and have a next one. Filter's After and Limit are Cases' own. See Newest.
	Page(ctx context.Context, f Filter, before string, limit int) ([]*Case, string, error)
	// Mark changes when the record does: a reader that finds it unchanged need not read again. It may change for nothing. Where
	// the ledger has no order of its own, a turn that left its case due when it was may show with the next checkpoint only.
	Mark(ctx context.Context) (string, error)
	History(ctx context.Context, id string) ([]Entry, error)
	// SealOf is the first checkpoint that seals a chain as it stands, up to its last entry. It is nil where none does yet, and where an
	// older riposte's did, which did not note which one it was.
	SealOf(ctx context.Context, id string) (*Checkpoint, error)
}

// Effects reads what cases have done and hold.
type Effects interface {
	Effect(ctx context.Context, key string) (*Effect, error) // nil where there is none; also one that no longer stands
	Effects(ctx context.Context) ([]*Effect, error)          // those that stand, by key
	// Generation changes whenever an effect does: a reader of them all need not read them again before that. Of what another
	// process wrote it may tell half a second later.
	Generation(ctx context.Context) (int64, error)
}

// FactBook answers what is asked before a change, and of a record before it is suspected.
type FactBook interface {
	// Own reports whether a change of riposte's had this request id.
	Own(ctx context.Context, requestID string) (bool, error)
	// Facts answers what a gate asks before a change, in one go: it stands between an attack and its answer.
	Facts(ctx context.Context, q Question) (Facts, error)
}

// Exceptions is what people let be.
type Exceptions interface {
	// Exceptions are those in force after a moment, the first to end first. Of what another process wrote it may be some seconds late.
	Exceptions(ctx context.Context, at time.Time) ([]Exception, error)
	// Grant writes an exception that comes from no case. One of the same playbook, root and end takes its place.
	Grant(ctx context.Context, x Exception) error
	// Revoke ends such an exception, by an order. It is false where there is none.
	Revoke(ctx context.Context, x Exception, o Order) (bool, error)
}

// Brakes hold all changes, or some.
type Brakes interface {
	Brakes(ctx context.Context) ([]Brake, error)
	Halt(ctx context.Context, b Brake) error
	// Release takes a brake off and makes held cases, and those being taken back, due now; where it dies between the two,
	// those wait for their own due times. It is false where there was no such brake.
	Release(ctx context.Context, now time.Time, scope, by string) (bool, error)
	// Note writes into the chain of the brakes what concerns every case: which configuration came into effect, and what it changed.
	Note(ctx context.Context, at time.Time, notes []string) error
}

// Sealing proves that the record is whole.
type Sealing interface {
	// Checkpoint seals the chains as they stand; where nothing happened since the last, it is that one. More than fit one
	// checkpoint are sealed by several, of which it is the last.
	Checkpoint(ctx context.Context, now time.Time) (Checkpoint, error)
	// Verify checks every chain against itself and against the checkpoints, those in the ledger and those given.
	Verify(ctx context.Context, kept ...Checkpoint) (Verification, error)
}

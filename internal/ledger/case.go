// Package ledger is the record: cases, effects, timers, brakes, committed before every effect on the world. It says what
// a store must do; sqlite does it on one machine, dynamodb for any number of replicas, ledgertest is the suite that every
// store passes.
package ledger

import (
	"slices"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// Schema of the stored case, the highest that is known. A case with a higher one is left to the newer riposte that wrote it; one
// that needs nothing of it keeps the first, so that an older riposte beside can carry it.
const Schema = 4

const (
	firstSchema   = 1
	answersSchema = 2 // Revision.Consents, Step.Told, Step.Mine, Case.Granted, Case.Reminded, a plan that asks the actor
	sweepSchema   = 3 // Case.Spared, Step.Under, Step.Regretted, Trouble.Unknown: of a sweep's case
	makerSchema   = 4 // Case.Maker, where it is known
)

// State of a case.
type State string

const (
	Suspected  State = "suspected"  // a playbook wants to look
	Dismissed  State = "dismissed"  // the check did not confirm, or a person said no
	Observed   State = "observed"   // confirmed; the mode is to watch only, or the playbook tells and changes nothing
	Asked      State = "asked"      // waits for a person
	Held       State = "held"       // a rule holds it
	Excepted   State = "excepted"   // the actor may do this
	Superseded State = "superseded" // another case took its place
	Acting     State = "acting"     // changes are being made
	Contained  State = "contained"  // all changes made, verification goes on
	Verified   State = "verified"   // and they held
	Failed     State = "failed"     // gave up: a person must look
	Undoing    State = "undoing"    // being taken back
	Undone     State = "undone"     // taken back
	Expired    State = "expired"    // no person answered in time
)

// States are all of them, in the order of a case's life.
func States() []State {
	return []State{
		Suspected, Dismissed, Observed, Asked, Held, Excepted, Superseded, Acting, Contained, Verified, Failed, Undoing, Undone, Expired,
	}
}

// Open reports whether a case still waits for something; a suspect on the same root joins an open case.
func (s State) Open() bool {
	return slices.Contains([]State{Suspected, Asked, Held, Acting, Contained, Undoing}, s)
}

// Case is the durable record of one finding from first sight to its end: one open case per playbook and root.
type Case struct {
	Schema       int               `json:"schema"`
	ID           string            `json:"id"` // c_ and a ULID in lower case
	Playbook     string            `json:"playbook"`
	Severity     playbook.Severity `json:"severity"`
	Title        string            `json:"title"`
	Root         event.Resource    `json:"root"`
	Origin       playbook.Origin   `json:"origin"`             // of the first suspect
	Incident     string            `json:"incident,omitempty"` // id of its first case; "" while no caller is known (see IncidentOf)
	Upstream     []playbook.Minter `json:"upstream,omitempty"` // that made the caller's credentials, the nearest first, where records showed it
	Recent       *Recent           `json:"recent,omitempty"`   // the caller's other calls, once they were looked up
	LookedUp     bool              `json:"looked_up,omitempty"`
	LookAgain    *Trouble          `json:"look_again,omitempty"`  // the event history did not answer
	Maker        *Maker            `json:"maker,omitempty"`       // who made the root, once the event history was asked
	MakerAgain   *Trouble          `json:"maker_again,omitempty"` // it did not answer
	State        State             `json:"state"`
	Reason       string            `json:"reason"` // of the strictest verdict that is pending: "mode: ..."
	Paged        string            `json:"paged,omitempty"`
	Suspects     []Suspect         `json:"suspects"`
	Revisions    []Revision        `json:"revisions"`
	Undo         *Order            `json:"undo,omitempty"`          // a person's order to take it back
	Quiet        *Exception        `json:"quiet,omitempty"`         // that came with it
	Granted      []Exception       `json:"granted,omitempty"`       // in force, or ended by themselves, that people gave without taking anything back
	Reminded     time.Time         `json:"reminded,omitzero"`       // when people last heard until when an exception lasts; zero: its end is not told
	SupersededBy string            `json:"superseded_by,omitempty"` // the case that took this one's place
	GivenUp      string            `json:"given_up,omitempty"`      // why riposte can't carry it on
	Spared       string            `json:"spared,omitempty"`        // why nothing more is done about what a sweep found: it is used again
	Proposed     *Proposal         `json:"proposed,omitempty"`      // what was proposed to the code that makes what the case is about
	Rounds       int               `json:"rounds"`                  // verification rounds passed since the last change
	Recheck      time.Time         `json:"recheck,omitzero"`        // a look between the rounds, because something was seen
	Failures     int               `json:"failures,omitempty"`      // turns in a row that ended in an error, beside those of single suspects and steps
	Report       Report            `json:"report"`
	Times        Times             `json:"times"`
	Error        string            `json:"error,omitempty"` // of the last attempt

	// Beside the payload: the store keeps these in columns of the same row.
	Version  int64     `json:"-"` // counts commits and claims; a commit on an older one is ErrStale
	Due      time.Time `json:"-"` // when to look again; zero: never, allowed only where not State.Open and no report is owed
	Attempts int       `json:"-"` // claims since the last commit that were not given back
}

// Suspect is a suspect that joined the case.
type Suspect struct {
	Key string `json:"key"` // event and resource: a duplicate never joins twice
	playbook.StoredSuspect
	Checked string   `json:"checked,omitempty"` // "", confirmed, dismissed
	Preempt bool     `json:"preempt,omitempty"` // what need not wait for the check was planned
	Trouble *Trouble `json:"trouble,omitempty"`
}

// Trouble is what fails, time after time, with one suspect or step. The rest of the case goes on meanwhile.
type Trouble struct {
	Times int       `json:"times"` // in a row
	Due   time.Time `json:"due"`   // when it is tried again
	Error string    `json:"error"`
	// Unknown: there is no evidence either way, which holds it. No failure: nobody is paged, and it is asked again a day later.
	Unknown bool `json:"unknown,omitempty"`
}

// Revision is one version of the plan: of one suspect, or of a suspect whose resource has changed since. Approval is of what was
// shown of one revision.
type Revision struct {
	Number      int           `json:"number"`  // from 1
	Suspect     string        `json:"suspect"` // key
	Plan        action.Sealed `json:"plan"`
	Found       []string      `json:"found,omitempty"` // what it was made for (playbook.Finder)
	FactsDigest string        `json:"facts_digest"`    // digest of the facts that Check saw: what differs has drifted
	Made        time.Time     `json:"made"`
	Superseded  int           `json:"superseded,omitempty"` // by the revision of this number
	Preempts    bool          `json:"preempts,omitempty"`   // made before the check, to be taken back where that dismisses
	Approved    *Order        `json:"approved,omitempty"`   // the last approval
	Answers     []Answer      `json:"answers,omitempty"`    // what approvals cover; without one the approval is of nothing
	Consents    []Consent     `json:"consents,omitempty"`   // where it takes more than one person: who has said yes so far
	Steps       []Step        `json:"steps"`
}

// StepState says how far a step is.
type StepState string

const (
	Pending       StepState = ""          // not begun
	Intent        StepState = "intent"    // committed; the change may or may not have been made
	Done          StepState = "done"      // made by riposte
	Already       StepState = "already"   // it was so before riposte came, or by another case
	Skipped       StepState = "skipped"   // nothing left to change: its target is gone
	StepFailed    StepState = "failed"    // no rung could be done
	StepReverting StepState = "reverting" // committed to be taken back; the change may or may not have been made
	StepUndone    StepState = "undone"    // taken back
	Stays         StepState = "stays"     // was to be taken back and is not; Note says why
	Dropped       StepState = "dropped"   // never begun and no longer wanted; Note says why
)

// Step is where one step of a revision stands.
type Step struct {
	State       StepState `json:"state"`
	Rung        int       `json:"rung"`
	Verdict     string    `json:"verdict,omitempty"` // observe, ask, act, hold, except, lapse
	Reason      string    `json:"reason,omitempty"`  // RULE: text
	Owned       []string  `json:"held,omitempty"`    // keys of the effects that the step owns, oldest first
	NewlyOwned  string    `json:"fresh,omitempty"`   // the effect that is owned since this intent: given up where it does not come about
	Requests    []string  `json:"requests,omitempty"`
	Tries       int       `json:"tries,omitempty"` // how often the whole ladder was refused
	Error       string    `json:"error,omitempty"` // why rungs below could not be done
	Note        string    `json:"note,omitempty"`
	NotBefore   time.Time `json:"not_before,omitzero"` // when a step that waits (action.Step.After) is due
	Made        time.Time `json:"made,omitzero"`
	MissedLooks int       `json:"missed_looks,omitempty"` // verification looks in a row that did not find it
	Undone      string    `json:"undone,omitempty"`       // a call that could have undone it was seen: "iam:DetachUserPolicy by ..."
	PassedBy    string    `json:"passed_by,omitempty"`    // a call that it should have stopped was seen to succeed
	Trusted     bool      `json:"trusted,omitempty"`      // the actor that undid it may
	Looked      bool      `json:"looked,omitempty"`       // in the round that the last turn could not end
	Trouble     *Trouble  `json:"trouble,omitempty"`
	Told        *Told     `json:"told,omitempty"`      // what people know of what it asks
	Posted      *Posting  `json:"posted,omitempty"`    // what letters were last to tell of what it asks
	Mine        *Order    `json:"mine,omitempty"`      // the person who was asked says that it was they
	Under       *Trouble  `json:"under,omitempty"`     // how far the change is that takes its time, and when it is looked at again
	Regretted   int       `json:"regretted,omitempty"` // how often it was asked whether the change does harm
	Aside       bool      `json:"aside,omitempty"`     // tags what another step changed: the case neither waits for it nor fails by it
}

// Times are the stages of a case, zero where not reached.
type Times struct {
	Occurred    time.Time `json:"occurred,omitzero"` // CloudTrail's, one second resolution
	Received    time.Time `json:"received,omitzero"`
	Decided     time.Time `json:"decided,omitzero"`
	FirstChange time.Time `json:"first_change,omitzero"` // sent
	Contained   time.Time `json:"contained,omitzero"`
	Verified    time.Time `json:"verified,omitzero"`
}

// Report is the outbox: what is wanted and not sent is owed, and outlives a crash.
type Report struct {
	Wanted   int       `json:"wanted"`
	Sent     int       `json:"sent"`
	Attempts int       `json:"attempts,omitempty"`
	Due      time.Time `json:"due,omitzero"`
	Error    string    `json:"error,omitempty"`
}

// Owed reports whether the outbox holds something.
func (r Report) Owed() bool { return r.Wanted > r.Sent }

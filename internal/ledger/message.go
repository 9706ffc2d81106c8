package ledger

import (
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/playbook"
)

// Message waits in a case's inbox until the engine takes it: other processes write there, never into the case itself.
// Exactly one of its parts is set.
type Message struct {
	Key      string                  `json:"key"`                // a second message of this key is dropped, for ever
	Coalesce bool                    `json:"coalesce,omitempty"` // no: only while one waits that was not handed out yet; see At
	Lead     *playbook.StoredSuspect `json:"lead,omitempty"`
	Seen     *Sighting               `json:"seen,omitempty"`
	Order    *Order                  `json:"order,omitempty"`
	Told     []Told                  `json:"told,omitempty"` // a channel has accepted a letter that told this; the key names the letter
	Due      time.Time               `json:"due,omitzero"`   // when the case has to look at it, where that is not at once
	Note     string                  `json:"note,omitempty"` // for the case's history: that a person could not be told
}

// Sighting is a call that matters to a contained case.
type Sighting struct {
	Effect string          `json:"effect"`           // key of the effect concerned
	Call   string          `json:"call"`             // iam:DetachUserPolicy
	Leak   bool            `json:"leak,omitempty"`   // the contained principal got through; else: a call that could undo the effect
	Named  bool            `json:"named,omitempty"`  // the call names the effect's target
	Shared string          `json:"shared,omitempty"` // the policy that the call changes, on which other effects stand as well: this case looks for all
	By     playbook.Origin `json:"by"`
}

// Verb of an order.
type Verb string

const (
	Approve Verb = "approve"
	Dismiss Verb = "dismiss"
	Undo    Verb = "undo"
	Except  Verb = "except"   // let what was found be, for a while
	Revoke  Verb = "revoke"   // end an exception of the case
	Mine    Verb = "mine"     // the person who was asked says that it was they
	NotMine Verb = "not-mine" // that it was not
)

// Order is what a person wants of a case.
type Order struct {
	Verb     Verb          `json:"verb"`
	By       string        `json:"by"`
	Proven   bool          `json:"proven"` // false at the command line: the name is the operating system user's
	At       time.Time     `json:"at"`
	Reason   string        `json:"reason,omitempty"`
	Revision int           `json:"revision,omitempty"` // approve: this revision only; 0: all that ask
	Shown    string        `json:"shown,omitempty"`    // approve: what the person saw (Case.Shown); "": the revision as it was made; dismiss, except: Case.Seen, or ""
	Except   time.Duration `json:"except,omitempty"`   // undo, except: how long the same finding stays quiet
	Found    []string      `json:"found,omitempty"`    // undo, except: the findings that stay quiet, as the person knew them
	Any      bool          `json:"any,omitempty"`      // except, given alone: whatever is found
	Ends     string        `json:"ends,omitempty"`     // revoke: the exception's id
	Via      Via           `json:"via,omitempty"`      // what brought it; "": the command line
	Subject  string        `json:"subject,omitempty"`  // whom the way that brought it knows: ISSUER|SUB, TEAM|USER; an address may be changed, or one human have two
	Strong   time.Time     `json:"strong,omitzero"`    // when they last signed in, by the order's clock; zero where the way does not say
}

// Via says what brought an order.
type Via string

const (
	InConsole Via = "console" // by a person who signed in there
	InSlack   Via = "slack"   // by a button of a message of ours, of a person whose address Slack vouches for
	// ByKey is the console, entered with its key: the order says whose process that is, not who holds the key.
	ByKey Via = "console-key"
)

// Giver is the person who gave the order, and whether that was proven, as the record says it.
func (o Order) Giver() string {
	switch {
	case o.Proven:
		return o.By
	case o.Via == ByKey:
		return o.By + " (unproven, by the console's key)"
	}
	return o.By + " (unproven)"
}

// Effect is one lasting change and the cases that want it: it is taken back with the last of them. What could not be taken
// back then is kept with its ways back, for the next case that holds it: looking again would find riposte's own work.
type Effect struct {
	Key     string          `json:"key"`             // kind, target, facet
	Action  action.Stored   `json:"action"`          // as it was wanted last
	Undos   []action.Stored `json:"undos"`           // oldest first; each was stored with its intent and is never computed again
	Parts   []string        `json:"parts,omitempty"` // whose state before riposte is known: in Undos, or as it was wanted
	Owners  []string        `json:"holders"`         // ids of the cases that want it; none: it does not stand
	Version int64           `json:"-"`
}

// Stands reports whether a case wants the effect.
func (e *Effect) Stands() bool { return len(e.Owners) > 0 }

// Kept reports whether the effect is still of use; the commit of one that is not deletes it.
func (e *Effect) Kept() bool { return e.Stands() || len(e.Undos) > 0 }

// Brake stops changes. Scope is "all", "account:ID", "ou:ID", "region:NAME", "playbook:ID" or "class:NAME"; of
// a playbook whose sweeps suddenly find more, "surge:ID".
type Brake struct {
	Scope  string    `json:"scope"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"`
}

// Reservation takes one place in a durable limit: at most Max incidents in a bucket since Since. An incident that is
// counted already takes no second place.
type Reservation struct {
	Bucket   string    `json:"bucket"` // playbook:ID, account:ID, organisation, destroy
	Incident string    `json:"incident"`
	At       time.Time `json:"at"`
	Since    time.Time `json:"since"`
	Max      int       `json:"max"` // 0: count only, never refuse
}

// Package playbook is the contract between the author of a playbook, in typed Go, and the engine, which sees data.
package playbook

import (
	"context"
	"time"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/names"
)

// Severity of a finding.
type Severity string

const (
	Low      Severity = "low"
	Medium   Severity = "medium"
	High     Severity = "high"
	Critical Severity = "critical"
)

// Severities from the mildest to the worst.
func Severities() []Severity { return []Severity{Low, Medium, High, Critical} }

// Suspect is what a playbook wants to look at. F holds its facts: small, typed, free of secrets. Suspect begins them from
// the event alone, Check completes them from the present state; they are stored, the event is not.
type Suspect[F any] struct {
	Resource event.Resource // the root of containment: the group, not its twenty instances; one open case each
	Title    string         // what was seen, in one line, with the reason that fired
	Facts    F
	Case     string // the case's id once it has one, "" in a preview; for names that are made in AWS
	// Severity is this suspect's, where it is worse than the playbook's: shared with the whole world, not with one account.
	Severity Severity
	// Kept is what a playbook that tells keeps in the record and tells to nobody.
	Kept bool
	// Tags are those of the resource, as Check saw them, where it read them anyway. What they say of its owner is kept (Organization.OwnerTags).
	Tags map[string]string
}

// In is all that a check may use besides the suspect.
type In struct {
	AWS    access.Reads
	Now    time.Time
	Origin Origin // the event that brought the suspect
	More   bool   // further findings of the suspect's root were dropped unread (StoredSuspect.More)
	// Beside are the other suspects of its case that the playbook has; nil where there is no case.
	Beside       []StoredSuspect
	Organization Organization
	History      History
	Estates      *Estates     // what checks have read of accounts; nil: each reads for itself. Ask by Estate
	Whereabouts  *Whereabouts // where checks found what a record places elsewhere; nil: each looks for itself
	// Of a suspect that a sweep brought; nil, else and where the process has none of it: ErrNoEvidence, ErrNoPrice.
	Streak  *Streak
	Metrics Metrics
	Past    Past
	Prices  Prices
	Names   Names // nil where nothing lists them: ErrNoEvidence
}

// Prevention is what would have made the finding impossible: remediation is the second best.
type Prevention struct {
	Kind     PreventionKind
	How      string // one or two sentences
	Document string // the policy's JSON, "" where there is none
}

// PreventionKind is where a prevention is put.
type PreventionKind string

const (
	ServiceControlPolicy PreventionKind = "SCP"
	DeclarativePolicy    PreventionKind = "declarative policy"
	AllowedAMIs          PreventionKind = "Allowed AMIs" // EC2's own setting
	AccountSetting       PreventionKind = "setting"
)

// PreventionKinds lists them.
func PreventionKinds() []PreventionKind {
	return []PreventionKind{ServiceControlPolicy, DeclarativePolicy, AllowedAMIs, AccountSetting}
}

// Spec is one playbook. P are its parameters, with YAML names and a help tag on each field; F are its facts.
type Spec[P, F any] struct {
	ID       string // theme.name, stable
	Title    string // what it finds, in a few words
	Why      string // why it matters, and what to know before switching it on
	Severity Severity
	Concern  Concern // "": security
	On       []Trigger
	Lists    []Listing[P, F] // what a daily sweep lists for it, beside On: one of the two must be there
	// Ripe says when a streak becomes a case: long enough, seen often enough. Pure. Needed by what lists without a trigger; nil: at once.
	Ripe func(Streak, F, time.Time, P) bool
	// Saves is what the end of a suspect's resource is worth; ErrNoPrice where that is not known. nil: it is not about money.
	Saves   func(context.Context, Prices, Suspect[F]) (Saving, error)
	Watches func(P) []Trigger     // triggers that parameters name, beside On: the keys of decoys. May be nil
	Reads   []call.ID             // every call that Check may make
	Changes func(P) []action.Kind // what a plan by these parameters may hold; for no other kinds are rights asked
	// Tells: it answers nothing, in no mode. What it confirms is told, and its case ends as observed; it has no Changes, no Plan, and need
	// read nothing. What Spared explains, and trusted automation does, is not even kept.
	Tells    bool
	AtOnce   bool // what code makes is mended by API as well, unless the file says otherwise: what waits for a pipeline is lost meanwhile
	Prevents []Prevention
	Stories  string // its fixture, as package fixture reads it: records that fire it, others, and the plans
	Defaults P
	// Window is how long after the event the playbook decides, so that it sees what else happens meanwhile: Check is not asked before
	// its end. nil, or zero: at once.
	Window func(P) time.Duration
	// Observes is what a record shows that a later check must know; pure. May be nil.
	Observes func(event.Event, P) []Observation
	// Learns is what a record shows of names of DNS, for the index of them; pure. May be nil.
	Learns func(event.Event) []names.Change
	// Names are the sorts of names of DNS that it looks for, for its page.
	Names []names.Service
	// Suspect is pure. It is asked about the events that a trigger fires on.
	Suspect func(event.Event, P) []Suspect[F]
	// Counts is how many resources a suspect is of, for In.Count; none: it is not counted. Each that counts is a row more in the
	// ledger. Pure; nil: nothing is counted.
	Counts func(Suspect[F]) int
	// Check reads the present state and returns what it confirms, completed: nothing means dismissed. What can't be read
	// is an error, never a guess.
	Check func(context.Context, In, Suspect[F], P) ([]Suspect[F], error)
	// Join is what two findings of one root say together, the first before the second, of a playbook that tells: its case has one
	// finding, however many there were. Pure, and bounded: a person may call a hundred thousand times.
	Join func(Suspect[F], Suspect[F]) Suspect[F]
	// Plan is pure: it is asked about confirmed suspects, and by a replay about unchecked ones.
	Plan func(Suspect[F], P) action.Plan
	// Preempt is what can be taken back and is clear from the record and from what was observed before. It is done where
	// Check takes long, as when an attacker has the service throttled, and taken back where Check then dismisses. Nothing that
	// it does may read what Check waits for. May be nil.
	Preempt func(context.Context, Recall, Suspect[F], P) (action.Plan, error)
	// Behind is what stops those that opened the caller's session, where they became known only after the answer: each step asks. May be nil.
	Behind func(context.Context, Organization, Suspect[F], P, []Minter) []action.Step
}

// StoredSuspect is a suspect at rest, with what is known of its origin.
type StoredSuspect struct {
	Playbook string         `json:"playbook"`
	Severity Severity       `json:"severity"`
	Resource event.Resource `json:"resource"`
	Title    string         `json:"title"`
	Facts    []byte         `json:"facts"` // JSON; as bytes, so that no encoder touches it again
	Origin   Origin         `json:"origin"`
	Related  []Related      `json:"related,omitempty"`  // for people; nothing is decided by it
	Found    []string       `json:"found,omitempty"`    // what the finding is of, beside the root (Finder)
	DecideAt time.Time      `json:"decide_at,omitzero"` // the end of the window that Check waits for; zero: none
	Kept     bool           `json:"kept,omitempty"`     // it is told to nobody (Suspect.Kept)
	More     bool           `json:"more,omitempty"`     // of a playbook that tells: what else is found of its root within its window is dropped unread, since it is so much
	// Tags say whose the resource is, by any caller that may tag it; what they say is for people, and decides which of
	// them may answer what is not urgent.
	Tags map[string]string `json:"tags,omitempty"`
	// Of a suspect that comes from an event, for the ledger's Admit alone: the names of the actor and of those that it acts for,
	// and as how many resources it counts.
	Actors []string `json:"-"`
	Weight int      `json:"-"`
}

// Origin is what the engine keeps of the event that brought a lead.
type Origin struct {
	EventID   string      `json:"event_id"`
	RequestID string      `json:"request_id,omitempty"`
	Name      string      `json:"name"`
	Source    string      `json:"source"`
	Occurred  time.Time   `json:"occurred"`
	Received  time.Time   `json:"received"`
	Place     event.Place `json:"place"`
	SourceIP  string      `json:"source_ip,omitempty"`
	UserAgent string      `json:"user_agent,omitempty"` // as the caller wrote it, its beginning: for people, nothing is decided by it
	Actor     event.Actor `json:"actor"`
	// Sweep names the duty that listed it (DAY/ACCOUNT), "" for what an event brought: then there is no call, no actor, no request id.
	Sweep string `json:"sweep,omitempty"`
}

// Proposal is a confirmed lead with its plan.
type Proposal struct {
	Suspect StoredSuspect
	Plan    action.Plan
	Tags    map[string]string // of the resource, as Check read them, if it did; they are not stored
}

// Playbook is a Definition bound to its parameters: what the engine works with.
type Playbook struct {
	Definition
	// Unwise is what the parameters allow and a person should have decided, where the playbook acts by them.
	Unwise []Wrong
	// Suspects are the suspects of one event, at rest.
	Suspects func(event.Event) ([]StoredSuspect, error)
	// Sweeps are its listings.
	Sweeps []Sweep
	// Ripe says whether a streak of a stored suspect is a case.
	Ripe func(Streak, StoredSuspect, time.Time) (bool, error)
	// Saves is what its end is worth; nil for a playbook that is not about money.
	Saves func(context.Context, Prices, StoredSuspect) (Saving, error)
	// Observes is what one event shows, to be kept; nil for a playbook that keeps nothing.
	Observes func(event.Event) []Observation
	// Learns is what one event shows of names; nil for a playbook that learns nothing.
	Learns func(event.Event) []names.Change
	// Check confirms or dismisses; caseID goes into the names of what the plan makes.
	Check func(ctx context.Context, in In, caseID string, l StoredSuspect) ([]Proposal, error)
	// Preempt is the plan that need not wait for Check, often an empty one; nil where the playbook has none.
	Preempt func(ctx context.Context, recall Recall, caseID string, l StoredSuspect) (action.Plan, error)
	// Behind are the steps against those that opened the caller's session; nil where the playbook has none.
	Behind func(ctx context.Context, o Organization, caseID string, l StoredSuspect, openers []Minter) ([]action.Step, error)
	// Spares says by what of the organisation alone the suspect is dismissed, "" where by nothing (Sparer).
	Spares func(context.Context, StoredSuspect, Organization) (said, why string, err error)
	// Join is what two findings of one root say together; nil for a playbook that does more than tell.
	Join func(one, two StoredSuspect) (StoredSuspect, error)
	// Preview is the plan on unchecked facts.
	Preview func(StoredSuspect) (action.Plan, error)
}

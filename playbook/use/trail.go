package use

import (
	"strings"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam/rewrite"
)

// Trail is what recorded calls tell of use, by the unique id of the principal. It holds names of actions and days, and nothing of what was
// in a call. It is stored as JSON.
type Trail struct {
	Principals map[string]*Deeds          `json:"principals"`
	Days       map[string]map[string]bool `json:"days"`     // by account, those of which there are records
	Recorded   map[string]bool            `json:"recorded"` // actions that the trail records as management events, by any caller
	// Whole says that the records are all there are, of every region: a person's word, no record tells. Without it nothing is unused.
	Whole bool `json:"whole,omitempty"`

	named map[string][]string // actions by source and name of calls, as they were looked up
}

// Deeds are what one principal did.
type Deeds struct {
	Name     string            `json:"name"` // ARN of the user or role
	Actions  map[string]Deed   `json:"actions"`
	Unmapped map[string]string `json:"unmapped,omitempty"` // a call of each service that no action is known for; of "" one whose service is not known
	Denied   map[string]int    `json:"denied,omitempty"`   // attempts by action: no use
}

// Deed is the last use of an action.
type Deed struct {
	Last     time.Time `json:"last"`
	Inferred bool      `json:"inferred,omitempty"` // a call's parameters show it, not the call
}

// NewTrail is one without records.
func NewTrail() *Trail {
	return &Trail{Principals: map[string]*Deeds{}, Days: map[string]map[string]bool{}, Recorded: map[string]bool{}}
}

// Fold adds a record. What AWS's services do for themselves is no principal's use; what they call on a principal's behalf is.
func (t *Trail) Fold(e event.Event, management bool) {
	if e.Kind != event.Call {
		return
	}
	day := e.Time.UTC().Format(time.DateOnly)
	if t.Days[e.Account] == nil {
		t.Days[e.Account] = map[string]bool{}
	}
	t.Days[e.Account][day] = true
	actions := t.actions(e.Source, e.Name)
	if management {
		for _, a := range actions {
			t.Recorded[lower(a)] = true
		}
	}
	id, name := Principal(e.Actor)
	if id == "" {
		return
	}
	d := t.Principals[id]
	if d == nil {
		d = &Deeds{Name: name}
		t.Principals[id] = d
	}
	d.ready()
	d.fold(e, actions)
}

// actions remembers what Actions says: a trail has few names and many calls.
func (t *Trail) actions(source, name string) []string {
	key := source + " " + name
	out, ok := t.named[key]
	if !ok {
		if t.named == nil {
			t.named = map[string][]string{}
		}
		out = Actions(source, name)
		t.named[key] = out
	}
	return out
}

// Principal is the user or role behind a caller, by its unique id and its ARN; "" of root, of services, and of who can't be told.
func Principal(a event.Actor) (id, arn string) {
	id, arn = a.IssuerID, a.Issuer
	if a.Kind == event.UserActor {
		id, arn = a.PrincipalID, a.ARN
	}
	if a.ByAWS() || !strings.HasPrefix(id, "AIDA") && !strings.HasPrefix(id, "AROA") {
		return "", ""
	}
	return id, arn
}

func (d *Deeds) fold(e event.Event, actions []string) {
	if Denied(e.Error.Code) {
		for _, a := range actions {
			d.Denied[lower(a)]++
		}
		return
	}
	if len(actions) == 0 {
		d.Unmapped[serviceBySource(e.Source)] = e.Source + " " + e.Name
	}
	for _, a := range actions {
		d.did(a, e.Time, false)
	}
	if hands(e) {
		d.did(passRole, e.Time, true)
	}
}

// ready makes the maps that a stored trail leaves out where they are empty.
func (d *Deeds) ready() {
	if d.Actions == nil {
		d.Actions = map[string]Deed{}
	}
	if d.Unmapped == nil {
		d.Unmapped = map[string]string{}
	}
	if d.Denied == nil {
		d.Denied = map[string]int{}
	}
}

func (d *Deeds) did(action string, at time.Time, inferred bool) {
	if had, ok := d.Actions[lower(action)]; !ok || at.After(had.Last) {
		d.Actions[lower(action)] = Deed{Last: at, Inferred: inferred}
	}
}

func (d *Deeds) last(action string) (Deed, bool) {
	if d == nil {
		return Deed{}, false
	}
	found, ok := d.Actions[lower(action)]
	return found, ok
}

// tried reports whether there were attempts that were denied.
func (d *Deeds) tried(action string) bool { return d != nil && d.Denied[lower(action)] > 0 }

// doubt says why an action may have been used without a record that names it.
func (d *Deeds) doubt(action string) string {
	for _, service := range []string{serviceOf(action), ""} {
		if called, ok := d.Unmapped[service]; ok {
			return "no action is known for a call that was made: " + called
		}
	}
	return ""
}

// unused says so only of what the trail records, where each day of a whole window has records and a person said that these are all.
func (t *Trail) unused(account, action string, now time.Time) Verdict {
	switch {
	case t == nil || !t.Whole:
		return unknown("no one says that the records are all there are")
	case !t.Recorded[lower(action)]:
		return unknown("the records show nobody's " + action + ": it may not be recorded")
	}
	from := now.Add(-Window)
	for day := from; day.Before(now.Add(-24 * time.Hour)); day = day.Add(24 * time.Hour) {
		if name := day.UTC().Format(time.DateOnly); !t.Days[account][name] {
			return unknown("there are no records of " + name)
		}
	}
	return Verdict{Use: rewrite.Unused, At: from, Source: ByTrail}
}

// Merge adds what another has seen. Together they are whole only where both are.
func (t *Trail) Merge(o *Trail) {
	t.Whole = t.Whole && o.Whole
	for account, days := range o.Days {
		if t.Days[account] == nil {
			t.Days[account] = map[string]bool{}
		}
		for day := range days {
			t.Days[account][day] = true
		}
	}
	for a := range o.Recorded {
		t.Recorded[a] = true
	}
	for id, from := range o.Principals {
		if from == nil {
			continue // a file may say null
		}
		d := t.Principals[id]
		if d == nil {
			t.Principals[id] = from
			continue
		}
		d.ready()
		for a, deed := range from.Actions {
			d.did(a, deed.Last, deed.Inferred)
		}
		for service, called := range from.Unmapped {
			d.Unmapped[service] = called
		}
		for a, n := range from.Denied {
			d.Denied[a] += n
		}
	}
}

func lower(action string) string { return strings.ToLower(action) }

// Denied reports whether a call failed because its caller may not make it. Any other failure came after the right was found.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and the services' common errors
func Denied(code string) bool {
	code = strings.TrimPrefix(code, "Client.")
	for _, c := range []string{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Unauthorized", "UnauthorizedException", "UnauthorizedAccess",
		"AuthorizationError", "AuthorizationErrorException", "NotAuthorized", "NotAuthorizedException", "Forbidden", "ForbiddenException"} {
		if code == c {
			return true
		}
	}
	return false
}

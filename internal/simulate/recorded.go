package simulate

import (
	"strconv"
	"strings"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/iam/rewrite"
	"github.com/ripostehq/riposte/playbook/use"
)

// Outcome is what a change does to a call that was made.
type Outcome string

const (
	Kept     Outcome = "kept"
	CutOff   Outcome = "cut off"
	Doubtful Outcome = "may be cut off"
)

// Lost is a call that a change cuts off, or may.
type Lost struct {
	Outcome  Outcome   `json:"outcome"`
	At       time.Time `json:"at"`
	Action   string    `json:"action"`
	Resource string    `json:"resource"` // "" where the record names none
	Event    string    `json:"event"`
	Why      string    `json:"why"`
}

// Tally is what a change does to recorded calls.
type Tally struct {
	Calls    int `json:"calls"`    // of the principal that were not denied
	Denied   int `json:"denied"`   // that were
	Unmapped int `json:"unmapped"` // of which it is not known which action they need
	Kept     int `json:"kept"`
	CutOff   int `json:"cut_off"`
	Doubtful int `json:"doubtful"`
}

// Replay decides recorded calls of a principal by its policies before and after a change.
type Replay struct {
	before, after Set
	same          func(action string) bool
	Tally         Tally
	Lost          func(Lost)
}

// NewReplay compares two sets of one principal. Of a document that can't be read nothing is the same as before.
func NewReplay(before, after Set, lost func(Lost)) *Replay {
	same, err := rewrite.Compare(before.texts(), after.texts())
	if err != nil {
		same = func(string) bool { return false }
	}
	return &Replay{before: before, after: after, same: same, Lost: lost}
}

// Record takes a record; those of others are passed over.
func (r *Replay) Record(e event.Event) {
	if _, arn := use.Principal(e.Actor); arn != r.before.ARN || e.Kind != event.Call {
		return
	}
	if use.Denied(e.Error.Code) {
		r.Tally.Denied++
		return
	}
	actions := use.Actions(e.Source, e.Name)
	if len(actions) == 0 {
		r.Tally.Unmapped++
		return
	}
	r.Tally.Calls++
	worst := Lost{Outcome: Kept}
	for _, a := range actions {
		for _, resource := range resources(e, a) {
			if l := r.judge(e, a, resource); worse(l.Outcome, worst.Outcome) {
				worst = l
			}
		}
	}
	switch worst.Outcome {
	case CutOff:
		r.Tally.CutOff++
	case Doubtful:
		r.Tally.Doubtful++
	default:
		r.Tally.Kept++
		return
	}
	r.Lost(worst)
}

func worse(a, b Outcome) bool { return a == CutOff && b != CutOff || a == Doubtful && b == Kept }

// resources are those that a record names in its list of resources; "" where it names none, and what the call was on is not known.
func resources(e event.Event, action string) (out []string) {
	service, _, _ := strings.Cut(action, ":")
	for _, r := range e.Resources {
		if arn := r.ARN(); strings.HasPrefix(arn, "arn:") && strings.Split(arn, ":")[2] == service {
			out = append(out, arn)
		}
	}
	if len(out) == 0 {
		return []string{""}
	}
	return out
}

// judge decides one action on one resource. What the same statements allow and deny before and after is kept, whatever it hangs on.
func (r *Replay) judge(e event.Event, action, resource string) Lost {
	l := Lost{Outcome: Kept, At: e.Time, Action: action, Resource: resource, Event: e.ID}
	if r.same(action) {
		return l
	}
	before, _ := r.before.may(e, action, resource)
	after, hangs := r.after.may(e, action, resource)
	switch {
	case before == iam.No: // something else allowed it: the resource's own policy
	case after == iam.No:
		l.Outcome, l.Why = CutOff, "nothing allows it any more"
	case after == iam.Maybe:
		l.Outcome, l.Why = Doubtful, "it hangs on "+strings.Join(hangs, ", ")
	}
	return l
}

// may says whether the identity policies allow a call that was made; what the record does not tell makes it possible.
func (s Set) may(e event.Event, action, resource string) (out iam.Answer, hangs []string) {
	x := s.context.With(keys(e))
	known := s.tells(x)
	denied := iam.No
	for i := range s.policies {
		allow, deny := s.policies[i].Clauses(action)
		for _, c := range allow {
			a, h := holds(c, resource, x, known)
			out, hangs = max(out, a), append(hangs, h...)
		}
		for _, c := range deny {
			a, h := holds(c, resource, x, known)
			denied, hangs = max(denied, a), append(hangs, h...)
		}
	}
	return min(out, iam.Yes-denied), distinct(hangs)
}

func holds(c iam.Clause, resource string, x iam.Context, known func(string) bool) (iam.Answer, []string) {
	about, hangs := iam.Yes, []string(nil)
	switch {
	case resource != "":
		about = c.Resource(resource, x, known)
	case !c.Everything():
		about, hangs = iam.Maybe, []string{"which resource it was on"}
	}
	if about == iam.No {
		return iam.No, nil
	}
	a, more := c.Conditions(x, known)
	return min(about, a), append(hangs, more...)
}

// keys are the condition keys that a record tells.
func keys(e event.Event) map[string]string {
	out := map[string]string{
		"aws:RequestedRegion": e.Region, "aws:CurrentTime": e.Time.UTC().Format(time.RFC3339), "aws:EpochTime": strconv.FormatInt(e.Time.Unix(), 10),
		"aws:ViaAWSService": strconv.FormatBool(e.Actor.InvokedBy != ""), "aws:PrincipalIsAWSService": "false",
	}
	if e.UserAgent != "" {
		out["aws:UserAgent"] = e.UserAgent
	}
	switch {
	case e.Actor.InvokedBy != "":
	case e.Endpoint != "":
		out["aws:SourceVpce"] = e.Endpoint
	case strings.ContainsAny(e.SourceIP, ".:") && !strings.HasSuffix(e.SourceIP, ".amazonaws.com"):
		out["aws:SourceIp"] = e.SourceIP
	}
	switch e.Actor.MFA {
	case event.MFAYes:
		out["aws:MultiFactorAuthPresent"] = "true"
	case event.MFANo:
		if e.Actor.Kind == event.RoleActor {
			out["aws:MultiFactorAuthPresent"] = "false"
		}
	}
	return out
}

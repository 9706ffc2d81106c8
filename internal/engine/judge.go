package engine

import (
	"context"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// window is the span in which incidents are counted against the limits.
const window = time.Hour

// gatekeeper asks the gate about steps, with the facts that the ledger has.
type gatekeeper struct {
	policy   gate.Policy
	namesake func(context.Context, event.Actor) bool
	store    ledger.FactBook
	sweeps   *sweeps
	code     Code
	surges   *surges
}

// judge asks the gate about one step at its present rung, on facts read now, and writes the verdict down.
func (gk *gatekeeper) judge(ctx context.Context, t *attempt, r ref) (gate.Verdict, error) {
	facts, read, err := gk.facts(ctx, t, r)
	if err != nil {
		return gate.Verdict{}, err
	}
	v := gate.Judge(gk.policy, facts)
	if v.Do == gate.Act && !read { // what was read for another step is good enough to wait by, not to act by
		clear(t.known)
		clear(t.code)
		if facts, _, err = gk.facts(ctx, t, r); err != nil {
			return gate.Verdict{}, err
		}
		v = gate.Judge(gk.policy, facts)
	}
	t.unjudged = t.unjudged || facts.Sweep != "" && !facts.Judged && v.Rule == "surge"
	t.Meter.Judged(t.c.Playbook, v)
	if r.step.Verdict != string(v.Do) || r.step.Reason != v.Reason() {
		t.note("%s: %s, %s", r, v.Do, v.Reason())
	}
	r.step.Verdict, r.step.Reason = string(v.Do), v.Reason()
	if v.Do == gate.Lapse && r.step.State == ledger.Pending {
		t.lapse(r)
	}
	if v.Page != "" && t.c.Paged == "" {
		t.page(v.Page)
	}
	if t.c.Times.Decided.IsZero() {
		t.c.Times.Decided = t.Now()
	}
	return v, nil
}

// facts are what the gate must know. What can't be read is an error: nothing is changed on a guess. They were read now, or
// for another step since the last commit and change: steps that wait need no question each.
func (gk *gatekeeper) facts(ctx context.Context, t *attempt, r ref) (f gate.Facts, read bool, err error) {
	rung, suspect := r.rung(), t.suspect(r.revision.Suspect)
	f = gate.Facts{
		Now: t.Now(), Playbook: t.c.Playbook, Class: rung.Do.About().Kind.Class, Target: rung.Do.About().Target, Actor: suspect.Origin.Actor,
		Region: suspect.Origin.AnsweredIn(rung.Do.About().Target), Ask: rung.Ask, Approved: r.approved() || r.step.Aside, Occurred: suspect.Origin.Occurred, Received: suspect.Origin.Received,
		Noticed: suspect.Origin.Noticed(), Sweep: suspect.Origin.Sweep, Asking: r.asking(), Told: r.step.Told,
	}
	if r.step.Mine != nil {
		f.Mine = r.step.Mine.Giver()
	}
	if gk.namesake != nil && gk.policy.Own(f.Actor) {
		limited, cancel := context.WithTimeout(ctx, t.Timing.Call)
		defer cancel()
		f.Namesake = gk.namesake(limited, f.Actor)
	}
	q := ledger.Question{At: f.Now, Playbook: t.c.Playbook, Root: t.c.Root.String(), Account: t.c.Root.Account, Actor: f.Actor.UniqueID(), RequestID: suspect.Origin.RequestID}
	if f.Sweep != "" {
		c, err := gk.covered(ctx, t, suspect)
		if err != nil {
			return f, false, err
		}
		f.Listed = c.here.Last
		if f.Judged, err = gk.surges.judged(ctx, f.Sweep, f.Now); err != nil { // before the brakes are read: it may put one
			return f, false, err
		}
	}
	places := gk.reservations(t, r)
	known, incidents, read, err := gk.known(ctx, t, q, places)
	if err != nil {
		return f, false, err
	}
	asked := gk.owned(ctx, t, &f)
	read, f.Undone = read && asked, r.step.State == ledger.Pending && !r.step.Made.IsZero()
	f.Found, f.About = r.revision.Found, gk.policy.About(t.c)
	f.Brakes, f.OwnRequest, f.Exceptions = known.Brakes, known.Own, known.Exceptions
	for i, place := range places {
		f.Limits = append(f.Limits, gk.count(place, incidents[i], f.Sweep != ""))
	}
	return f, read, nil
}

// owned says which code makes what a step mends or destroys, and reports whether that was asked now: it may have been for another step.
func (gk *gatekeeper) owned(ctx context.Context, t *attempt, f *gate.Facts) (asked bool) {
	if gk.code == nil || !gk.policy.MindsCode(*f) {
		return true
	}
	answer, known := t.code[f.Target]
	if !known {
		limited, cancel := context.WithTimeout(ctx, t.Timing.Call)
		defer cancel()
		answer = gk.code.Owners(limited, f.Target)
		t.code[f.Target] = answer
	}
	f.Code = answer
	return !known
}

// reservations are the places that a step takes in the limits. Containment is counted and never refused. An approved step
// is not refused either: a person has decided.
func (gk *gatekeeper) reservations(t *attempt, r ref) []ledger.Reservation {
	if t.swept(r) {
		return gk.tidying(t, r)
	}
	buckets := []string{"playbook:" + t.c.Playbook, "account:" + t.c.Root.Account, "organisation"}
	class := r.rung().Do.About().Kind.Class
	if class == action.Mark {
		return nil // no incident: a limit is for what changes how things work
	}
	if class == action.Destroy {
		buckets = append(buckets, "destroy")
	}
	refuse := class != action.Contain && !r.approved()
	incident := t.c.Root.String() // what AWS does for all callers alike, as when a group launches, counts by the root
	from := t.suspect(r.revision.Suspect).Origin
	switch who := from.Actor.Credential(); {
	case from.Noticed(): // one call can launch a thousand instances, each with a notice of its own
		incident = "notices of " + t.c.Root.Account
	case who != "" && !from.Actor.ByAWS():
		incident = who // whatever one credential does counts as one
		if t.c.Incident != "" && who == t.c.Origin.Actor.Credential() {
			incident = t.c.Incident // with those that it acts for, and that act for it
		}
	}
	var out []ledger.Reservation
	for _, b := range buckets {
		res := ledger.Reservation{Bucket: b, Incident: incident, At: t.Now(), Since: t.Now().Add(-window)}
		if refuse {
			res.Max = gk.limit(b)
		}
		out = append(out, res)
	}
	if target := r.rung().Do.About().Target; target.Type == event.RecordSet && class == action.Mend {
		out = append(out, records(t.c, target, t.Now(), refuse))
	}
	return out
}

// mostRecords is how many records of DNS of one account are changed in a day, whatever one call deleted that they point to: what is wrong about so many is
// looked at by people.
const (
	mostRecords   = 100
	recordsBucket = "records:"
)

// records is the place that a change of a record takes among those of its account and day. The account is that of the zone: who can fill it can write there.
func records(c *ledger.Case, target event.Resource, now time.Time, refuse bool) ledger.Reservation {
	r := ledger.Reservation{Bucket: recordsBucket + target.Account, Incident: c.Root.String(), At: now, Since: now.Add(-day)}
	if refuse {
		r.Max = mostRecords
	}
	return r
}

func (gk *gatekeeper) limit(bucket string) int {
	if bucket == "destroy" {
		return gk.policy.Limits.Destroy
	}
	return gk.policy.Limits.Incidents
}

// braked: a brake stops every change, this one too.
func (gk *gatekeeper) braked(ctx context.Context, t *attempt) (bool, error) {
	for r := range t.live() {
		facts, _, err := gk.facts(ctx, t, r)
		if err != nil {
			return false, err
		}
		if v := gate.Judge(gk.policy, facts); v.Rule == "brake" {
			t.c.Reason = v.Reason()
			t.c.Recheck = t.Now().Add(t.Timing.Held)
			return true, nil
		}
	}
	return false, nil
}

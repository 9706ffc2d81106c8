package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// window is the span in which incidents are counted against the limits.
const window = time.Hour

// judge asks the gate about one step at its present rung, on facts read now, and writes the verdict down.
func (t *attempt) judge(ctx context.Context, r ref) (gate.Verdict, error) {
	facts, read, err := t.facts(ctx, r)
	if err != nil {
		return gate.Verdict{}, err
	}
	v := gate.Judge(t.Policy, facts)
	if v.Do == gate.Act && !read { // what was read for another step is good enough to wait by, not to act by
		clear(t.known)
		if facts, _, err = t.facts(ctx, r); err != nil {
			return gate.Verdict{}, err
		}
		v = gate.Judge(t.Policy, facts)
	}
	t.Meter.Judged(t.c.Playbook, v)
	if r.step.Verdict != string(v.Do) || r.step.Reason != v.Reason() {
		t.note("%s: %s, %s", r, v.Do, v.Reason())
	}
	r.step.Verdict, r.step.Reason = string(v.Do), v.Reason()
	t.pageOnce(v.Page)
	if t.c.Times.Decided.IsZero() {
		t.c.Times.Decided = t.Now()
	}
	return v, nil
}

// facts are what the gate must know. What can't be read is an error: nothing is changed on a guess. They were read now, or
// for another step since the last commit and change: steps that wait need no question each.
func (t *attempt) facts(ctx context.Context, r ref) (f gate.Facts, read bool, err error) {
	rung, lead := r.rung(), t.lead(r.revision)
	f = gate.Facts{
		Now: t.Now(), Playbook: t.c.Playbook, Class: rung.Do.Kind().Class, Target: rung.Do.Target(), Actor: lead.Origin.Actor,
		Region: regionOf(rung.Do.Target(), lead.Origin), Ask: rung.Ask, Approved: r.approved(), Occurred: lead.Origin.Occurred, Received: lead.Origin.Received,
	}
	if t.Namesake != nil && t.Policy.Own(f.Actor) {
		limited, cancel := context.WithTimeout(ctx, t.Timing.Call)
		defer cancel()
		f.Namesake = t.Namesake(limited, f.Actor)
	}
	q := ledger.Question{At: f.Now, Playbook: t.c.Playbook, Root: t.c.Root.String(), RequestID: lead.Origin.RequestID}
	for _, place := range t.reservations(r) {
		q.Buckets, q.Incident, q.Since = append(q.Buckets, place.Bucket), place.Incident, place.Since
	}
	as := fmt.Sprint(q.RequestID, q.Incident, q.Buckets)
	known, asked := t.known[as]
	if !asked {
		if known, err = t.Store.Facts(ctx, q); err != nil {
			return f, false, fmt.Errorf("read what decides: %w", err)
		}
		t.known[as] = known
	}
	f.Found = r.revision.Found
	f.Brakes, f.OwnRequest, f.Exceptions = known.Brakes, known.Own, known.Exceptions
	for i, bucket := range q.Buckets {
		f.Limits = append(f.Limits, gate.Count{Bucket: bucket, Incidents: known.Incidents[i], Max: t.limit(bucket)})
	}
	return f, !asked, nil
}

// reservations are the places that a step takes in the limits. Containment is counted and never refused. An approved step
// is not refused either: a person has decided.
func (t *attempt) reservations(r ref) []ledger.Reservation {
	buckets := []string{"playbook:" + t.c.Playbook, "account:" + t.c.Root.Account, "organisation"}
	class := r.rung().Do.Kind().Class
	if class == action.Destroy {
		buckets = append(buckets, "destroy")
	}
	refuse := class != action.Contain && !r.approved()
	var out []ledger.Reservation
	for _, b := range buckets {
		res := ledger.Reservation{Bucket: b, Incident: t.incident(r), At: t.Now(), Since: t.Now().Add(-window)}
		if refuse {
			res.Max = t.limit(b)
		}
		out = append(out, res)
	}
	return out
}

func (t *attempt) limit(bucket string) int {
	if bucket == "destroy" {
		return t.Policy.Limits.Destroy
	}
	return t.Policy.Limits.Incidents
}

// incident is what counts as one against the limits: whatever one credential does. What AWS does for everybody, as when a
// group launches, counts by the root instead.
func (t *attempt) incident(r ref) string {
	a := t.lead(r.revision).Origin.Actor
	if who := a.Credential(); who != "" && !a.ByAWS() {
		return who
	}
	return t.c.Root.String()
}

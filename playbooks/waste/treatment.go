// Package waste holds the playbooks about resources that are unused and cost money, and about ending them so that they can be had back.
package waste

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

const day = 24 * time.Hour

// treatment is what all of them do: tell, wait, and end what is still unused then.
type treatment struct{ report, remove, told, sightings int }

// params are the parameters that each has of it.
func (t treatment) validate() error {
	for _, x := range []struct {
		path  string
		value int
		least int
		why   string
	}{
		{"report_days", t.report, 14, "what is used once a fortnight is not unused"},
		{"delete_days", t.remove, t.report, "nothing is deleted before it was told"},
		{"told_days", t.told, 7, "an owner has to be able to say no, after a week's leave too"},
		{"sightings", t.sightings, 2, "what was seen once may have been so for a moment"},
	} {
		if x.value < x.least {
			return playbook.Wrong{Path: []any{x.path}, Text: fmt.Sprintf("%d: want at least %d, since %s", x.value, x.least, x.why)}
		}
	}
	return nil
}

// ripe reports whether a streak is told: long enough, and seen often enough by riposte itself.
func (t treatment) ripe(k playbook.Streak, now time.Time) bool {
	return k.For(now) >= time.Duration(t.report)*day && k.Seen >= t.sightings
}

// wait is how long after it was told something is deleted.
func (t treatment) wait() time.Duration { return time.Duration(max(t.remove-t.report, t.told)) * day }

// lasting is how long a tag without a date keeps a resource, from when the tag was first seen by a sweep; before that streak began nothing is kept.
const lasting = 31 * day

// unused are the facts of all of them. They say nothing that differs from day to day, or each day would ask anew.
type unused struct {
	Since  time.Time // the streak's
	Opened time.Time // when the case was: what is announced counts from there
	// Managed says which service or code keeps it as it is, Asks why a person has to say yes; "" for none, for nothing.
	Managed string `json:",omitempty"`
	Asks    string `json:",omitempty"`
	Idle    string `json:",omitempty"` // why its end is worth nothing: then it is told, and nothing is done
}

// standing is what speaks against calling a resource unused, by its tags and by CloudTrail: kept is "" where nothing does. What can't be read is an
// error. Before riposte's own tag is on it CloudTrail can't be believed about the resource, and nothing is deleted; from then on it must be.
func standing(ctx context.Context, in playbook.In, caseID string, of event.Resource, tags map[string]string) (kept string, u unused, err error) {
	if in.Streak == nil {
		return "", u, fmt.Errorf("since when %s is unused: %w", of, playbook.ErrNoEvidence)
	}
	u = unused{Since: in.Streak.Since.UTC(), Opened: in.Origin.Received.UTC()}
	if playbook.KeepOf(playbook.Cost, tags).Until(in.Streak.First, lasting).After(in.Now) {
		return "its tags keep it", u, nil
	}
	announced := caseID != "" && tags[action.CaseTag] == caseID
	if !announced && !in.Streak.Told.IsZero() {
		return "the tag that announced it was taken off", u, nil
	}
	used, err := usedSince(ctx, in, of, u.Since)
	switch {
	case errors.Is(err, playbook.ErrNoEvidence) && !announced:
	case err != nil:
		return "", u, fmt.Errorf("whether %s was used: %w", of, err)
	}
	return used, u, nil
}

// usedSince says by which call a resource was used, "" where by none.
func usedSince(ctx context.Context, in playbook.In, of event.Resource, since time.Time) (string, error) {
	if in.Past == nil {
		return "", playbook.ErrNoEvidence
	}
	calls, err := in.Past.Calls(ctx, of, since)
	for _, c := range calls { // first: what was seen beside an error is use all the same
		made := call.OfEvent(c.Event)
		// Any other change, even one that failed, shows that a caller still wants it.
		if c.Own || made.Read() || aside(made, c.Event.Actor) || !c.Event.Time.After(since) {
			continue
		}
		return "it was used: " + made.Name(), nil
	}
	return "", err
}

// aside reports whether a call is no use: tags are put by callers that count costs; databases AWS itself starts after seven days, and backs up by a
// plan that knows nothing of them.
func aside(made call.ID, by event.Actor) bool {
	switch made {
	case call.EC2CreateTags, call.EC2DeleteTags, call.ELBAddTags, call.ELBRemoveTags, call.RDSAddTagsToResource, call.RDSRemoveTagsFromResource, call.RedshiftCreateTags, call.RedshiftDeleteTags:
		return true
	case call.EC2StopInstances: // to stop what is stopped, or was that second, is no use
		return true
	case call.RDSStartDBInstance, call.RDSStartDBCluster:
		return by.ByAWS()
	case call.RDSCreateDBSnapshot, call.RDSCreateDBClusterSnapshot:
		return by.ByAWS() || by.InvokedBy == "backup.amazonaws.com"
	}
	return false
}

// announce begins a plan: tags say on the resource what comes, and without them nothing comes.
func (u unused) announce(of event.Resource, caseID, playbookID string, wait time.Duration) action.Step {
	return action.Try(action.Announce{Resource: of, Tags: action.Announced(caseID, playbookID, u.Since, u.Opened.Add(wait).Add(day))}).Required()
}

// asked has a step wait for a person where something speaks for that.
func (u unused) asked(s action.Step) action.Step {
	if u.Asks == "" {
		return s
	}
	return s.Asking(u.Asks)
}

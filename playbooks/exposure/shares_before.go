package exposure

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

// ofShare is what is observed of a snapshot: that it was shared with an account or with everybody, or is no more.
func ofShare(with string) string { return "shared with " + with }

// observeSnapshot keeps which shares of a disk's snapshot a call added and took away.
func observeSnapshot(e event.Event, _ SnapshotParams) []playbook.Observation {
	in := request.Of(e)
	of := func(list request.Value) (all []string) {
		for _, one := range list.Items() {
			all = append(all, one.At("group").Scalar(), one.At("userId").Scalar())
		}
		return all
	}
	snapshot := e.Place().In(event.Snapshot, in.At("snapshotId").Scalar())
	return observeShares(e, snapshot, of(in.At("createVolumePermission", "add")), of(in.At("createVolumePermission", "remove")))
}

// observeDBSnapshot keeps which shares of a database's snapshot a call added and took away.
func observeDBSnapshot(e event.Event, _ SnapshotParams) []playbook.Observation {
	in := request.Of(e)
	if in.At("attributeName").Scalar() != "restore" {
		return nil
	}
	of := func(list request.Value) (all []string) {
		for _, one := range list.Items() {
			all = append(all, one.Scalar())
		}
		return all
	}
	snapshot := e.Place().In(event.DBSnapshot, in.At("dBSnapshotIdentifier").Scalar())
	return observeShares(e, snapshot, of(in.At("valuesToAdd")), of(in.At("valuesToRemove")))
}

// mostShares is how many shares of one call are observed, each way.
const mostShares = 100

func observeShares(e event.Event, snapshot event.Resource, added, removed []string) (all []playbook.Observation) {
	if e.Failed() || snapshot.ID == "" {
		return nil
	}
	see := func(shares []string, on bool) {
		shares = slices.DeleteFunc(shares, func(with string) bool { return with != action.Everybody && !accountID.MatchString(with) })
		slices.Sort(shares)
		shares = slices.Compact(shares)
		for _, with := range shares[:min(len(shares), mostShares)] {
			all = append(all, playbook.Observation{
				Resource: snapshot, Of: ofShare(with), On: on, At: e.Time.UTC(), Call: e.Name, By: e.Actor.ARN, Event: playbook.OriginOf(e).EventID,
			})
		}
	}
	see(added, true)
	see(removed, false)
	return all
}

// settled is how long a share must have stood to be one that was there before. What riposte takes back is recorded minutes later: a caller
// that shares again meanwhile makes no old share of it.
const settled = time.Hour

// standing reports whether earlier records show that a snapshot was shared with an account already, and not taken back since.
func standing(ctx context.Context, in playbook.In, snapshot event.Resource, with string) (bool, error) {
	for _, before := range []time.Time{in.Origin.Occurred.Add(-settled), in.Origin.Occurred.Add(-time.Nanosecond)} { // not by the record of the call itself
		seen, err := in.History.Recall(ctx, snapshot, ofShare(with), before)
		if err != nil {
			return false, fmt.Errorf("recall whether snapshot %q was shared with %s: %w", snapshot.ID, with, err)
		}
		if seen == nil || !seen.On {
			return false, nil
		}
	}
	return true, nil
}

// plan takes back what the call added, and asks about what may have been there before.
func (f shared) plan(unshare func(with []string) action.Action) (plan action.Plan) {
	added := slices.DeleteFunc(slices.Clone(f.With), func(with string) bool { return slices.Contains(f.Before, with) })
	if len(added) > 0 {
		step := action.Try(unshare(added))
		if f.Unsaid {
			step = step.Asking("the record does not say which shares the call added")
		}
		plan.Steps = append(plan.Steps, step)
	}
	if len(f.Before) > 0 {
		plan.Steps = append(plan.Steps, action.Try(unshare(f.Before)).Asking("it was shared so before the call, by which it may have been meant to stay"))
	}
	return plan
}

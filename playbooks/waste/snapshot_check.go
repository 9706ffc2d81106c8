package waste

import (
	"context"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/managed"
)

// checkSnapshot looks at the snapshot as the listing did, at all that may use it, and at what the Recycle Bin would keep.
func checkSnapshot(ctx context.Context, in playbook.In, s playbook.Suspect[snapshot], p SnapshotParams) ([]playbook.Suspect[snapshot], error) {
	found, err := action.LookSnapshot(ctx, in.AWS, s.Resource)
	if err != nil || found == nil {
		return nil, err
	}
	listed := listSnapshot(s.Resource, *found, p)
	if listed == nil || in.Now.Sub(listed.Suspect.Facts.Made) < time.Duration(p.AgeDays)*day {
		return nil, nil
	}
	f, tags := listed.Suspect.Facts, managed.Tags(found.Tags)
	kept, u, err := standing(ctx, in, s.Case, s.Resource, tags)
	if err != nil || kept != "" {
		return nil, err
	}
	f.Since, f.Opened, f.Unused = u.Since, u.Opened, true
	used, err := usedBy(ctx, in.AWS, s.Resource)
	if err != nil || used {
		return nil, err
	}
	inTemplate, more, err := inTemplates(ctx, in.AWS, s.Resource)
	if err != nil || inTemplate {
		return nil, err
	}
	if f.Asks, err = f.last(ctx, in.AWS, s.Resource); err != nil {
		return nil, err
	}
	if more {
		f.Asks = "the region has more launch templates than are looked at: a version of one may name it"
	}
	days, err := action.KeptInBin(ctx, in.AWS, s.Resource.Place(), tags)
	if err != nil {
		return nil, err
	}
	if days < p.BinDays {
		f.Idle = fmt.Sprintf("no rule of the Recycle Bin keeps it for %d days once it is deleted, so it is left", p.BinDays)
	}
	sus := f.of(s.Resource)
	sus.Tags, sus.Case = tags, s.Case
	return []playbook.Suspect[snapshot]{sus}, nil
}

// last says why a person has to know whether anything else is left of what a snapshot holds, "" where its volume is there.
func (f snapshot) last(ctx context.Context, r access.Reads, of event.Resource) (string, error) {
	const copied = "vol-ffffffff" // https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html
	if f.Volume == "" || f.Volume == copied {
		return "it is a copy, of what nothing here tells", nil
	}
	v, err := action.LookVolume(ctx, r, of.Place().In(event.Volume, f.Volume))
	if err != nil || v != nil {
		return "", err
	}
	return "its volume is there no longer: it may be the last that is left of it", nil
}

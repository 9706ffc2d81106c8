package takeover

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/names"
	"github.com/ripostehq/riposte/playbook"
)

// record looks at one record.
type record struct {
	in playbook.In
	f  dangling
	p  DanglingParams
}

// look reads the record anew, and confirms it where one of its targets is nothing of ours.
func (r record) look(ctx context.Context, at event.Resource, private bool) ([]playbook.Suspect[dangling], error) {
	set, _, err := action.ReadRecord(ctx, r.in.AWS, at)
	if err != nil || set == nil {
		return nil, err
	}
	f := dangling{Deleted: r.f.Deleted, Keys: r.f.Keys, Set: set, Asks: set.Routed()}
	if private || r.f.Asks == inPrivate {
		f.Asks = inPrivate
	}
	points := set.Target()
	for _, t := range targets(points) {
		found, asks, err := r.target(ctx, at, t, points.Name)
		if err != nil {
			return nil, err
		}
		if found == nil {
			f.Kept++
			continue
		}
		if f.Targets = append(f.Targets, *found); f.Asks == "" {
			f.Asks = asks
		}
	}
	if len(f.Targets) == 0 {
		return nil, nil
	}
	return []playbook.Suspect[dangling]{f.of(at)}, nil
}

const (
	inPrivate = "it stands in a private zone"
	neverOurs = "it never pointed to anything that is known to have been ours"
	servesOne = "S3 answers by the Host header, and a bucket of ours stands before its endpoint: a proxy may ask for that"
)

// target says whether one target is nothing of ours, and why a person decides about it; nil where it is ours, a vendor's, or nobody could claim what never
// was ours.
func (r record) target(ctx context.Context, at event.Resource, text, own string) (*target, string, error) {
	keys := names.Parse(text, own)
	if len(keys) == 0 || r.p.vendor(text) {
		return nil, "", nil
	}
	var said []playbook.Owned
	for _, k := range keys {
		o, unread, err := playbook.Whose(ctx, r.in.Names, k, r.f.Deleted)
		switch {
		case err != nil:
			return nil, "", fmt.Errorf("find whose %s is: %w", k, err)
		case len(unread) > 0:
			return nil, "", fmt.Errorf("whose %s %s is can't be told without account %s: %w", k.Service, k.ID, strings.Join(unread[:min(len(unread), 5)], ", "), playbook.ErrUnread)
		case o == playbook.Others && r.f.Deleted.ID != "" && slices.Contains(r.f.Keys, k):
			o = playbook.Was // the event says so
		case o == playbook.Was:
			if o, err = r.since(ctx, at, k); err != nil {
				return nil, "", err
			}
		}
		said = append(said, o)
	}
	lost, claim := slices.Contains(said, playbook.Was), keys[0].Claimable().By
	switch {
	case said[0] == playbook.Ours, said[0] == playbook.Unsaid:
		return nil, "", nil
	case slices.Contains(said, playbook.Ours):
		return &target{text, keys[0], lost}, servesOne, nil
	case lost:
		return &target{text, keys[0], true}, "", nil
	case claim == names.Anybody:
		return &target{text, keys[0], false}, neverOurs, nil
	}
	return nil, "", nil
}

// since says whether the record pointed to a name while it was ours. What began to point there when it was gone never pointed to anything of ours: the owner who has
// the name since may be meant.
func (r record) since(ctx context.Context, at event.Resource, k names.Key) (playbook.Owned, error) {
	all, err := r.in.Names.NamesOf(ctx, k)
	if err != nil {
		return playbook.Unsaid, fmt.Errorf("find since when %s points to %s: %w", at.ID, k, err)
	}
	var gone time.Time
	for _, e := range all {
		if !e.Points && e.Gone.After(gone) {
			gone = e.Gone
		}
	}
	for _, e := range all {
		if e.Points && e.Resource == at && !e.Since.After(gone) {
			return playbook.Was, nil
		}
	}
	return playbook.Others, nil
}

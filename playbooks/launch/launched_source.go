package launch

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
)

// The tags by which AWS says which fleet launched an instance. AWS alone can write them, and no call moves an instance from
// one fleet to another. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/tag-ec2-fleet.html
const (
	fleetTag     = "aws:ec2:fleet-id"
	spotFleetTag = "aws:ec2spot:fleet-request-id"
)

// taggedSource returns the fleet that tags name, nil for none.
func taggedSource(p event.Place, tag func(key string) string) *source {
	if id := tag(fleetTag); id != "" {
		return &source{Launcher: p.In(event.Fleet, id)}
	}
	if id := tag(spotFleetTag); id != "" {
		return &source{Launcher: p.In(event.SpotFleet, id)}
	}
	return nil
}

// source returns what launched an instance and will launch the next, and what is to be done about it. What launches once, or is
// gone, is none. Where it can't be read, or seen yet, its name alone is returned, for people: the instance does not wait, since what
// the request asks for is looked at by itself, and so is the next launch.
func (w witness) source(ctx context.Context, i types.Instance, doubt string) (found *source, unread string, err error) {
	found = taggedSource(w.place, func(key string) string { return tagOf(i, key) })
	if id := aws.ToString(i.SpotInstanceRequestId); found == nil && id != "" {
		found = &source{Launcher: w.place.In(event.SpotRequest, id)}
	}
	if found == nil {
		return nil, "", nil
	}
	o, err := w.prospect(ctx, found.Launcher)
	switch {
	case access.Unreadable(err) || o.unseen:
		return nil, called(found.Launcher), nil
	case err != nil || !o.again:
		return nil, "", err
	}
	found.Images, found.Breaks = o.images, distinct(slices.Clone(o.breaks))
	switch {
	case o.bad:
	case o.unknown != "" || o.unclear:
		found.Doubt = doubt // "" where it is certain what it launched: that it did, AWS itself has written
	default:
		found.Doubt = cmp.Or(o.doubt, "what it would launch next may be launched, unless it goes on by the version that it began with")
	}
	return found, "", nil
}

// prospect is what a fleet or a spot request would launch next, if anything.
type prospect struct {
	outlook
	unseen  bool // AWS does not show it, and may only be late
	again   bool // it launches, or will
	unclear bool // it shows no image, as when its template is gone, or shows a fit one over its template's, which is not
}

// prospect reads a fleet or a spot request once; images of what launches no more are left out.
func (w witness) prospect(ctx context.Context, of event.Resource) (prospect, error) {
	if o, ok := w.prospects[of]; ok {
		return o, nil
	}
	var l launcher
	var err error
	switch of.Type {
	case event.Fleet:
		l, err = w.fleet(ctx, of.ID)
	case event.SpotFleet:
		l, err = w.spotFleet(ctx, of.ID)
	default:
		l, err = w.spotRequest(ctx, of.ID)
	}
	if err != nil {
		return prospect{}, fmt.Errorf("find what %s would launch: %w", called(of), err)
	}
	o := prospect{again: l.again, unseen: !l.there && w.in.Now.Sub(w.at) < settling}
	if o.again {
		if o.outlook, err = w.weigh(ctx, l.images); err != nil {
			return prospect{}, err
		}
		under, err := w.weigh(ctx, l.masked)
		if err != nil {
			return prospect{}, err
		}
		o.unknown, o.unclear = cmp.Or(o.unknown, l.unread), !o.judged || !under.sound()
	}
	w.prospects[of] = o
	return o, nil
}

package launch

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
)

// source is what launches again what ends: a fleet that maintains its size, or a persistent spot request.
type source struct {
	Launcher event.Resource
	Images   []string `json:",omitempty"` // that it launches and may not, once checked
	Breaks   string   `json:",omitempty"` // the rules that they break, once checked
	Doubt    string   `json:",omitempty"` // once checked: why stopping it needs a person
}

// The tags by which AWS says which fleet launched an instance. Nobody but AWS can write them, and no call moves an instance from
// one fleet to another. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/tag-ec2-fleet.html
const (
	fleetTag     = "aws:ec2:fleet-id"
	spotFleetTag = "aws:ec2spot:fleet-request-id"
)

// taggedSource is the fleet that tags name, nil for none.
func taggedSource(p event.Place, tag func(key string) string) *source {
	if id := tag(fleetTag); id != "" {
		return &source{Launcher: p.In(event.Fleet, id)}
	}
	if id := tag(spotFleetTag); id != "" {
		return &source{Launcher: p.In(event.SpotFleet, id)}
	}
	return nil
}

// called is what people call a fleet or a spot request.
func called(r event.Resource) string { return event.Noun(r.Type) + " " + r.ID }

// title says what a fleet or a spot request launches, once that is known.
func (s source) title() string {
	if len(s.Images) == 0 {
		return called(s.Launcher) + ", and what it launches"
	}
	what := called(s.Launcher) + " launches from " + distinct(slices.Clone(s.Images))
	if s.Breaks != "" {
		what += ": " + s.Breaks
	}
	return what
}

// stop keeps it from launching the next. What it has launched is seen to instance by instance, whether this succeeds or not: an
// attacker may keep a fleet from being modified by modifying it.
func (s source) stop() action.Step {
	switch s.Launcher.Type {
	case event.Fleet:
		return action.Try(action.HoldFleet{Fleet: s.Launcher})
	case event.SpotFleet:
		return action.Try(action.HoldSpotFleet{Fleet: s.Launcher})
	}
	return action.Try(action.CancelSpotRequest{Request: s.Launcher})
}

// source is what launched an instance and will launch the next, and what is to be done about it. What launches once, or is gone,
// is none. Of one that can't be read nobody knows: its name is for people.
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
	case access.Unreadable(err):
		return nil, called(found.Launcher), nil
	case err != nil:
		return nil, "", err
	case o.unseen:
		return nil, called(found.Launcher), nil // the instance does not wait: what the request asks for is looked at by itself, and so is the next launch
	case !o.again:
		return nil, "", nil
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

func (w witness) prospect(ctx context.Context, of event.Resource) (prospect, error) {
	if o, ok := w.sources[of]; ok {
		return o, nil
	}
	l, err := w.launching(ctx, of)
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
	w.sources[of] = o
	return o, nil
}

package launch

import (
	"context"
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

// requests are the calls that make, or change, what launches by itself.
func requests() []call.ID {
	return []call.ID{call.EC2CreateFleet, call.EC2ModifyFleet, call.EC2RequestSpotFleet, call.EC2ModifySpotFleetRequest, call.EC2RequestSpotInstances}
}

// suspectRequest is about what is asked for: what it launches is read from it, and not from the record, which may name a
// template that says something else by now. An answer that the record leaves out names nothing, and what is launched is seen all
// the same.
func suspectRequest(e event.Event) (out []playbook.Suspect[launched]) {
	in, answer := request.Of(e), request.Answer(e)
	kind, ids := event.Fleet, []string(nil)
	switch call.OfEvent(e) {
	case call.EC2CreateFleet:
		if in.Named("type").Scalar() == "instant" {
			return nil // it has launched all that it ever will
		}
		ids = []string{answer.Named("fleetId").Scalar()}
	case call.EC2ModifyFleet:
		ids = []string{in.Named("fleetId").Scalar()}
	case call.EC2RequestSpotFleet:
		kind, ids = event.SpotFleet, []string{answer.Named("spotFleetRequestId").Scalar()}
	case call.EC2ModifySpotFleetRequest:
		kind, ids = event.SpotFleet, []string{in.Named("spotFleetRequestId").Scalar()}
	case call.EC2RequestSpotInstances:
		kind = event.SpotRequest
		for _, x := range answer.Named("spotInstanceRequestSet").Items() {
			ids = append(ids, x.Named("spotInstanceRequestId").Scalar())
		}
	}
	for _, id := range ids {
		if id != "" {
			f := launched{Source: &source{Launcher: e.Place().In(kind, id)}, At: e.Time}
			out = append(out, playbook.Suspect[launched]{Resource: f.Source.Launcher, Title: f.title(), Facts: f})
		}
	}
	return out
}

// checkRequest confirms where what was asked for will launch what may not be.
func checkRequest(ctx context.Context, in playbook.In, s playbook.Suspect[launched], p ImageParams) ([]playbook.Suspect[launched], error) {
	r := reader{judge(in, s.Resource.Place(), p.policy(), s.Facts.At), incident{at: s.Facts.At}}
	w := witness{r, map[string]outlook{}, map[event.Resource]prospect{}}
	o, err := w.prospect(ctx, s.Facts.Source.Launcher)
	switch {
	case err != nil:
		return nil, err
	case o.unseen:
		return nil, fmt.Errorf("%s can't be seen yet", called(s.Facts.Source.Launcher))
	case !o.again || o.sound():
		return nil, nil
	}
	f := launched{At: s.Facts.At, Source: &source{Launcher: s.Facts.Source.Launcher, Images: o.images, Breaks: distinct(slices.Clone(o.breaks))}}
	switch {
	case o.bad:
	case o.doubt != "":
		f.Source.Doubt = o.doubt
	default:
		f.Source.Doubt = o.unknown
	}
	s.Facts, s.Title = f, f.title()
	return []playbook.Suspect[launched]{s}, nil
}

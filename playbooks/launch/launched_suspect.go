package launch

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

// groupTag names the owning group. AWS alone can write tags that begin with aws:. On the answer to a launch it says who
// launched; later it only says where the instance is: AttachInstances writes it on what others have launched, and
// DetachInstances takes it off.
const groupTag = "aws:autoscaling:groupName"

// suspectLaunch makes one suspect for each group of the launch, for each fleet, and for each instance without one. The image
// stands in the answer; the question need not name it (a template, resolve:ssm).
func suspectLaunch(e event.Event, p ImageParams) (out []playbook.Suspect[launched]) {
	if e.Kind == event.Notice {
		return suspectNotice(e)
	}
	switch call.OfEvent(e) {
	case call.EC2RunInstances:
	case call.EC2CreateReplaceRootVolumeTask:
		return suspectRoot(e, p)
	default:
		return suspectRequest(e)
	}
	// Auto Scaling calls under a role that AWS alone can make.
	byGroup := strings.HasPrefix(e.Actor.IssuerName(), "role/aws-service-role/autoscaling.amazonaws.com/")
	answer := request.Answer(e).At("instancesSet").Items()
	if len(answer) == 0 {
		return []playbook.Suspect[launched]{unanswered(e, byGroup)}
	}
	for _, i := range answer {
		group := i.At("tagSet").Tag(groupTag)
		m := machine{ID: i.At("instanceId").Scalar(), Image: i.At("imageId").Scalar(), VPC: i.At("vpcId").Scalar(), Member: group}
		if m.ID == "" || slices.Contains(p.AllowIDs, m.Image) {
			continue
		}
		of := launched{Group: group, Recorded: group, ByGroup: byGroup, At: e.Time}
		if group == "" {
			of.Source = taggedSource(e.Place(), i.At("tagSet").Tag)
		}
		out = gather(out, e.Place(), of, m)
	}
	return out
}

// unanswered is a launch of which the record does not tell what came of it: too large, AWS writes {"omitted": true}. The launch
// itself is the suspect, to be found by its token, and the group is the one whose tag it asks for.
func unanswered(e event.Event, byGroup bool) playbook.Suspect[launched] {
	in := request.Of(e)
	f := launched{ByGroup: byGroup, Token: in.At("clientToken").Scalar(), At: e.Time, Asked: in.At("instancesSet").First("imageId")}
	for _, s := range in.At("tagSpecificationSet").Items() {
		f.Recorded = cmp.Or(f.Recorded, s.At("tags").Tag(groupTag))
	}
	id := cmp.Or(f.Token, e.RequestID, e.ID, e.Time.UTC().Format(time.RFC3339))
	return playbook.Suspect[launched]{Resource: e.Place().In(event.Launch, id), Title: "a launch whose instances the record leaves out", Facts: f}
}

// suspectRoot is about an instance whose root volume is replaced by an image's: nothing is launched, and another system runs.
// A replacement by the instance's own launch or snapshot names no image.
func suspectRoot(e event.Event, p ImageParams) []playbook.Suspect[launched] {
	in := request.Of(e)
	out := request.Answer(e).At("replaceRootVolumeTask")
	image, id := in.Named("imageId").Scalar(), cmp.Or(out.Named("instanceId").Scalar(), in.Named("instanceId").Scalar())
	task := out.Named("replaceRootVolumeTaskId").Scalar()
	if image == "" || id == "" || task == "" || slices.Contains(p.AllowIDs, image) {
		return nil
	}
	return gather(nil, e.Place(), launched{Task: task, At: e.Time}, machine{ID: id, Image: image})
}

// suspectRequest is about what is asked for, and launches by itself: what it launches is read from it, and not from the record,
// which may name a template that says something else by now. An answer that the record leaves out names nothing, and what is
// launched is seen all the same.
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

// gather adds an instance to the suspect of its root; of is what all of that root have in common.
func gather(all []playbook.Suspect[launched], p event.Place, of launched, m machine) []playbook.Suspect[launched] {
	root := p.In(event.Instance, m.ID)
	switch {
	case of.Group != "":
		root = p.In(event.Group, of.Group)
	case of.Source != nil:
		root = of.Source.Launcher
	}
	i := slices.IndexFunc(all, func(s playbook.Suspect[launched]) bool { return s.Resource == root })
	if i < 0 {
		all = append(all, playbook.Suspect[launched]{Resource: root, Facts: of})
		i = len(all) - 1
	}
	all[i].Facts.Instances = append(all[i].Facts.Instances, m)
	all[i].Title = all[i].Facts.title()
	return all
}

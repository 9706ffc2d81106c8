package ownership

import (
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

// most is how many resources of one call are tagged: a launch may have a thousand instances.
const most = 50

// making is a call that makes resources, and where its record names them.
type making struct {
	call call.ID
	kind string
	asks bool     // the request names it, else the answer does
	list string   // below this, in the items of a list
	at   []string // the id
	user string   // below this is the unique id
}

// makings is the table of them. That records of spot requests and fleets look like this was never seen here.
var makings = []making{
	{call: call.EC2RunInstances, kind: event.Instance, list: "instancesSet", at: []string{"instanceId"}},
	{call: call.EC2RequestSpotInstances, kind: event.SpotRequest, list: "spotInstanceRequestSet", at: []string{"spotInstanceRequestId"}},
	{call: call.EC2CreateFleet, kind: event.Fleet, at: []string{"fleetId"}},
	{call: call.EC2RequestSpotFleet, kind: event.SpotFleet, at: []string{"spotFleetRequestId"}},
	{call: call.EC2CreateLaunchTemplate, kind: event.LaunchTemplate, at: []string{"launchTemplate", "launchTemplateId"}},
	{call: call.EC2CreateSecurityGroup, kind: event.SecurityGroup, at: []string{"groupId"}},
	{call: call.EC2CreateSnapshot, kind: event.Snapshot, at: []string{"snapshotId"}},
	{call: call.EC2CreateImage, kind: event.Image, at: []string{"imageId"}},
	{call: call.AutoScalingCreateAutoScalingGroup, kind: event.Group, asks: true, at: []string{"autoScalingGroupName"}},
	{call: call.IAMCreateUser, kind: event.User, at: []string{"user", "arn"}, user: "user"},
	{call: call.IAMCreateRole, kind: event.Role, at: []string{"role", "arn"}},
	{call: call.RDSCreateDBSnapshot, kind: event.DBSnapshot, at: []string{"dBSnapshotIdentifier"}},
}

// suspectCreated takes what a call made, but for what the record shows to have the tag already.
func suspectCreated(e event.Event, p CreatorParams) []playbook.Suspect[created] {
	f := created{Key: p.Key}
	for _, m := range makings {
		if m.call == call.OfEvent(e) {
			f.Made = m.of(e, p.Key)
		}
	}
	if len(f.Made) == 0 {
		return nil
	}
	if len(f.Made) > most {
		f.More, f.Made = len(f.Made)-most, f.Made[:most]
	}
	return []playbook.Suspect[created]{{Resource: f.Made[0].Resource, Title: f.title(), Facts: f}}
}

// of are the resources that a record names. An instant fleet is nothing that lasts.
func (m making) of(e event.Event, key string) (all []resource) {
	in := request.Answer(e)
	if m.asks {
		in = request.Of(e)
	}
	if m.kind == event.Fleet && strings.EqualFold(request.Of(e).Named("type").Scalar(), "instant") {
		return nil
	}
	named := []request.Value{in}
	if m.list != "" {
		named = in.At(m.list).Items()
	}
	for _, one := range named {
		id := one.At(m.at...).Scalar()
		if strings.HasPrefix(id, "arn:") { // of IAM: path and name
			_, id, _ = strings.Cut(id, ":"+event.Noun(m.kind)+"/")
		}
		if id == "" || one.At("tagSet").Tag(key) != "" {
			continue
		}
		r := resource{Resource: e.Place().In(m.kind, id)}
		if m.user != "" {
			r.ID = one.At(m.user, "userId").Scalar()
		}
		all = append(all, r)
	}
	return all
}

func (f created) title() string {
	r := f.Made[0].Resource
	title := event.Noun(r.Type) + " " + r.ID
	if more := len(f.Made) - 1; more > 0 {
		title += fmt.Sprintf(" and %d more", more)
	}
	title += " " + map[bool]string{true: "were", false: "was"}[len(f.Made) > 1] + " created"
	if f.Creator != "" {
		title += " by " + f.Creator
	}
	if f.More > 0 {
		title += fmt.Sprintf("; %d further are left untagged", f.More)
	}
	return title
}

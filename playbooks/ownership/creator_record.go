package ownership

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

// most is how many resources of one call are tagged: a launch may have a thousand instances.
const most = 50

// tagged are the calls whose resources are tagged.
func tagged() []call.ID {
	return []call.ID{
		call.EC2RunInstances, call.EC2RequestSpotInstances, call.EC2CreateFleet, call.EC2RequestSpotFleet, call.EC2CreateLaunchTemplate, call.EC2CreateSecurityGroup,
		call.EC2CreateSnapshot, call.EC2CreateImage, call.AutoScalingCreateAutoScalingGroup, call.IAMCreateUser, call.IAMCreateRole, call.RDSCreateDBSnapshot,
	}
}

// suspectCreated takes what a call made, but for what the record shows to have the tag already.
func suspectCreated(e event.Event, p CreatorParams) []playbook.Suspect[created] {
	f := created{Key: p.Key}
	if !slices.Contains(tagged(), call.OfEvent(e)) {
		return nil
	}
	for _, m := range playbook.Creations() {
		if m.Call == call.OfEvent(e) {
			f.Made = made(m, e, p.Key)
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

// made are the resources that a record names. An instant fleet is nothing that lasts.
func made(m playbook.Creation, e event.Event, key string) (all []resource) {
	in := request.Answer(e)
	if m.Asks {
		in = request.Of(e)
	}
	if m.Kind == event.Fleet && strings.EqualFold(request.Of(e).Named("type").Scalar(), "instant") {
		return nil
	}
	named := []request.Value{in}
	if m.List != "" {
		named = in.At(m.List).Items()
	}
	for _, one := range named {
		id := one.At(m.At...).Scalar()
		if strings.HasPrefix(id, "arn:") { // of IAM: path and name
			_, id, _ = strings.Cut(id, ":"+event.Noun(m.Kind)+"/")
		}
		if id == "" || one.At("tagSet").Tag(key) != "" {
			continue
		}
		r := resource{Resource: e.Place().In(m.Kind, id)}
		if m.User != "" {
			r.ID = one.At(m.User, "userId").Scalar()
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

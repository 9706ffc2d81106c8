package launch

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
)

// unprotected are the facts about one protection switched off.
type unprotected struct {
	Actor      contain.Actor
	MFA        event.MFA
	Instance   event.Resource
	Attributes []string
	Terminated bool `json:",omitempty"` // once checked: it came to that
}

// suspectUnprotected reads every spelling of the call. The root of containment is the caller, not the instance: one who
// goes through ten instances is one case.
func suspectUnprotected(e event.Event, p ProtectionParams) []playbook.Suspect[unprotected] {
	if e.Failed() || e.Actor.ByAWS() || e.Actor.MFA == event.MFAYes {
		return nil
	}
	in := parse(e.Request)
	f := unprotected{
		Actor: contain.ActorOf(e.Actor, e.Time), MFA: e.Actor.MFA, Instance: e.Place().In(event.Instance, in.at("instanceId").text()),
	}
	for _, a := range p.Attributes {
		if switchedOff(in, string(a)) {
			f.Attributes = append(f.Attributes, string(a))
		}
	}
	if f.Instance.ID == "" || len(f.Attributes) == 0 {
		return nil
	}
	return []playbook.Suspect[unprotected]{{Resource: f.root(e.Place()), Title: f.title(), Facts: f}}
}

// root is the caller; of one whose account is not named, the account where it happened, if at least that is.
func (f unprotected) root(p event.Place) event.Resource {
	switch caller := f.Actor.Root(); {
	case caller.Account != "":
		return caller
	case p.Account != "":
		return p.In(event.Account, p.Account)
	}
	return f.Instance
}

// switchedOff reads one attribute of the call: {"disableApiTermination": {"value": false}}, {"disableApiTermination":
// false}, {"attribute": "disableApiTermination", "value": "false"}, with booleans or words. What is there and does not
// clearly protect counts as switched off: the check reads how it is.
func switchedOff(in node, attribute string) bool {
	value := in.at(attribute)
	if in.at("attribute").text() == attribute {
		value = in.at("value")
	} else if !in.has(attribute) || value.v == nil {
		return false
	}
	if attribute == action.AgainstShutdown {
		return !strings.EqualFold(value.text(), "stop")
	}
	return !strings.EqualFold(value.text(), "true")
}

func (f unprotected) title() string {
	how := "without MFA"
	if f.MFA != event.MFANo {
		how = "with MFA unknown"
	}
	who := f.Actor.ARN
	if who == "" {
		who = "a caller that is not named"
	}
	title := fmt.Sprintf("%s switched off %s of instance %s %s", who, strings.Join(f.Attributes, " and "), f.Instance.ID, how)
	if f.Terminated {
		title += "; the instance is terminated"
	}
	if now := f.Actor.Renamed(); now != "" {
		title += "; " + now
	}
	if others := f.Actor.Others(); others != "" {
		title += "; " + others
	}
	return title
}

// checkUnprotected reads the protections as they are. An instance that is gone is the attack having succeeded: its
// protections need no restoring, its attacker needs stopping the more.
func checkUnprotected(ctx context.Context, in playbook.In, s playbook.Suspect[unprotected], _ ProtectionParams) ([]playbook.Suspect[unprotected], error) {
	gone, err := terminated(ctx, in, s.Facts.Instance)
	if err != nil {
		return nil, err
	}
	s.Facts.Terminated = gone
	if !gone {
		s.Facts.Attributes, err = stillOff(ctx, in, s.Facts)
	}
	if err != nil || len(s.Facts.Attributes) == 0 {
		return nil, err
	}
	if s.Facts.Actor, err = s.Facts.Actor.Present(ctx, in.AWS); err != nil {
		return nil, err
	}
	s.Title = s.Facts.title()
	return []playbook.Suspect[unprotected]{s}, nil
}

func terminated(ctx context.Context, in playbook.In, i event.Resource) (bool, error) {
	out, err := in.AWS.EC2(i.Place()).DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{i.ID}})
	if absent(err, "InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed") {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("read instance %q: %w", i.ID, err)
	}
	for _, r := range out.Reservations {
		if slices.ContainsFunc(r.Instances, func(found types.Instance) bool { return !over(found) }) {
			return false, nil
		}
	}
	return true, nil
}

// stillOff are those of the protections that nobody has switched on again.
func stillOff(ctx context.Context, in playbook.In, f unprotected) (off []string, err error) {
	for _, attribute := range f.Attributes {
		out, err := in.AWS.EC2(f.Instance.Place()).DescribeInstanceAttribute(ctx, &ec2.DescribeInstanceAttributeInput{
			InstanceId: aws.String(f.Instance.ID), Attribute: types.InstanceAttributeName(attribute),
		})
		if err != nil {
			return nil, fmt.Errorf("read %s of instance %q: %w", attribute, f.Instance.ID, err)
		}
		if !protects(out, attribute) {
			off = append(off, attribute)
		}
	}
	return off, nil
}

func protects(o *ec2.DescribeInstanceAttributeOutput, attribute string) bool {
	switch attribute {
	case action.AgainstTermination:
		return o.DisableApiTermination != nil && aws.ToBool(o.DisableApiTermination.Value)
	case action.AgainstStop:
		return o.DisableApiStop != nil && aws.ToBool(o.DisableApiStop.Value)
	}
	return o.InstanceInitiatedShutdownBehavior != nil && aws.ToString(o.InstanceInitiatedShutdownBehavior.Value) == "stop"
}

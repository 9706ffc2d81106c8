package launch

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
	"github.com/ripostehq/riposte/playbooks/request"
)

// unprotected are the facts about one protection switched off.
type unprotected struct {
	Actor      contain.Actor
	MFA        event.MFA
	Instance   event.Resource
	Attributes []string
	At         time.Time // of the call
	Checked    bool      `json:",omitempty"` // the fields below say how it is
	Shown      string    `json:",omitempty"` // the record by which a protection was on, "" where none shows it
	Own        bool      `json:",omitempty"` // the caller launched it, a moment ago
	Terminated bool      `json:",omitempty"` // it came to that
	Missing    bool      `json:",omitempty"` // AWS knows no such instance, which alone proves nothing
}

// Found is the one instance: a caller who is known to work on it is not known to work on others.
func (f unprotected) Found() []string { return []string{"protection of instance " + f.Instance.ID} }

// Related is the instance; the root is who unprotected it.
func (f unprotected) Related(event.Resource) []playbook.Related {
	return []playbook.Related{{Resource: f.Instance}}
}

// suspectUnprotected reads every spelling of the call. The root of containment is the caller, not the instance: one who
// goes through ten instances is one case.
func suspectUnprotected(e event.Event, p ProtectionParams) []playbook.Suspect[unprotected] {
	if e.Actor.MFA == event.MFAYes {
		return nil
	}
	in := request.Of(e)
	f := unprotected{
		Actor: contain.ActorOf(e.Actor, e.Time), MFA: e.Actor.MFA, Instance: e.Place().In(event.Instance, in.At("instanceId").Text()), At: e.Time.UTC(),
	}
	for _, a := range p.Attributes {
		if on, set := protection(in, string(a)); set && !on {
			f.Attributes = append(f.Attributes, string(a))
		}
	}
	if f.Instance.ID == "" || len(f.Attributes) == 0 {
		return nil
	}
	root := f.Actor.Root()
	if root.Account == "" { // not named: the account where it happened, if at least that is
		if root = f.Instance; e.Place().Account != "" {
			root = e.Place().In(event.Account, e.Place().Account)
		}
	}
	return []playbook.Suspect[unprotected]{{Resource: root, Title: f.title(), Facts: f}}
}

// protection reads one attribute of the call: {"disableApiTermination": {"value": false}}, {"disableApiTermination":
// false}, {"attribute": "disableApiTermination", "value": "false"}, with booleans or words. What is there and does not
// clearly protect counts as switched off: the check reads how it is.
func protection(in request.Value, attribute string) (on, set bool) {
	value := in.At(attribute)
	if in.At("attribute").Text() == attribute {
		value = in.At("value")
	} else if !in.Has(attribute) || value.IsNull() {
		return false, false
	}
	if attribute == action.AgainstShutdown {
		return strings.EqualFold(value.Text(), "stop"), true
	}
	return strings.EqualFold(value.Text(), "true"), true
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
	switch {
	case f.Terminated:
		title += "; the instance is terminated"
	case f.Missing:
		title += "; AWS knows no such instance"
	}
	switch {
	case f.Checked && f.Shown == "":
		title += "; nothing shows that it was on"
	case f.Own:
		title += "; the caller had launched it right before"
	}
	if now := f.Actor.Renamed(); now != "" {
		title += "; " + now
	}
	if others := f.Actor.Others(); others != "" {
		title += "; " + others
	}
	return title
}

// checkUnprotected reads the protections as they are, and what records showed of them before. An instance that is gone is
// the attack having succeeded: its protections need no restoring, its attacker needs stopping the more. One that AWS does not
// know may be gone for an hour, or never have been: only a protection that was seen on tells the two apart. What never was on
// was not switched off.
func checkUnprotected(ctx context.Context, in playbook.In, s playbook.Suspect[unprotected], _ ProtectionParams) ([]playbook.Suspect[unprotected], error) {
	there, err := present(ctx, in, s.Facts.Instance)
	if err != nil {
		return nil, err
	}
	s.Facts.Checked, s.Facts.Terminated, s.Facts.Missing = true, there == ended, there == missing
	if there == running {
		s.Facts.Attributes, err = stillOff(ctx, in, s.Facts)
	}
	if err != nil || len(s.Facts.Attributes) == 0 {
		return nil, err
	}
	if s.Facts, err = s.Facts.shown(ctx, in.History.Recall); err != nil || len(s.Facts.Attributes) == 0 {
		return nil, err
	}
	if s.Facts.Missing && s.Facts.Shown != "" {
		s.Facts.Terminated, s.Facts.Missing = true, false
	}
	if s.Facts.Actor, err = s.Facts.Actor.Present(ctx, in.AWS); err != nil {
		return nil, err
	}
	if s.Facts.Actor, err = s.Facts.Actor.Traced(ctx, in); err != nil {
		return nil, err
	}
	s.Title = s.Facts.title()
	return []playbook.Suspect[unprotected]{s}, nil
}

// presence is how an instance stands.
type presence int

const (
	running presence = iota // or stopped: it can still be protected
	ended                   // AWS shows it as terminated
	missing                 // AWS knows no such instance
)

func present(ctx context.Context, in playbook.In, i event.Resource) (presence, error) {
	out, err := in.AWS.EC2(i.Place()).DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{i.ID}})
	if access.Answered(err, "InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed") {
		return missing, nil
	}
	if err != nil {
		return running, fmt.Errorf("read instance %q: %w", i.ID, err)
	}
	stands := missing
	for _, r := range out.Reservations {
		for _, found := range r.Instances {
			if !over(found) {
				return running, nil
			}
			stands = ended
		}
	}
	return stands, nil
}

// stillOff returns those of the protections that are not on again.
func stillOff(ctx context.Context, in playbook.In, f unprotected) (off []string, err error) {
	for _, attribute := range f.Attributes {
		out, err := in.AWS.EC2(f.Instance.Place()).DescribeInstanceAttribute(ctx, &ec2.DescribeInstanceAttributeInput{
			InstanceId: aws.String(f.Instance.ID), Attribute: types.InstanceAttributeName(attribute),
		})
		if err != nil {
			return nil, fmt.Errorf("read %s of instance %q: %w", attribute, f.Instance.ID, err)
		}
		on := false
		switch attribute {
		case action.AgainstTermination:
			on = out.DisableApiTermination != nil && aws.ToBool(out.DisableApiTermination.Value)
		case action.AgainstStop:
			on = out.DisableApiStop != nil && aws.ToBool(out.DisableApiStop.Value)
		default:
			on = out.InstanceInitiatedShutdownBehavior != nil && aws.ToString(out.InstanceInitiatedShutdownBehavior.Value) == "stop"
		}
		if !on {
			off = append(off, attribute)
		}
	}
	return off, nil
}

package action

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// registerTargetsKind puts targets into service. It is in the author tier, as its way back is: who may register targets can lead a
// balancer's traffic to a machine of their own.
var registerTargetsKind = Define[RegisterTargets](Kind{
	Name: "elb.register-targets", Version: 1, Does: "register targets in a load balancer's target group", Class: Mend, Tier: TierAuthor,
	Reads:    []call.ID{call.ELBDescribeTargetHealth},
	Writes:   []call.ID{call.ELBRegisterTargets},
	UndoneBy: []call.ID{call.ELBDeregisterTargets, call.ELBDeleteTargetGroup},
})

// deregisterTargetsKind takes them out of service.
var deregisterTargetsKind = Define[DeregisterTargets](Kind{
	Name: "elb.deregister-targets", Version: 1, Does: "deregister targets of a load balancer's target group", Class: Mend, Tier: TierAuthor,
	Reads:    []call.ID{call.ELBDescribeTargetHealth},
	Writes:   []call.ID{call.ELBDeregisterTargets},
	UndoneBy: []call.ID{call.ELBRegisterTargets},
})

// Target is what a target group sends requests to: an instance or an address, by a port. One target may be in a group by several.
type Target struct {
	ID   string
	Port int32
}

func (t Target) String() string { return fmt.Sprintf("%s port %d", t.ID, t.Port) }

// RegisterTargets wants targets to be registered in a target group.
type RegisterTargets struct {
	Group   event.Resource
	Targets []Target
}

// DeregisterTargets wants targets not to be registered in a target group, or to be drained.
type DeregisterTargets struct {
	Group   event.Resource
	Targets []Target
}

// About is the action as data.
func (r RegisterTargets) About() About {
	return About{Kind: registerTargetsKind, Target: r.Group, Parts: spoken(r.Targets), Hits: "what target group " + r.Group.ID + " sends to: " + strings.Join(spoken(r.Targets), ", ")}
}

func (r RegisterTargets) only(parts []string) Action {
	return RegisterTargets{r.Group, those(r.Targets, parts)}
}

// About is the action as data.
func (d DeregisterTargets) About() About {
	return About{Kind: deregisterTargetsKind, Target: d.Group, Parts: spoken(d.Targets)}
}

func (d DeregisterTargets) only(parts []string) Action {
	return DeregisterTargets{d.Group, those(d.Targets, parts)}
}

func spoken(targets []Target) (all []string) {
	for _, t := range targets {
		all = append(all, t.String())
	}
	return all
}

func those(targets []Target, parts []string) []Target {
	return slices.DeleteFunc(slices.Clone(targets), func(t Target) bool { return !slices.Contains(parts, t.String()) })
}

// Look finds those that are not registered.
func (r RegisterTargets) Look(ctx context.Context, in access.Reads) (Look, error) {
	_, rest, gone, err := registered(ctx, in, r.Group, r.Targets)
	if err != nil || gone || len(rest) == 0 {
		return Look{Missing: missingGroup(gone), Satisfied: !gone}.unless(err)
	}
	return Look{Inverse: DeregisterTargets{r.Group, rest}}, nil
}

// Look finds those that are registered.
func (d DeregisterTargets) Look(ctx context.Context, in access.Reads) (Look, error) {
	there, _, gone, err := registered(ctx, in, d.Group, d.Targets)
	if err != nil || gone || len(there) == 0 {
		return Look{Missing: missingGroup(gone), Satisfied: !gone}.unless(err)
	}
	return Look{Inverse: RegisterTargets{d.Group, there}}, nil
}

func missingGroup(gone bool) string {
	if gone {
		return "the target group is deleted"
	}
	return ""
}

// back deregisters what is still registered.
func (d DeregisterTargets) back(now Action, _ []Action) Back { return Back{Do: d.only(Parts(now))} }

// Do registers them. One that is registered already stays as it is.
func (r RegisterTargets) Do(ctx context.Context, w access.Writes) error {
	if len(r.Targets) == 0 {
		return cannot("register no target")
	}
	_, err := w.ELB(r.Group.Place()).RegisterTargets(ctx, &elb.RegisterTargetsInput{TargetGroupArn: aws.String(r.Group.ARN()), Targets: described(r.Targets)})
	return Refused(fmt.Sprintf("register targets of %q", r.Group.ID), err)
}

// Do deregisters them.
func (d DeregisterTargets) Do(ctx context.Context, w access.Writes) error {
	if len(d.Targets) == 0 {
		return cannot("deregister no target")
	}
	_, err := w.ELB(d.Group.Place()).DeregisterTargets(ctx, &elb.DeregisterTargetsInput{TargetGroupArn: aws.String(d.Group.ARN()), Targets: described(d.Targets)})
	return Refused(fmt.Sprintf("deregister targets of %q", d.Group.ID), err)
}

func described(targets []Target) (all []types.TargetDescription) {
	for _, t := range targets {
		all = append(all, types.TargetDescription{Id: aws.String(t.ID), Port: aws.Int32(t.Port)})
	}
	return all
}

// registered parts targets into those that a group sends to, and the rest: those that it drains among them.
func registered(ctx context.Context, r access.Reads, group event.Resource, targets []Target) (there, rest []Target, gone bool, err error) {
	health, gone, err := HealthOf(ctx, r, group)
	for _, t := range targets {
		if state, known := health[t]; known && state != types.TargetHealthStateEnumDraining {
			there = append(there, t)
		} else {
			rest = append(rest, t)
		}
	}
	return there, rest, gone, err
}

// HealthOf are the states of a target group's targets; gone, where there is no such group.
func HealthOf(ctx context.Context, r access.Reads, group event.Resource) (states map[Target]types.TargetHealthStateEnum, gone bool, err error) {
	out, err := r.ELB(group.Place()).DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: aws.String(group.ARN())})
	switch {
	case access.Answered(err, "TargetGroupNotFound", "TargetGroupNotFoundException"):
		return nil, true, nil
	case err != nil:
		return nil, false, fmt.Errorf("read targets of %q: %w", group.ID, err)
	}
	states = map[Target]types.TargetHealthStateEnum{}
	for _, d := range out.TargetHealthDescriptions {
		if d.Target != nil && d.TargetHealth != nil {
			states[Target{aws.ToString(d.Target.Id), aws.ToInt32(d.Target.Port)}] = d.TargetHealth.State
		}
	}
	return states, false, nil
}

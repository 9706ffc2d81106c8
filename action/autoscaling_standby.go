package action

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// standbyKind takes an instance out of its group's hands, so that the evidence on it is not replaced.
var standbyKind = Define[Standby](Kind{
	Name: "autoscaling.standby", Version: 1, Does: "put an instance of an Auto Scaling group on standby", Class: Contain, Tier: TierContain,
	Reads:    []call.ID{call.AutoScalingDescribeAutoScalingGroups},
	Writes:   []call.ID{call.AutoScalingEnterStandby},
	UndoneBy: []call.ID{call.AutoScalingExitStandby, call.AutoScalingDetachInstances, call.AutoScalingDeleteAutoScalingGroup},
})

// returnKind gives an instance back to its group.
var returnKind = Define[Return](Kind{
	Name: "autoscaling.return", Version: 1, Does: "return an instance from standby", Class: Mend, Tier: TierContain,
	Reads:    []call.ID{call.AutoScalingDescribeAutoScalingGroups},
	Writes:   []call.ID{call.AutoScalingExitStandby},
	UndoneBy: []call.ID{call.AutoScalingEnterStandby},
})

// Standby wants an instance out of service, and neither replaced nor terminated by its group.
type Standby struct {
	Instance event.Resource
	Group    string
	// Decrement lowers the desired capacity with it, so that the group launches no replacement and the way back (which
	// always raises it) restores what was. AWS refuses it at the group's minimum: then false, the next rung, keeps the
	// capacity, a running Launch replaces the instance, and the group is one larger after the way back.
	Decrement bool
}

// Return wants an instance back in service.
type Return struct {
	Instance  event.Resource
	Group     string
	Decrement bool // how it went on standby
}

// About is the action as data.
func (s Standby) About() About {
	return About{Kind: standbyKind, Target: s.Instance, Concerns: []event.Resource{s.Instance.Place().In(event.Group, s.Group)}}
}

// Look reads the instance's place in the group's life cycle.
func (s Standby) Look(ctx context.Context, r access.Reads) (Look, error) {
	state, gone, err := lifecycle(ctx, r, s.Instance, s.Group)
	if err != nil || gone != "" {
		return Look{Missing: gone}.unless(err)
	}
	if standing(state) {
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: Return(s)}, nil
}

// Do is refused for a while by an instance that is still on its way into service: that passes.
func (s Standby) Do(ctx context.Context, w access.Writes) error {
	_, err := w.AutoScaling(s.Instance.Place()).EnterStandby(ctx, &autoscaling.EnterStandbyInput{
		AutoScalingGroupName: aws.String(s.Group), InstanceIds: []string{s.Instance.ID},
		ShouldDecrementDesiredCapacity: aws.Bool(s.Decrement),
	})
	return Refused(fmt.Sprintf("put instance %q on standby", s.Instance.ID), err)
}

// About is the action as data.
func (s Return) About() About {
	return About{Kind: returnKind, Target: s.Instance, Concerns: []event.Resource{s.Instance.Place().In(event.Group, s.Group)}}
}

// Look reads the instance's place in the group's life cycle.
func (s Return) Look(ctx context.Context, r access.Reads) (Look, error) {
	state, gone, err := lifecycle(ctx, r, s.Instance, s.Group)
	if err != nil || gone != "" {
		return Look{Missing: gone}.unless(err)
	}
	if !standing(state) {
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: Standby(s)}, nil
}

// Do raises the group's desired capacity by one, as AWS always does.
func (s Return) Do(ctx context.Context, w access.Writes) error {
	_, err := w.AutoScaling(s.Instance.Place()).ExitStandby(ctx, &autoscaling.ExitStandbyInput{
		AutoScalingGroupName: aws.String(s.Group), InstanceIds: []string{s.Instance.ID},
	})
	return Refused(fmt.Sprintf("return instance %q from standby", s.Instance.ID), err)
}

// lifecycle says where in its group's life an instance is, or why that question is idle.
func lifecycle(ctx context.Context, r access.Reads, instance event.Resource, name string) (state types.LifecycleState, gone string, err error) {
	group, err := lookGroup(ctx, r, instance.Place().In(event.Group, name))
	if err != nil {
		return "", "", err
	}
	if group == nil {
		return "", "the group is deleted", nil
	}
	for _, i := range group.Instances {
		if aws.ToString(i.InstanceId) == instance.ID {
			return i.LifecycleState, "", nil
		}
	}
	return "", "the instance is no longer in the group", nil
}

func standing(s types.LifecycleState) bool {
	return s == types.LifecycleStateStandby || s == types.LifecycleStateEnteringStandby
}

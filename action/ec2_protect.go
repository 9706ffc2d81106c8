package action

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// protectKind switches a protection of an instance on. It works at once, where an IAM deny takes seconds.
var protectKind = Define[Protect](Kind{
	Name: "ec2.protect", Version: 1, Does: "switch a protection of an instance on", Class: Contain, Tier: TierContain,
	Final:    "stays: a protected instance does no harm, and its owner can switch the protection off again",
	Reads:    []call.ID{call.EC2DescribeInstances, call.EC2DescribeInstanceAttribute},
	Writes:   []call.ID{call.EC2ModifyInstanceAttribute},
	UndoneBy: []call.ID{call.EC2ModifyInstanceAttribute, call.EC2TerminateInstances},
})

// The protections of an instance, by the name of their attribute.
const (
	AgainstTermination = "disableApiTermination"
	AgainstStop        = "disableApiStop"
	AgainstShutdown    = "instanceInitiatedShutdownBehavior" // protected is "stop": a shutdown from inside does not terminate
)

// Protect wants one protection of an instance on.
type Protect struct {
	Instance  event.Resource
	Attribute string // AgainstTermination, AgainstStop or AgainstShutdown
}

// About is the action as data.
func (p Protect) About() About {
	return About{
		Kind: protectKind, Target: p.Instance,
		Facet: p.Attribute, // the protections do not exclude each other
	}
}

// Look reads the state first: EC2 answers about the attributes of a terminated instance as it likes.
func (p Protect) Look(ctx context.Context, r access.Reads) (Look, error) {
	i, err := lookInstance(ctx, r, p.Instance)
	if err != nil || i == nil || ended(i) {
		return Look{Missing: "the instance is terminated"}.unless(err)
	}
	out, err := r.EC2(p.Instance.Place()).DescribeInstanceAttribute(ctx, &ec2.DescribeInstanceAttributeInput{
		InstanceId: aws.String(p.Instance.ID), Attribute: types.InstanceAttributeName(p.Attribute),
	})
	if Missing(err) {
		return Look{Missing: "the instance is gone"}, nil
	}
	if err != nil {
		return Look{}, fmt.Errorf("read %s of instance %q: %w", p.Attribute, p.Instance.ID, err)
	}
	return Look{Satisfied: p.on(out)}, nil
}

func (p Protect) on(o *ec2.DescribeInstanceAttributeOutput) bool {
	switch p.Attribute {
	case AgainstTermination:
		return o.DisableApiTermination != nil && aws.ToBool(o.DisableApiTermination.Value)
	case AgainstStop:
		return o.DisableApiStop != nil && aws.ToBool(o.DisableApiStop.Value)
	}
	return o.InstanceInitiatedShutdownBehavior != nil && aws.ToString(o.InstanceInitiatedShutdownBehavior.Value) == "stop"
}

// Do switches the protection on. Spot instances have none: EC2 refuses for good.
func (p Protect) Do(ctx context.Context, w access.Writes) error { return p.set(ctx, w) }

func (p Protect) set(ctx context.Context, w access.Writes) error {
	in := &ec2.ModifyInstanceAttributeInput{InstanceId: aws.String(p.Instance.ID)}
	on := &types.AttributeBooleanValue{Value: aws.Bool(true)}
	switch p.Attribute {
	case AgainstTermination:
		in.DisableApiTermination = on
	case AgainstStop:
		in.DisableApiStop = on
	case AgainstShutdown:
		in.InstanceInitiatedShutdownBehavior = &types.AttributeValue{Value: aws.String("stop")}
	default:
		return cannot(fmt.Sprintf("protect instance %q by the unknown attribute %q", p.Instance.ID, p.Attribute))
	}
	_, err := w.EC2(p.Instance.Place()).ModifyInstanceAttribute(ctx, in)
	return Refused(fmt.Sprintf("set %s of instance %q", p.Attribute, p.Instance.ID), err)
}

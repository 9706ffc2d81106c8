package action

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// terminateKeptKind terminates what an image keeps.
var terminateKeptKind = Define[TerminateKept](Kind{
	Name: "ec2.terminate-kept", Version: 1, Does: "terminate a stopped instance of which this case's image is available", Class: Destroy, Tier: TierDestroy,
	WayBack: restoreInstanceKind.Name,
	Reads:   []call.ID{call.EC2DescribeInstances, call.EC2DescribeInstanceAttribute, call.EC2DescribeImages},
	Writes:  []call.ID{call.EC2TerminateInstances},
})

// TerminateKept wants an instance gone that was stopped since a moment, and that the case announced and made an image of.
type TerminateKept struct {
	Instance event.Resource
	Case     string
	Unused   time.Time // since when it is stopped: an image from before is not of what its disks hold
}

// About is the action as data.
func (a TerminateKept) About() About {
	return About{Kind: terminateKeptKind, Target: a.Instance, Hits: "instance " + a.Instance.ID + ", which an image gives back under another id"}
}

// Look refuses whatever makes the end other than announced: an instance that runs, is protected or no longer tagged, or whose disks the
// image of the case does not hold. A protection is never switched off.
func (a TerminateKept) Look(ctx context.Context, r access.Reads) (Look, error) {
	i, err := LookInstance(ctx, r, a.Instance)
	switch {
	case err != nil:
		return Look{}, err
	case i == nil:
		return Look{Satisfied: true}, nil
	}
	if refused := a.kept(i); refused != "" {
		return Look{Refused: refused}, nil
	}
	protected, err := Protection(ctx, r, a.Instance)
	if err != nil || protected != "" {
		return Look{Refused: "its attribute " + string(protected) + " protects it"}.unless(err)
	}
	image, err := keptImage(ctx, r, a.Instance, a.Case)
	if err != nil {
		return Look{}, err
	}
	if image != nil && image.State == types.ImageStatePending {
		return Look{Under: imageUnderWay(image)}, nil
	}
	if refused := holds(image, i, a.Unused); refused != "" {
		return Look{Refused: refused}, nil
	}
	return Look{Inverse: bringingBack(a.Instance, a.Case, i, image)}, nil
}

// kept says what keeps the instance from being terminated, "" for nothing.
func (a TerminateKept) kept(i *types.Instance) string {
	switch {
	case !atRest(i):
		return "it is not stopped"
	case i.Operator != nil && aws.ToBool(i.Operator.Managed):
		return "a service of AWS manages it: " + aws.ToString(i.Operator.Principal)
	}
	return announcedBy(tagMap(i.Tags), a.Case)
}

// Do terminates it. EC2 refuses where it is protected meanwhile.
func (a TerminateKept) Do(ctx context.Context, w access.Writes) error {
	_, err := w.EC2(a.Instance.Place()).TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{a.Instance.ID}})
	return Refused(fmt.Sprintf("terminate stopped instance %q", a.Instance.ID), err)
}

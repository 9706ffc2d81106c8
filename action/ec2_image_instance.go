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

// imageInstanceKind keeps what an instance holds. It takes minutes to hours, in which the step is under way.
var imageInstanceKind = Define[ImageInstance](Kind{
	Name: "ec2.image-instance", Version: 1, Does: "make an image of a stopped instance, and keep it", Class: Mend, Tier: TierMend,
	Final:  "the image stays until the day that its tag " + KeepUntilTag + " names: it is the way back",
	Reads:  []call.ID{call.EC2DescribeInstances, call.EC2DescribeImages},
	Writes: []call.ID{call.EC2CreateImage, call.EC2CreateTags},
})

// ImageInstance wants an image of a stopped instance that was made for the case.
type ImageInstance struct {
	Instance event.Resource
	Case     string
	Keep     time.Time // until when the image is kept, which its tag says
}

// About is the action as data.
func (a ImageInstance) About() About {
	return About{Kind: imageInstanceKind, Target: a.Instance, Facet: a.Case, Hits: "an image of instance " + a.Instance.ID}
}

// Look finds the image of the case. Of one that runs none is made: EC2 would restart it, or what is written meanwhile would be torn.
func (a ImageInstance) Look(ctx context.Context, r access.Reads) (Look, error) {
	kept, err := keptImage(ctx, r, a.Instance, a.Case)
	if err != nil {
		return Look{}, err
	}
	if kept == nil {
		i, err := LookInstance(ctx, r, a.Instance)
		switch {
		case i == nil:
			return Look{Missing: "the instance is terminated"}.unless(err)
		case !atRest(i):
			return Look{Refused: "it is not stopped"}, nil
		}
		return Look{Refused: announcedBy(tagMap(i.Tags), a.Case)}, nil
	}
	switch kept.State {
	case types.ImageStateAvailable:
		return Look{Satisfied: true}, nil
	case types.ImageStatePending:
		return Look{Under: imageUnderWay(kept)}, nil
	}
	return Look{Refused: fmt.Sprintf("image %s is in state %s", aws.ToString(kept.ImageId), kept.State)}, nil
}

func imageUnderWay(i *types.Image) string {
	return "image " + aws.ToString(i.ImageId) + " is being made"
}

// atRest reports whether an instance is stopped, not only about to be.
func atRest(i *types.Instance) bool {
	return i.State != nil && i.State.Name == types.InstanceStateNameStopped
}

// Do asks for it, with the tags by which it is found again. A second of that name EC2 refuses.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html
func (a ImageInstance) Do(ctx context.Context, w access.Writes) error {
	tags := []Tag{{CaseTag, a.Case}, {OfTag, a.Instance.ID}, {KeepUntilTag, a.Keep.UTC().Format(time.DateOnly)}}
	_, err := w.EC2(a.Instance.Place()).CreateImage(ctx, &ec2.CreateImageInput{
		InstanceId: aws.String(a.Instance.ID), Name: aws.String(onceFor(a.Case, a.Instance.ID)), NoReboot: aws.Bool(true),
		Description:       aws.String("riposte: kept of instance " + a.Instance.ID + ", case " + a.Case),
		TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeImage, Tags: ec2Tags(tags)}},
	})
	return Refused(fmt.Sprintf("make an image of instance %q", a.Instance.ID), err)
}

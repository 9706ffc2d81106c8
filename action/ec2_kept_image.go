package action

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
)

// LookInstance reads one instance; nil where there is none, or where it ends.
func LookInstance(ctx context.Context, r access.Reads, i event.Resource) (*types.Instance, error) {
	found, err := lookInstance(ctx, r, i)
	if err != nil || found == nil || ended(found) {
		return nil, err
	}
	return found, nil
}

// Protection says by which attribute an instance is protected from termination, "" where by none: a protection from stopping protects
// from termination as well. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-stop-protection.html
func Protection(ctx context.Context, r access.Reads, i event.Resource) (types.InstanceAttributeName, error) {
	for _, attribute := range []types.InstanceAttributeName{types.InstanceAttributeNameDisableApiTermination, types.InstanceAttributeNameDisableApiStop} {
		out, err := r.EC2(i.Place()).DescribeInstanceAttribute(ctx, &ec2.DescribeInstanceAttributeInput{InstanceId: aws.String(i.ID), Attribute: attribute})
		if err != nil {
			return "", fmt.Errorf("read whether instance %q is protected: %w", i.ID, err)
		}
		for _, on := range []*types.AttributeBooleanValue{out.DisableApiTermination, out.DisableApiStop} {
			if on != nil && aws.ToBool(on.Value) {
				return attribute, nil
			}
		}
	}
	return "", nil
}

// keptImage is the image that a case has had made of an instance, nil where there is none. CreateImage knows no client token: it is
// found again by instance and case, and its name, which is one in a region, keeps it from being made twice.
func keptImage(ctx context.Context, r access.Reads, i event.Resource, caseID string) (*types.Image, error) {
	in := &ec2.DescribeImagesInput{Owners: []string{"self"}, Filters: []types.Filter{{Name: aws.String("tag:" + CaseTag), Values: []string{caseID}}}}
	for {
		out, err := r.EC2(i.Place()).DescribeImages(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("read the images of instance %q: %w", i.ID, err)
		}
		for _, image := range out.Images {
			if tags := tagMap(image.Tags); tags[CaseTag] == caseID && tags[OfTag] == i.ID { // filters take stars
				return &image, nil
			}
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			return nil, nil
		}
	}
}

// holds says why an image does not hold the disks that an instance has and had since a moment, "" where it does.
func holds(image *types.Image, i *types.Instance, since time.Time) string {
	if image == nil {
		return "there is no image of it that this case had made"
	}
	id := aws.ToString(image.ImageId)
	if image.State != types.ImageStateAvailable {
		return fmt.Sprintf("image %s is in state %s", id, image.State)
	}
	made, err := time.Parse(time.RFC3339, aws.ToString(image.CreationDate))
	if err != nil || made.Before(since) {
		return "image " + id + " is older than the last use of the instance"
	}
	kept := map[string]bool{}
	for _, m := range image.BlockDeviceMappings {
		kept[aws.ToString(m.DeviceName)] = m.Ebs != nil && aws.ToString(m.Ebs.SnapshotId) != ""
	}
	if len(i.BlockDeviceMappings) == 0 {
		return "EC2 shows no disk of the instance"
	}
	for _, m := range i.BlockDeviceMappings {
		if !kept[aws.ToString(m.DeviceName)] {
			return "image " + id + " does not hold its disk " + aws.ToString(m.DeviceName)
		}
	}
	return ""
}

package action

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// restoreInstanceKind gives back what was terminated. It hands the instance its profile, and a principal that may do that to an instance
// of its own has the profile's rights: so it is the author tier's, and of images alone that a case had made.
var restoreInstanceKind = Define[RestoreInstance](Kind{
	Name: "ec2.restore-instance", Version: 1, Does: "launch an instance like the one that was terminated, of its image", Class: Mend, Tier: TierAuthor,
	Final:  "an instance that was given back stays",
	Reads:  []call.ID{call.EC2DescribeInstances, call.EC2DescribeImages},
	Writes: []call.ID{call.EC2RunInstances, call.EC2CreateTags, call.IAMPassRole},
})

// RestoreInstance wants an instance that was terminated to be there again: of the same type, zone, subnet, groups, profile, key, metadata
// options and tags, at the same private address where that is free still. It has another id, which its tag riposte:of explains, and it runs. Its
// user data is not given back: it may hold secrets, which no ledger is to hold, and what it did at the first start is on the disks.
type RestoreInstance struct {
	Instance event.Resource // that there was
	Case     string
	Image    string
	Type     string
	Zone     string
	Subnet   string
	Address  string // private
	Groups   []string
	Profile  string // the instance profile's ARN; "": none
	Key      string // the key pair's name; "": none
	Metadata MetadataOptions
	Tags     []Tag // the owner's; riposte's own, and those of AWS, are left out
}

func bringingBack(instance event.Resource, caseID string, i *types.Instance, image *types.Image) RestoreInstance {
	back := RestoreInstance{
		Instance: instance, Case: caseID, Image: aws.ToString(image.ImageId), Type: string(i.InstanceType), Subnet: aws.ToString(i.SubnetId),
		Address: aws.ToString(i.PrivateIpAddress), Key: aws.ToString(i.KeyName), Tags: ownersTags(i.Tags),
	}
	if i.Placement != nil {
		back.Zone = aws.ToString(i.Placement.AvailabilityZone)
	}
	if i.IamInstanceProfile != nil {
		back.Profile = aws.ToString(i.IamInstanceProfile.Arn)
	}
	for _, g := range i.SecurityGroups {
		back.Groups = append(back.Groups, aws.ToString(g.GroupId))
	}
	back.Metadata, _ = MetadataOptionsOf(*i)
	return back
}

// About is the action as data.
func (b RestoreInstance) About() About {
	return About{Kind: restoreInstanceKind, Target: b.Instance, Hits: "an instance in place of " + b.Instance.ID}
}

// tokens are those of the launch at the former address, and of the one where that is taken.
func (b RestoreInstance) tokens() [2]string {
	return [2]string{onceFor(b.Case, b.Instance.ID), onceFor(b.Case, b.Instance.ID, "another address")}
}

// Look finds the instance that was, or the one that stands for it.
func (b RestoreInstance) Look(ctx context.Context, r access.Reads) (Look, error) {
	if i, err := LookInstance(ctx, r, b.Instance); i != nil || err != nil {
		return Look{Satisfied: true}.unless(err)
	}
	tokens := b.tokens()
	out, err := r.EC2(b.Instance.Place()).DescribeInstances(ctx, &ec2.DescribeInstancesInput{Filters: []types.Filter{{Name: aws.String("image-id"), Values: []string{b.Image}}}})
	if err != nil {
		return Look{}, fmt.Errorf("read the instances of image %q: %w", b.Image, err)
	}
	for _, reservation := range out.Reservations { // one instance was made of the image, or some more by people: they come at once
		for _, i := range reservation.Instances {
			if again := slices.Contains(tokens[:], aws.ToString(i.ClientToken)) || tagMap(i.Tags)[OfTag] == b.Instance.ID; again && !ended(&i) {
				return Look{Satisfied: true}, nil
			}
		}
	}
	_, err = r.EC2(b.Instance.Place()).DescribeImages(ctx, &ec2.DescribeImagesInput{ImageIds: []string{b.Image}})
	switch {
	case Missing(err):
		return Look{Missing: "image " + b.Image + ", of which it could be made, is deregistered"}, nil
	case err != nil:
		return Look{}, fmt.Errorf("read image %q: %w", b.Image, err)
	}
	return Look{}, nil
}

// Do launches it: one, however often it is asked for.
func (b RestoreInstance) Do(ctx context.Context, w access.Writes) error {
	in, tokens := b.launch(), b.tokens()
	_, err := w.EC2(b.Instance.Place()).RunInstances(ctx, in)
	if code(err) == "InvalidIPAddress.InUse" && in.PrivateIpAddress != nil {
		in.PrivateIpAddress, in.ClientToken = nil, aws.String(tokens[1])
		_, err = w.EC2(b.Instance.Place()).RunInstances(ctx, in)
	}
	return Refused(fmt.Sprintf("launch an instance of image %q in place of %q", b.Image, b.Instance.ID), err)
}

func (b RestoreInstance) launch() *ec2.RunInstancesInput {
	given := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	in := &ec2.RunInstancesInput{
		ClientToken: aws.String(b.tokens()[0]), ImageId: aws.String(b.Image), InstanceType: types.InstanceType(b.Type), MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		SubnetId: given(b.Subnet), PrivateIpAddress: given(b.Address), SecurityGroupIds: b.Groups, KeyName: given(b.Key),
		TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: ec2Tags(append(slices.Clip(b.Tags), Tag{OfTag, b.Instance.ID}))}},
	}
	if b.Zone != "" {
		in.Placement = &types.Placement{AvailabilityZone: aws.String(b.Zone)}
	}
	if b.Profile != "" {
		in.IamInstanceProfile = &types.IamInstanceProfileSpecification{Arn: aws.String(b.Profile)}
	}
	if m := b.Metadata; m.Tokens != "" {
		in.MetadataOptions = &types.InstanceMetadataOptionsRequest{
			HttpTokens: types.HttpTokensState(m.Tokens), HttpEndpoint: types.InstanceMetadataEndpointState(m.Endpoint), HttpProtocolIpv6: types.InstanceMetadataProtocolState(m.IPv6),
			InstanceMetadataTags: types.InstanceMetadataTagsState(m.Tags), HttpPutResponseHopLimit: aws.Int32(m.Hops),
		}
	}
	return in
}

package launch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// verdict is what the policy says of an image.
type verdict struct {
	breaks string // the rule that fired, "" where none did
	doubt  string // why it can't be said that it fired at the launch too, "" where that is certain
	unseen bool   // AWS shows no such image: nothing can be said for it
	recent string // what the doubt is about, where records tell whether it is recent; without one there is none
}

// reader reads images, templates, configurations and groups of one place, for one check. It remembers what the policy said of
// each image: a template may have hundreds of versions, and few images.
type reader struct {
	in    playbook.In
	place event.Place
	rules ImagePolicy
	at    time.Time // of the launch that is judged
	since incident
	known map[string]verdict
}

// errIllegible is about a reference to an image that AWS will refuse to read the next time as well.
var errIllegible = errors.New("which AWS refuses")

// resolve returns what the policy says of an image as it is written, an id or resolve:ssm:PARAMETER, and its id: "" where the
// parameter is not there or holds no image's id. EC2 launches nothing then, and what else a parameter holds is read by no
// playbook.
func (r reader) resolve(ctx context.Context, ref string) (v verdict, id string, err error) {
	id = ref
	if name, ok := strings.CutPrefix(ref, "resolve:ssm:"); ok {
		out, err := r.in.AWS.SSM(r.place).GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(name)})
		switch {
		case access.Answered(err, "ParameterNotFound", "ParameterVersionNotFound", "ParameterVersionLabelNotFound"):
			return verdict{}, "", nil
		case access.Unreadable(err):
			return verdict{}, "", fmt.Errorf("read %q, %w: %w", ref, errIllegible, err)
		case err != nil:
			return verdict{}, "", fmt.Errorf("read parameter %q: %w", name, err)
		case out.Parameter == nil || !strings.HasPrefix(aws.ToString(out.Parameter.Value), "ami-"):
			return verdict{}, "", nil
		}
		id = *out.Parameter.Value
	}
	if id == "" {
		return verdict{}, "", nil
	}
	v, err = r.image(ctx, id)
	return v, id, err
}

// image returns what the policy says of an image. One that AWS does not show was deregistered or is no longer shared: unknown
// is not permission, and no proof either.
func (r reader) image(ctx context.Context, id string) (verdict, error) {
	if v, ok := r.known[id]; ok {
		return v, nil
	}
	if slices.Contains(r.rules.AllowIDs, id) {
		return verdict{}, nil
	}
	out, err := r.in.AWS.EC2(r.place).DescribeImages(ctx, &ec2.DescribeImagesInput{
		ImageIds: []string{id}, IncludeDeprecated: aws.Bool(true), IncludeDisabled: aws.Bool(true),
	})
	if access.Answered(err, "InvalidAMIID.NotFound", "InvalidAMIID.Unavailable", "InvalidAMIID.Malformed") {
		out, err = &ec2.DescribeImagesOutput{}, nil
	}
	if err != nil {
		return verdict{}, fmt.Errorf("read image %q: %w", id, err)
	}
	v := verdict{
		breaks: "it can't be seen: deregistered, or no longer shared", unseen: true,
		doubt: "its image can't be seen any more, so that what it is can't be told",
	}
	if i := slices.IndexFunc(out.Images, func(i types.Image) bool { return aws.ToString(i.ImageId) == id }); i >= 0 {
		if v, err = r.judge(ctx, out.Images[i]); err != nil {
			return verdict{}, err
		}
	}
	r.known[id] = v
	return v, nil
}

// ofInstance returns what the policy says of the image that an instance was launched from. Of one that can't be seen any more
// EC2 still tells the owner by the instance, where it may be asked: what its owner can take away is no acquittal, and no accusation.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceImageMetadata.html
func (r reader) ofInstance(ctx context.Context, instance types.Instance) (verdict, error) {
	image, id := aws.ToString(instance.ImageId), aws.ToString(instance.InstanceId)
	v, err := r.image(ctx, image)
	if err != nil || !v.unseen {
		return v, err
	}
	out, err := r.in.AWS.EC2(r.place).DescribeInstanceImageMetadata(ctx, &ec2.DescribeInstanceImageMetadataInput{InstanceIds: []string{id}})
	if access.Unreadable(err) || access.Answered(err, "InvalidInstanceID.NotFound", "InvalidAction") {
		return v, nil
	}
	if err != nil {
		return verdict{}, fmt.Errorf("read the image of instance %q: %w", id, err)
	}
	for _, m := range out.InstanceImageMetadata {
		if i := m.ImageMetadata; i != nil && aws.ToString(m.InstanceId) == id && aws.ToString(i.OwnerId) != "" {
			if v, err = r.judge(ctx, types.Image{
				ImageId: i.ImageId, OwnerId: i.OwnerId, ImageOwnerAlias: i.ImageOwnerAlias, Name: i.Name, Public: i.IsPublic,
				CreationDate: i.CreationDate, DeprecationTime: i.DeprecationTime,
			}); err != nil {
				return verdict{}, err
			}
			r.known[image] = v
			return v, nil
		}
	}
	return v, nil
}

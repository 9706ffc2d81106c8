package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/demo"
)

// aim is what a drill names, and what is to be known of it.
type aim struct {
	demo.Target
	notes []string
}

// The tags by which AWS names an instance's group and launch template.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html
const (
	groupTag    = "aws:autoscaling:groupName"
	templateTag = "aws:ec2launchtemplate:id"
)

// instances and groups are the one method of a client that a paginator needs: an interface of a whole client would link all that it can call.
type (
	instances func(context.Context, *ec2.DescribeInstancesInput, ...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error)
	groups    func(context.Context, *autoscaling.DescribeAutoScalingGroupsInput, ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingGroupsOutput, error)
)

// DescribeInstances asks.
func (f instances) DescribeInstances(ctx context.Context, in *ec2.DescribeInstancesInput, o ...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error) {
	return f(ctx, in, o...)
}

// DescribeAutoScalingGroups asks.
func (f groups) DescribeAutoScalingGroups(ctx context.Context, in *autoscaling.DescribeAutoScalingGroupsInput, o ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingGroupsOutput, error) {
	return f(ctx, in, o...)
}

// target finds what the drill is about, by reading alone.
func (v attackVerb) target(ctx context.Context, d demo.Drill, c aws.Config, at event.Place) (aim, error) {
	me, err := sts.NewFromConfig(c).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return aim{}, fmt.Errorf("ask which account this is: %w", err)
	}
	at.Account = aws.ToString(me.Account)
	t := aim{Target: demo.Target{Place: at}}
	switch d.About {
	case demo.Template:
		err = v.template(ctx, ec2.NewFromConfig(c), &t)
	case demo.Decoy:
	default:
		err = v.machine(ctx, d, c, &t)
	}
	if err != nil {
		return aim{}, err
	}
	return t, v.caller(ctx, d, iam.NewFromConfig(c), &t)
}

// template is a launch template with its default version.
func (v attackVerb) template(ctx context.Context, c *ec2.Client, t *aim) error {
	in := &ec2.DescribeLaunchTemplatesInput{}
	if v.Template != "" {
		in.LaunchTemplateIds = []string{v.Template}
	}
	out, err := c.DescribeLaunchTemplates(ctx, in)
	if err != nil {
		return fmt.Errorf("look for a launch template: %w", err)
	}
	if len(out.LaunchTemplates) == 0 {
		return fmt.Errorf("there is no launch template in %s: make one there, of an image that may not be launched", t.Place.Region)
	}
	one := out.LaunchTemplates[0]
	t.Template, t.TemplateID = aws.ToString(one.LaunchTemplateName), aws.ToString(one.LaunchTemplateId)
	t.Version = fmt.Sprint(aws.ToInt64(one.DefaultVersionNumber))
	versions, err := c.DescribeLaunchTemplateVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: one.LaunchTemplateId, Versions: []string{"$Default"}})
	if err != nil {
		return fmt.Errorf("read the default version of %s: %w", t.TemplateID, err)
	}
	for _, one := range versions.LaunchTemplateVersions {
		if one.LaunchTemplateData != nil {
			t.Image = aws.ToString(one.LaunchTemplateData.ImageId)
		}
	}
	return t.ours(ctx, c)
}

// machine is the first instance that a drill can be about, with what is to be named beside it.
func (v attackVerb) machine(ctx context.Context, d demo.Drill, c aws.Config, t *aim) error {
	in := &ec2.DescribeInstancesInput{Filters: []types.Filter{{Name: aws.String("instance-state-name"), Values: []string{"pending", "running"}}}}
	if d.About == demo.Member {
		in.Filters = append(in.Filters, types.Filter{Name: aws.String("tag-key"), Values: []string{groupTag}})
	}
	if v.Instance != "" {
		in = &ec2.DescribeInstancesInput{InstanceIds: []string{v.Instance}}
	}
	client := ec2.NewFromConfig(c)
	for pages := ec2.NewDescribeInstancesPaginator(instances(client.DescribeInstances), in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("look for an instance: %w", err)
		}
		for _, r := range page.Reservations {
			for _, i := range r.Instances {
				if fits(d, i) {
					return v.beside(ctx, d, c, i, t)
				}
			}
		}
	}
	switch {
	case v.Instance != "":
		return fmt.Errorf("instance %s is not %s, which the attack is about", v.Instance, d.About)
	case d.About == demo.Member:
		return fmt.Errorf("no Auto Scaling group has an instance in %s: launch one there, from an image that may not be launched", t.Place.Region)
	}
	return fmt.Errorf("there is not %s in %s that runs: launch one there", d.About, t.Place.Region)
}

func fits(d demo.Drill, i types.Instance) bool {
	switch d.About {
	case demo.Member:
		return tagOf(i, groupTag) != ""
	case demo.Bearer, demo.Rival:
		return i.IamInstanceProfile != nil
	}
	return true
}

func tagOf(i types.Instance, key string) string {
	for _, tag := range i.Tags {
		if aws.ToString(tag.Key) == key {
			return aws.ToString(tag.Value)
		}
	}
	return ""
}

// beside reads what the records name besides the instance: its group, its role, the group that it goes for.
func (v attackVerb) beside(ctx context.Context, d demo.Drill, c aws.Config, i types.Instance, t *aim) error {
	t.Instance, t.Image = aws.ToString(i.InstanceId), aws.ToString(i.ImageId)
	t.Group, t.TemplateID = tagOf(i, groupTag), tagOf(i, templateTag)
	if d.About == demo.Rival {
		if err := v.rival(ctx, autoscaling.NewFromConfig(c), t); err != nil {
			return err
		}
	}
	if d.By == demo.Itself {
		return t.itself(ctx, iam.NewFromConfig(c), aws.ToString(i.IamInstanceProfile.Arn))
	}
	if d.About == demo.Member {
		return t.ours(ctx, ec2.NewFromConfig(c))
	}
	return nil
}

// rival is a group that the instance is not of, and one of its instances.
func (v attackVerb) rival(ctx context.Context, c *autoscaling.Client, t *aim) error {
	in := &autoscaling.DescribeAutoScalingGroupsInput{}
	if v.Group != "" {
		in.AutoScalingGroupNames = []string{v.Group}
	}
	own := t.Group
	for pages := autoscaling.NewDescribeAutoScalingGroupsPaginator(groups(c.DescribeAutoScalingGroups), in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("look for another group: %w", err)
		}
		i := slices.IndexFunc(page.AutoScalingGroups, func(g scaling.AutoScalingGroup) bool {
			return aws.ToString(g.AutoScalingGroupName) != own && len(g.Instances) > 0
		})
		if i >= 0 {
			t.Group, t.Others = aws.ToString(page.AutoScalingGroups[i].AutoScalingGroupName), aws.ToString(page.AutoScalingGroups[i].Instances[0].InstanceId)
			return nil
		}
	}
	return fmt.Errorf("there is no Auto Scaling group with an instance in %s that %s is not of", t.Place.Region, t.Instance)
}

// ours notes where an image is the account's own, which no policy of images refuses by itself.
func (t *aim) ours(ctx context.Context, c *ec2.Client) error {
	if t.Image == "" {
		return nil
	}
	out, err := c.DescribeImages(ctx, &ec2.DescribeImagesInput{ImageIds: []string{t.Image}})
	if err != nil || len(out.Images) == 0 {
		return nil //nolint:nilerr // an image that can't be read is no reason against a drill
	}
	if aws.ToString(out.Images[0].OwnerId) == t.Place.Account {
		t.notes = append(t.notes, fmt.Sprintf("image %s is the account's own: where the policy says nothing against it, the case is dismissed", t.Image))
	}
	return nil
}

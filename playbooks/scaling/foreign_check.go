package scaling

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
)

// groupTag names the group of an instance. Only AWS can write tags that begin with "aws:".
const groupTag = "aws:autoscaling:groupName"

// settled is how long ago the same session must have begun to change a group for a person to be asked, and not told.
const settled = 7 * 24 * time.Hour

// checkChange confirms a change of a group that is not the instance's own, and of its own what no instance does to it.
func checkChange(ctx context.Context, in playbook.In, s playbook.Suspect[changed], _ Params) ([]playbook.Suspect[changed], error) {
	c := s.Facts
	o, proven, err := c.owner(ctx, in.AWS)
	if err != nil || !proven {
		return nil, err
	}
	c.Doubt = o.doubt
	if c.How = c.harms(o.group); c.Balancer != "" {
		c.How, err = c.unbalances(ctx, in, o)
	}
	if err != nil || c.How == "" {
		return nil, err
	}
	if c.Doubt == "" && call.ID("autoscaling:"+c.Call) == call.AutoScalingCompleteLifecycleAction {
		c.Doubt = "a handler that answers the lifecycle hooks of several groups abandons an instance whose setup failed: it may be one, which controllers would say"
	}
	if c.Doubt == "" && (c.Balancer != "" || o.group != c.Group.ID) { // a deployment's own changes of its own group are no controller's
		before, err := in.History.Recall(ctx, c.Actor.Root(), changesOf(c.touched()), c.At.Add(-settled))
		if err != nil {
			return nil, fmt.Errorf("recall what %s did before: %w", c.Actor.Session, err)
		}
		if before != nil {
			c.Doubt = "the same instance changed it at " + before.At.Format(time.RFC3339) + " already: it may be a controller, which controllers would say"
		}
	}
	if c.Back, err = c.restored(ctx, in); err != nil {
		return nil, err
	}
	return []playbook.Suspect[changed]{c.suspect()}, nil
}

// owner is what is known of the instance.
type owner struct {
	group     string   // "" where it is in none
	addresses []string // its private ones, by which it may be a target
	doubt     string   // why its group, or the caller, is not certain
}

// owner reads the instance; false of a session that is merely named like one.
func (c changed) owner(ctx context.Context, r access.Reads) (o owner, proven bool, err error) {
	out, err := r.EC2(c.Instance.Place()).DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{c.Instance.ID}})
	missing := action.Missing(err)
	switch {
	case err != nil && !missing:
		return o, false, fmt.Errorf("read instance %q: %w", c.Instance.ID, err)
	case missing || len(out.Reservations) == 0 || len(out.Reservations[0].Instances) == 0:
		err = c.ended(ctx, r, &o, "is not in region "+c.Instance.Region)
		return o, c.Known, err
	}
	i := out.Reservations[0].Instances[0] // the one that was asked for
	for _, t := range i.Tags {
		if aws.ToString(t.Key) == groupTag {
			o.group = aws.ToString(t.Value)
		}
	}
	if o.group == "" && i.State != nil && (i.State.Name == types.InstanceStateNameShuttingDown || i.State.Name == types.InstanceStateNameTerminated) {
		if err := c.ended(ctx, r, &o, "has ended, and EC2 takes the tags of those away"); err != nil {
			return o, false, err
		}
	}
	for _, n := range i.NetworkInterfaces {
		o.addresses = append(o.addresses, aws.ToString(n.PrivateIpAddress))
	}
	if c.Known {
		return o, true, nil
	}
	if i.IamInstanceProfile == nil {
		return o, false, nil
	}
	of, found, err := contain.OfInstance(ctx, r, c.Instance, aws.ToString(i.IamInstanceProfile.Arn))
	if err != nil || !found || of.UserID != c.Actor.UserID {
		return o, false, err // another role's session that was named like the instance
	}
	o.doubt = "the record does not say that the instance was given these credentials, and a caller that may assume the role can name a session like it"
	return o, true, nil
}

// ended finds the own group of an instance that has no tags any more, as one that its group has replaced: the group that it changed is its
// own where that one's activities say that it launched it. Where they don't, it may be older than the six weeks that Auto Scaling keeps.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/terminating-instances.html
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-verify-scaling-activity.html
func (c changed) ended(ctx context.Context, r access.Reads, o *owner, how string) error {
	o.doubt = "the instance " + how + ": which group is its own is not known"
	if c.Group.ID == "" || c.Instance.Region != c.Group.Region || c.Instance.Account != c.Group.Account {
		return nil
	}
	pages := autoscaling.NewDescribeScalingActivitiesPaginator(r.AutoScaling(c.Group.Place()), &autoscaling.DescribeScalingActivitiesInput{AutoScalingGroupName: aws.String(c.Group.ID)})
	for n := 0; n < mostPages && pages.HasMorePages(); n++ {
		page, err := pages.NextPage(ctx)
		if access.Unreadable(err) || access.Answered(err, "ValidationError") {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the activities of group %q: %w", c.Group.ID, err)
		}
		if slices.ContainsFunc(page.Activities, func(a scaling.Activity) bool {
			return aws.ToString(a.Description) == "Launching a new EC2 instance: "+c.Instance.ID
		}) {
			o.group, o.doubt = c.Group.ID, ""
			return nil
		}
	}
	return nil
}

// mostPages bounds how far back a group's activities are looked through.
const mostPages = 10

// harms says how the call does harm, by an instance of a group; "" where it does none.
func (c changed) harms(own string) string {
	others := slices.DeleteFunc(slices.Clone(c.Members), func(id string) bool { return id == c.Instance.ID })
	name := call.ID("autoscaling:" + c.Call)
	if c.Group.ID == "" { // the call names an instance, and by it a group: the caller's own, where it names the caller
		if len(others) > 0 {
			return "another instance than itself"
		}
		return ""
	}
	joins := name == call.AutoScalingAttachInstances && len(others) < len(c.Members)
	if own != c.Group.ID || c.Instance.Region != c.Group.Region || c.Instance.Account != c.Group.Account {
		return "its own is " + cmp.Or(own, "none")
	}
	if joins {
		return "it was no member until then"
	}
	switch h := changing()[name]; {
	case h == ofMembers && len(others) > 0:
		return "other instances of its own group"
	case h == ofSizes && empties(c.Set):
		return "its own group is left without instances"
	case h == always:
		return "its own group is deleted"
	}
	return ""
}

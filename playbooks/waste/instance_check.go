package waste

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/managed"
)

// checkInstance looks at the instance as the listing did, at its disks, and at all that shows that it is still wanted.
func checkInstance(ctx context.Context, in playbook.In, s playbook.Suspect[instance], p InstanceParams) ([]playbook.Suspect[instance], error) {
	i, err := action.LookInstance(ctx, in.AWS, s.Resource)
	if err != nil || i == nil {
		return nil, err
	}
	listed := listInstance(s.Resource, *i, p)
	if listed == nil {
		return nil, nil
	}
	f, tags := listed.Suspect.Facts, managed.Tags(i.Tags)
	kept, u, err := standing(ctx, in, s.Case, s.Resource, tags)
	if err != nil || kept != "" || restarted(listed.Since, u.Since) {
		return nil, err
	}
	f.Since, f.Opened = u.Since, u.Opened
	if f.Idle, err = spared(ctx, in.AWS, s.Resource); err != nil {
		return nil, err
	}
	if f.Asks == "" {
		if f.Asks, err = instructed(ctx, in.AWS, s.Resource); err != nil {
			return nil, err
		}
	}
	if f.Disks, err = disks(ctx, in.AWS, s.Resource, *i); err != nil {
		return nil, err
	}
	if f, err = f.worth(ctx, in.Prices, s.Resource); err != nil {
		return nil, err
	}
	found := f.of(s.Resource)
	found.Tags, found.Case = tags, s.Case
	return []playbook.Suspect[instance]{found}, nil
}

// restarted reports whether an instance was stopped later than its streak began: it ran between.
func restarted(stopped, since time.Time) bool {
	return stopped.After(since.Add(time.Minute))
}

// worth says where its end saves nothing, and asks where that is not known.
func (f instance) worth(ctx context.Context, prices playbook.Prices, at event.Resource) (instance, error) {
	saving, err := f.priced(ctx, prices, at)
	switch {
	case errors.Is(err, playbook.ErrNoPrice):
		if f.Asks == "" {
			f.Asks = "what its end saves is unknown: the image may cost more than the disks"
		}
	case err != nil:
		return f, fmt.Errorf("what the disks of instance %q cost: %w", at.ID, err)
	case saving.Net() <= 0 && f.Idle == "":
		f.Idle = "the image that would replace its disks costs at least as much"
	}
	return f, nil
}

// spared says which protection keeps an instance, "" where none does.
func spared(ctx context.Context, r access.Reads, i event.Resource) (string, error) {
	attribute, err := action.Protection(ctx, r, i)
	if err != nil || attribute == "" {
		return "", err
	}
	return "its attribute " + string(attribute) + " protects it: switch that off to have it gone", nil
}

// instructed says that an instance has user data, which undo does not give back; what it says is not kept.
func instructed(ctx context.Context, r access.Reads, i event.Resource) (string, error) {
	out, err := r.EC2(i.Place()).DescribeInstanceAttribute(ctx, &ec2.DescribeInstanceAttributeInput{InstanceId: aws.String(i.ID), Attribute: types.InstanceAttributeNameUserData})
	if err != nil {
		return "", fmt.Errorf("read whether instance %q has user data: %w", i.ID, err)
	}
	if out.UserData != nil && aws.ToString(out.UserData.Value) != "" {
		return "it has user data, which undo does not give back", nil
	}
	return "", nil
}

// disks are the volumes that end with an instance; the others go on costing.
func disks(ctx context.Context, r access.Reads, at event.Resource, i types.Instance) (all []disk, _ error) {
	var ids []string
	for _, m := range i.BlockDeviceMappings {
		if m.Ebs != nil && aws.ToBool(m.Ebs.DeleteOnTermination) {
			ids = append(ids, aws.ToString(m.Ebs.VolumeId))
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	out, err := r.EC2(at.Place()).DescribeVolumes(ctx, &ec2.DescribeVolumesInput{VolumeIds: ids})
	if err != nil {
		return nil, fmt.Errorf("read the disks of instance %q: %w", at.ID, err)
	}
	for _, v := range out.Volumes {
		all = append(all, disk{Type: string(v.VolumeType), GB: int(aws.ToInt32(v.Size)), IOPS: int(aws.ToInt32(v.Iops)), MiBps: int(aws.ToInt32(v.Throughput))})
	}
	return all, nil
}

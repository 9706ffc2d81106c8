package launch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbooks/contain"
)

// instances reads the instances of a launch. Asked for by filter, one that is gone does not fail the others.
func (w witness) instances(ctx context.Context, f launched) ([]types.Instance, error) {
	var out []types.Instance
	for _, filter := range f.filters() {
		pages := ec2.NewDescribeInstancesPaginator(w.in.AWS.EC2(w.place), &ec2.DescribeInstancesInput{Filters: []types.Filter{filter}})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, fmt.Errorf("read launched instances: %w", err)
			}
			for _, r := range page.Reservations {
				out = append(out, slices.DeleteFunc(r.Instances, func(i types.Instance) bool { return !f.names(i) })...)
			}
		}
	}
	// In an order of our own: AWS's may differ from call to call, and would look like drift.
	slices.SortFunc(out, func(a, b types.Instance) int {
		return strings.Compare(aws.ToString(a.InstanceId), aws.ToString(b.InstanceId))
	})
	if wanted := max(1, len(f.Instances)); len(out) < wanted && w.in.Now.Sub(f.At) < settling {
		return nil, fmt.Errorf("%d of %d launched instances can't be seen yet", wanted-len(out), wanted)
	}
	return out, nil
}

// How far the time of a launch may lie from its record's, which has whole seconds.
const early, late = 5 * time.Second, time.Minute

// filters ask for the instances by id, as many at a time as EC2 takes, by the token of their launch, or else by its time: by
// patterns of its minutes.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html: at most 200 values
func (f launched) filters() (all []types.Filter) {
	for some := range slices.Chunk(f.Instances, 200) {
		filter := types.Filter{Name: aws.String("instance-id")}
		for _, m := range some {
			filter.Values = append(filter.Values, m.ID)
		}
		all = append(all, filter)
	}
	switch {
	case len(all) > 0:
		return all
	case f.Token != "":
		return []types.Filter{{Name: aws.String("client-token"), Values: []string{f.Token}}}
	}
	byTime := types.Filter{Name: aws.String("launch-time")}
	for m := f.At.Add(-early).UTC().Truncate(time.Minute); !m.After(f.At.Add(late)); m = m.Add(time.Minute) {
		byTime.Values = append(byTime.Values, m.Format("2006-01-02T15:04:")+"*")
	}
	return []types.Filter{byTime}
}

// names reports whether an instance is one of the launch's, exactly: a filter takes * and ?, which a token may hold. Of a
// launch that names neither, it is taken for one by what the launch had and had not: its time, no token, the image that it
// asked for.
func (f launched) names(i types.Instance) bool {
	switch {
	case len(f.Instances) > 0:
		return slices.ContainsFunc(f.Instances, func(m machine) bool { return m.ID == aws.ToString(i.InstanceId) })
	case f.Token != "":
		return aws.ToString(i.ClientToken) == f.Token
	}
	at := aws.ToTime(i.LaunchTime)
	return aws.ToString(i.ClientToken) == "" && !at.Before(f.At.Add(-early)) && !at.After(f.At.Add(late)) &&
		(f.Asked == "" || f.Asked == aws.ToString(i.ImageId)) && (f.Recorded == "" || f.Recorded == tagOf(i, groupTag))
}

func over(i types.Instance) bool {
	return i.State != nil && (i.State.Name == types.InstanceStateNameTerminated || i.State.Name == types.InstanceStateNameShuttingDown)
}

func tagOf(i types.Instance, key string) string {
	for _, t := range i.Tags {
		if aws.ToString(t.Key) == key {
			return aws.ToString(t.Value)
		}
	}
	return ""
}

func tagsOf(i types.Instance) map[string]string {
	all := map[string]string{}
	for _, t := range i.Tags {
		all[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return all
}

// machine returns an instance as it is now, with what there is to stop it by besides its end, which its launch may have
// forbidden. What can't be read of that is a rung less, and no reason to wait.
func (w witness) machine(ctx context.Context, i types.Instance, v verdict) (m machine, err error) {
	m = machine{
		ID: aws.ToString(i.InstanceId), Image: aws.ToString(i.ImageId), VPC: aws.ToString(i.VpcId), Breaks: v.breaks, Doubt: v.doubt,
		Member: tagOf(i, groupTag),
	}
	for _, n := range i.NetworkInterfaces {
		m.Interfaces = append(m.Interfaces, aws.ToString(n.NetworkInterfaceId))
	}
	slices.Sort(m.Interfaces)
	if m.Isolation, err = w.isolation(ctx, m.VPC); err != nil || i.IamInstanceProfile == nil {
		return m, err
	}
	a, found, err := contain.OfInstance(ctx, w.in.AWS, w.place.In(event.Instance, m.ID), aws.ToString(i.IamInstanceProfile.Arn))
	switch {
	case access.Unreadable(err):
		return m, nil
	case err != nil:
		return m, fmt.Errorf("find the session of instance %q: %w", m.ID, err)
	case found && a.Others() == "":
		m.Session = &session{a.Holder, a.UserID}
	}
	return m, nil
}

// isolation returns the group that isolates in a VPC: the configured one, else the one that the deployment has ready.
func (w witness) isolation(ctx context.Context, vpc string) (string, error) {
	if group := w.params.IsolationGroups[vpc]; group != "" || vpc == "" {
		return group, nil
	}
	if group, asked := w.isolating[vpc]; asked {
		return group, nil
	}
	group, _, err := action.FindIsolation(ctx, w.in.AWS, w.place, vpc)
	if access.Unreadable(err) {
		err = nil
	}
	w.isolating[vpc] = group
	return group, err
}

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

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// settling is how long EC2 may take to show an instance that it has launched: it is eventually consistent.
const settling = 10 * time.Minute

// checkLaunch reads the instances as they are now, and what the policy says of their images. It keeps those that break it
// and still live, each under the root that launched it.
func checkLaunch(ctx context.Context, in playbook.In, s playbook.Suspect[launched], p ImageParams) ([]playbook.Suspect[launched], error) {
	switch {
	case s.Facts.Task != "":
		return checkRoot(ctx, in, s, p)
	case len(s.Facts.Instances) == 0 && s.Facts.Source != nil:
		return checkRequest(ctx, in, s, p)
	}
	place := s.Resource.Place()
	found, err := findLaunched(ctx, in, place, s.Facts)
	if err != nil {
		return nil, err
	}
	var out []playbook.Suspect[launched]
	r := reader{judge(in, place, p.policy(), s.Facts.At), incident{at: s.Facts.At}}
	w := witness{r, map[string]outlook{}, map[event.Resource]prospect{}}
	means := means{in, place, p.IsolationGroups, map[string]string{}}
	for _, i := range found {
		if over(i) || s.Facts.Noticed && started(i) {
			continue
		}
		v, err := r.launched(ctx, i)
		if err != nil {
			return nil, err
		}
		if v.breaks == "" {
			continue
		}
		of, err := w.launcher(ctx, s.Facts, memberOf(i), v.doubt)
		if err != nil {
			return nil, err
		}
		m := seen(i, v)
		if of.Group == "" {
			if of.Source, m.Source, err = w.source(ctx, i, v.doubt); err != nil {
				return nil, err
			}
		}
		m.Old = in.Now.Sub(s.Facts.At) > p.TerminateWithin || i.LaunchTime != nil && in.Now.Sub(*i.LaunchTime) > p.TerminateWithin
		if of.Guessed && m.Doubt == "" {
			m.Doubt = "the record names neither the instances nor their token: it is taken for one of them by the time of its launch"
		}
		if err := means.find(ctx, &m, i); err != nil {
			return nil, err
		}
		out = gather(out, place, of, m)
	}
	return withPins(ctx, r, out, p.Group)
}

// withPins adds what each group may be pinned to, where that is the answer.
func withPins(ctx context.Context, r reader, found []playbook.Suspect[launched], answer GroupAnswer) ([]playbook.Suspect[launched], error) {
	for i := range found {
		f := &found[i].Facts
		if f.Group == "" || f.Spared != "" || answer != Pin {
			continue
		}
		var err error
		if f.Pin, err = r.pinning(ctx, f.Group); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// findLaunched reads the instances of a launch. Asked for by filter, one that is gone does not fail the others.
func findLaunched(ctx context.Context, in playbook.In, p event.Place, f launched) ([]types.Instance, error) {
	var out []types.Instance
	for _, filter := range filters(f) {
		pages := ec2.NewDescribeInstancesPaginator(in.AWS.EC2(p), &ec2.DescribeInstancesInput{Filters: []types.Filter{filter}})
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
	if wanted := max(1, len(f.Instances)); len(out) < wanted && in.Now.Sub(f.At) < settling {
		return nil, fmt.Errorf("%d of %d launched instances can't be seen yet", wanted-len(out), wanted)
	}
	return out, nil
}

// filters ask for the instances by id, as many at a time as EC2 takes, by the token of their launch, or else by its time.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html: at most 200 values
func filters(f launched) (all []types.Filter) {
	for some := range slices.Chunk(ids(f.Instances), 200) {
		all = append(all, types.Filter{Name: aws.String("instance-id"), Values: some})
	}
	switch {
	case len(all) > 0:
	case f.Token != "":
		all = []types.Filter{{Name: aws.String("client-token"), Values: []string{f.Token}}}
	default:
		all = []types.Filter{{Name: aws.String("launch-time"), Values: minutes(f.At.Add(-early), f.At.Add(late))}}
	}
	return all
}

// How far the time of a launch may lie from its record's, which has whole seconds.
const early, late = 5 * time.Second, time.Minute

// minutes are the patterns that fit all moments between two.
func minutes(from, to time.Time) (patterns []string) {
	for m := from.UTC().Truncate(time.Minute); !m.After(to); m = m.Add(time.Minute) {
		patterns = append(patterns, m.Format("2006-01-02T15:04:")+"*")
	}
	return patterns
}

// names reports whether an instance is one of the launch's, exactly: a filter takes * and ?, which a token may hold. Of a
// launch that names neither, it is taken for one by what the launch had and had not: its time, no token, the image that it
// asked for.
func (f launched) names(i types.Instance) bool {
	switch {
	case len(f.Instances) > 0:
		return slices.Contains(ids(f.Instances), aws.ToString(i.InstanceId))
	case f.Token != "":
		return aws.ToString(i.ClientToken) == f.Token
	}
	at := aws.ToTime(i.LaunchTime)
	return aws.ToString(i.ClientToken) == "" && !at.Before(f.At.Add(-early)) && !at.After(f.At.Add(late)) &&
		(f.Asked == "" || f.Asked == aws.ToString(i.ImageId)) && (f.Recorded == "" || f.Recorded == memberOf(i))
}

// unnamed reports whether the record names neither the instances nor the token by which they are found.
func (f launched) unnamed() bool { return f.Token == "" && len(f.Instances) == 0 }

func ids(machines []machine) []string {
	out := make([]string, 0, len(machines))
	for _, m := range machines {
		out = append(out, m.ID)
	}
	return out
}

func over(i types.Instance) bool {
	return i.State != nil && (i.State.Name == types.InstanceStateNameTerminated || i.State.Name == types.InstanceStateNameShuttingDown)
}

// memberOf is the group that an instance is in, "" for none: it need not be the one that launched it.
func memberOf(i types.Instance) string { return tagOf(i, groupTag) }

func tagOf(i types.Instance, key string) string {
	for _, t := range i.Tags {
		if aws.ToString(t.Key) == key {
			return aws.ToString(t.Value)
		}
	}
	return ""
}

func seen(i types.Instance, v verdict) machine {
	m := machine{
		ID: aws.ToString(i.InstanceId), Image: aws.ToString(i.ImageId), VPC: aws.ToString(i.VpcId), Breaks: v.breaks, Doubt: v.doubt,
		Member: memberOf(i),
	}
	for _, n := range i.NetworkInterfaces {
		m.Interfaces = append(m.Interfaces, aws.ToString(n.NetworkInterfaceId))
	}
	slices.Sort(m.Interfaces)
	return m
}

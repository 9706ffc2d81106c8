package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// placeReads are the rights that finding an instance needs, beside reading it.
func placeReads() []call.ID {
	return []call.ID{call.EC2DescribeRegions, call.IAMListInstanceProfilesForRole}
}

// located is an instance and where it was found.
type located struct {
	machine
	region string
	found  bool
	unread string // why it may be where it was not found, "" where nothing was left out
}

// find reads the instance where the record says that it is, else in the region of the call, and where it is not there, in the others: which region
// a call is made in is its caller's choice, so that an instance which is not there clears nobody.
func (u used) find(ctx context.Context, in playbook.In) (located, error) {
	region := u.Region
	if kept, ok := in.Whereabouts.Of(u.Instance, in.Now); region == "" && ok {
		region = kept.Region
	}
	if u.Placed {
		region = u.Instance.Region
	}
	if region != "" {
		m, found, err := instanceOf(ctx, in.AWS, u.in(region))
		return located{machine: m, region: region, found: found}, err
	}
	m, found, denied := instanceOf(ctx, in.AWS, u.Instance)
	if found || denied != nil && !unread(denied) {
		return located{machine: m, region: u.Instance.Region, found: found}, denied
	}
	if kept, ok := in.Whereabouts.Of(u.Instance, in.Now); ok {
		return located{unread: kept.Unread}, nil
	}
	if !u.Known { // whoever may assume a role names its sessions as it likes: what is no instance's role is not looked for
		if can, err := u.machines(ctx, in.AWS); err != nil || !can {
			return located{}, err
		}
	}
	return u.around(ctx, in, denied)
}

// around looks through the other regions. Where none could be read at all, it is an error.
func (u used) around(ctx context.Context, in playbook.In, denied error) (located, error) {
	var closed []string
	if denied != nil {
		closed = append(closed, u.Instance.Region)
	}
	regions, err := u.regions(ctx, in)
	switch {
	case unread(err) && denied == nil:
		closed = append(closed, "all other regions")
	case err != nil:
		return located{}, err
	}
	read := denied == nil
	for _, region := range regions {
		m, found, err := instanceOf(ctx, in.AWS, u.in(region))
		switch {
		case unread(err):
			closed, denied = append(closed, region), err
			continue
		case err != nil:
			return located{}, err
		case found:
			in.Whereabouts.Keep(u.Instance, playbook.Whereabout{Region: region}, in.Now)
			return located{machine: m, region: region, found: true}, nil
		}
		read = true
	}
	if !read {
		return located{}, denied
	}
	kept := playbook.Whereabout{}
	if len(closed) > 0 {
		kept.Unread = "the instance was not found, and " + strings.Join(closed, ", ") + " can't be read: by which addresses it goes out is not known"
	}
	in.Whereabouts.Keep(u.Instance, kept, in.Now)
	return located{unread: kept.Unread}, nil
}

// regions are those that are defended, without that of the call: those of the configuration, and where it names none, those of the account.
func (u used) regions(ctx context.Context, in playbook.In) (all []string, err error) {
	all = slices.Clone(in.Organization.Regions)
	if len(all) == 0 {
		out, err := in.AWS.EC2(u.Instance.Place()).DescribeRegions(ctx, &ec2.DescribeRegionsInput{})
		if err != nil {
			return nil, fmt.Errorf("read regions: %w", err)
		}
		for _, r := range out.Regions {
			all = append(all, aws.ToString(r.RegionName))
		}
		slices.Sort(all)
	}
	return slices.DeleteFunc(all, func(r string) bool { return r == u.Instance.Region }), nil
}

// machines reports whether instances can have the session's role at all.
func (u used) machines(ctx context.Context, r access.Reads) (bool, error) {
	name := u.Actor.Holder.ID[strings.LastIndexByte(u.Actor.Holder.ID, '/')+1:]
	out, err := r.IAM(u.Actor.Place).ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: &name})
	switch {
	case access.Answered(err, "NoSuchEntity"):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("read instance profiles of role %q: %w", name, err)
	}
	return len(out.InstanceProfiles) > 0, nil
}

// in is the instance in a region.
func (u used) in(region string) event.Resource {
	at := u.Instance
	at.Region = region
	return at
}

// unread reports whether AWS answered that a region can't be read, which it will answer again: it is closed to riposte, or not enabled.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
func unread(err error) bool {
	return access.Unreadable(err) || access.Answered(err, "AuthFailure", "OptInRequired")
}

package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// rolesOf are the roles of the instances that a record names, by id; of addresses, of the instances that have or had them.
func rolesOf(ctx context.Context, in playbook.In, f *lock) (map[string]types.Role, error) {
	filter, ids := "instance-id", idsOf(f.Instances)
	if len(ids) == 0 { // a call about an address names one interface, or one association
		filter, ids = "network-interface.network-interface-id", idsOf(f.Addressed[:1])
		if f.Addressed[0].Type == event.Association {
			held, err := in.History.Recall(ctx, f.Addressed[0], holderOf, in.Now)
			if err != nil || held == nil {
				return nil, err // whose address it was, no record showed
			}
			ids[0] = held.Value
		}
		if strings.HasPrefix(ids[0], "i-") {
			filter = "instance-id"
		}
	}
	roles, place := map[string]types.Role{}, in.Origin.Place
	found, err := machinesBy(ctx, in.AWS, place, filter, ids) // those that end still have their role
	if err != nil {
		return nil, err
	}
	f.Instances = nil
	for _, m := range found {
		f.Instances = append(f.Instances, place.In(event.Instance, m.id))
		if m.profile == "" || len(roles) > mostRoles || slices.ContainsFunc(found[:len(f.Instances)-1], func(o machine) bool { return o.profile == m.profile }) {
			continue
		}
		out, err := in.AWS.IAM(event.Place{Partition: place.Partition, Account: place.Account}).
			GetInstanceProfile(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: aws.String(m.profile[strings.LastIndexByte(m.profile, '/')+1:])})
		switch {
		case action.Missing(err):
			continue
		case err != nil:
			return nil, fmt.Errorf("read instance profile %q: %w", m.profile, err)
		}
		for _, r := range out.InstanceProfile.Roles {
			roles[aws.ToString(r.RoleId)] = r
		}
	}
	return roles, nil
}

func idsOf(all []event.Resource) (ids []string) {
	for _, r := range all {
		ids = append(ids, r.ID)
	}
	return ids
}

// machinesBy are the instances that a filter finds.
func machinesBy(ctx context.Context, r access.Reads, at event.Place, filter string, values []string) (all []machine, err error) {
	pages := ec2.NewDescribeInstancesPaginator(r.EC2(at), &ec2.DescribeInstancesInput{Filters: []ec2types.Filter{{Name: &filter, Values: values}}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read instances by %s: %w", filter, err)
		}
		for _, reservation := range page.Reservations {
			for _, i := range reservation.Instances {
				all = append(all, machineOf(i))
			}
		}
	}
	return all, nil
}

// readMachines finds all instances that have the role, by whichever profile and in whichever region: a lock concerns them all.
func (l *locking) readMachines(ctx context.Context) error {
	home := l.found.Role.Place()
	var profiles []string
	pages := iam.NewListInstanceProfilesForRolePaginator(l.in.AWS.IAM(home), &iam.ListInstanceProfilesForRoleInput{RoleName: l.of.RoleName})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("read instance profiles of role %q: %w", l.found.Role.ID, err)
		}
		for _, p := range page.InstanceProfiles {
			profiles = append(profiles, aws.ToString(p.Arn))
		}
	}
	out, err := l.in.AWS.EC2(l.in.Origin.Place).DescribeRegions(ctx, &ec2.DescribeRegionsInput{})
	if err != nil {
		return fmt.Errorf("read regions: %w", err)
	}
	slices.SortFunc(out.Regions, func(a, b ec2types.Region) int { return strings.Compare(*a.RegionName, *b.RegionName) })
	for _, region := range out.Regions {
		at := home
		at.Region = aws.ToString(region.RegionName)
		found, err := machinesBy(ctx, l.in.AWS, at, "iam-instance-profile.arn", profiles)
		found = slices.DeleteFunc(found, func(m machine) bool { return m.ended })
		switch {
		case access.Unreadable(err) && at.Region != l.in.Origin.Place.Region:
			l.doubt("what instances of the role there are in %s can't be read", at.Region)
		case err != nil:
			return err
		case len(found) > 0:
			l.machines = append(l.machines, fleet{at, found})
		}
		for _, m := range found {
			if m.node {
				l.doubtFirst("instance %s is a node of a cluster, whose pods may leave by other ways", m.id)
			}
		}
	}
	return nil
}

// trusted doubts a role that others than EC2 assume, or whose trust can't be read. The lock does not concern them: a person
// knows what they are.
func (l *locking) trusted() {
	text, err := url.PathUnescape(aws.ToString(l.of.AssumeRolePolicyDocument))
	var trust struct {
		Statement []struct {
			Effect    string
			Principal map[string]any
		}
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &trust)
	}
	others := err != nil
	for _, s := range trust.Statement {
		for kind, who := range s.Principal {
			named, _ := who.(string)
			if list, ok := who.([]any); ok && len(list) == 1 {
				named, _ = list[0].(string)
			}
			others = others || s.Effect == "Allow" && (kind != "Service" || !strings.HasPrefix(named, "ec2.amazonaws.com"))
		}
	}
	if others {
		l.doubtFirst("the role is trusted to others than EC2, or its trust policy can't be read")
	}
}

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

// The isolating security group that a deployment has ready in a VPC. It is found by its name, which no second group of the
// VPC can have; the tag is what IAM can ask for: the contain tier may use no group that does not carry it.
// https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
const (
	IsolationGroup = "riposte-isolation"
	IsolationTag   = "riposte:isolation" // = "true"
)

// IsolationReads are the rights that FindIsolation needs.
func IsolationReads() []call.ID { return []call.ID{call.EC2DescribeSecurityGroups} }

// FindIsolation is the id of the isolating group of a VPC, "" with the reason where there is none that isolates.
func FindIsolation(ctx context.Context, r access.Reads, place event.Place, vpc string) (id, why string, err error) {
	found, err := securityGroups(ctx, r, place, types.Filter{Name: aws.String("vpc-id"), Values: []string{vpc}}, types.Filter{Name: aws.String("group-name"), Values: []string{IsolationGroup}})
	if err != nil {
		return "", "", fmt.Errorf("find the isolating group of %q: %w", vpc, err)
	}
	for _, g := range found {
		if g.OwnerId != nil && *g.OwnerId != place.Account {
			continue // shared with us, and its owner may open it
		}
		return usable(g)
	}
	return "", fmt.Sprintf("%s has no security group %s", vpc, IsolationGroup), nil
}

// usable is the id of a group that was found by its name, where it isolates and the contain tier may use it.
func usable(g types.SecurityGroup) (id, why string, err error) {
	id = aws.ToString(g.GroupId)
	switch {
	case !isolates(g):
		return "", opened(id), nil
	case !slices.ContainsFunc(g.Tags, func(t types.Tag) bool { return aws.ToString(t.Key) == IsolationTag && aws.ToString(t.Value) == "true" }):
		return "", fmt.Sprintf("the security group %s lacks the tag %s=true", id, IsolationTag), nil
	}
	return id, "", nil
}

// passable returns why groups do not isolate, "" if they all do: a caller that may write rules opens what riposte has closed.
func passable(ctx context.Context, r access.Reads, place event.Place, ids []string) (why string, err error) {
	for _, id := range ids {
		found, err := securityGroups(ctx, r, place, types.Filter{Name: aws.String("group-id"), Values: []string{id}})
		switch {
		case err != nil:
			return "", fmt.Errorf("read security group %q: %w", id, err)
		case len(found) == 0:
			return fmt.Sprintf("the security group %s is not there", id), nil
		case !isolates(found[0]):
			return opened(id), nil
		}
	}
	return "", nil
}

func opened(id string) string {
	return fmt.Sprintf("the security group %s has rules that let traffic through", id)
}

// isolates reports whether a group lets nothing in and nothing out. A rule to the machine itself passes nothing: it is how
// CloudFormation is kept from adding the rule that lets everything out.
func isolates(g types.SecurityGroup) bool {
	return len(g.IpPermissions) == 0 && !slices.ContainsFunc(g.IpPermissionsEgress, func(p types.IpPermission) bool {
		return len(p.Ipv6Ranges)+len(p.PrefixListIds)+len(p.UserIdGroupPairs) > 0 ||
			slices.ContainsFunc(p.IpRanges, func(r types.IpRange) bool { return aws.ToString(r.CidrIp) != "127.0.0.1/32" })
	})
}

func securityGroups(ctx context.Context, r access.Reads, place event.Place, filters ...types.Filter) (all []types.SecurityGroup, err error) {
	pages := ec2.NewDescribeSecurityGroupsPaginator(r.EC2(place), &ec2.DescribeSecurityGroupsInput{Filters: filters})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, out.SecurityGroups...)
	}
	return all, nil
}

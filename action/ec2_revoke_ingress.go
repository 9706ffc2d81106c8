package action

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// revokeIngressKind closes one door of a security group. Connections that are tracked by then go on until they are idle.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html
var revokeIngressKind = Define[RevokeIngress](Kind{
	Name: "ec2.revoke-ingress", Version: 1, Does: "take one inbound rule from a security group", Class: Contain, Tier: TierContain,
	Reads:    []call.ID{call.EC2DescribeSecurityGroupRules},
	Writes:   []call.ID{call.EC2RevokeSecurityGroupIngress},
	UndoneBy: []call.ID{call.EC2AuthorizeSecurityGroupIngress, call.EC2ModifySecurityGroupRules},
})

// allowIngressKind opens it again. It is in the author tier: who may open a group can open every one. Nothing undoes it: a door that
// is closed by its owner is not opened again.
var allowIngressKind = Define[AllowIngress](Kind{
	Name: "ec2.allow-ingress", Version: 1, Does: "give a security group one inbound rule", Class: Mend, Tier: TierAuthor,
	Reads:  []call.ID{call.EC2DescribeSecurityGroupRules},
	Writes: []call.ID{call.EC2AuthorizeSecurityGroupIngress},
})

// IngressRule is an inbound rule by what it lets through; ids change when a rule is made anew.
type IngressRule struct {
	Protocol    string // tcp, udp, -1 for all
	From, To    int32  // ports; -1 for all
	Peer        string // a block of addresses, IPv4 or IPv6, or the id of a prefix list
	Description string `json:",omitempty"`
}

// String is the rule as people write it: "tcp 22 from 0.0.0.0/0".
func (r IngressRule) String() string {
	switch {
	case r.Protocol == "-1":
		return "all traffic from " + r.Peer
	case r.From == r.To:
		return fmt.Sprintf("%s %d from %s", r.Protocol, r.From, r.Peer)
	}
	return fmt.Sprintf("%s %d-%d from %s", r.Protocol, r.From, r.To, r.Peer)
}

// Is reports whether two rules let the same through, whatever is said of them.
func (r IngressRule) Is(o IngressRule) bool {
	r.Description, o.Description = "", ""
	a, errA := netip.ParsePrefix(r.Peer)
	b, errB := netip.ParsePrefix(o.Peer)
	if errA == nil && errB == nil { // EC2 takes a block by any address in it
		r.Peer, o.Peer = a.Masked().String(), b.Masked().String()
	}
	return r == o
}

// RevokeIngress wants a security group without one inbound rule; other rules stay.
type RevokeIngress struct {
	Group event.Resource
	Rule  IngressRule
}

// AllowIngress wants a security group to have one inbound rule.
type AllowIngress struct {
	Group event.Resource
	Rule  IngressRule
}

// About is the action as data.
func (i RevokeIngress) About() About {
	return About{
		Kind: revokeIngressKind, Target: i.Group,
		Facet: i.Rule.String(),
		Hits:  fmt.Sprintf("%s to all behind security group %s", i.Rule, i.Group.ID), // hosts behind it may live by the rule
	}
}

// Look reads the group's rules. The way back has the rule's own description.
func (i RevokeIngress) Look(ctx context.Context, r access.Reads) (Look, error) {
	rules, err := IngressOf(ctx, r, i.Group)
	if err != nil {
		return Look{}, err
	}
	at := slices.IndexFunc(rules, func(o IngressRule) bool { return o.Is(i.Rule) })
	if at < 0 {
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: AllowIngress{i.Group, rules[at]}}, nil
}

// Do takes the rule away, by what it lets through. One that is gone is no error.
func (i RevokeIngress) Do(ctx context.Context, w access.Writes) error {
	_, err := w.EC2(i.Group.Place()).RevokeSecurityGroupIngress(ctx, &ec2.RevokeSecurityGroupIngressInput{
		GroupId: aws.String(i.Group.ID), IpPermissions: []types.IpPermission{i.Rule.permission()},
	})
	if access.Answered(err, "InvalidPermission.NotFound") {
		return nil
	}
	return Refused(fmt.Sprintf("take %s from security group %q", i.Rule, i.Group.ID), err)
}

// About is the action as data.
func (i AllowIngress) About() About {
	return About{Kind: allowIngressKind, Target: i.Group, Facet: i.Rule.String()}
}

// Look reads the group's rules.
func (i AllowIngress) Look(ctx context.Context, r access.Reads) (Look, error) {
	rules, err := IngressOf(ctx, r, i.Group)
	switch {
	case err != nil:
		return Look{}, err
	case slices.ContainsFunc(rules, i.Rule.Is):
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: RevokeIngress(i)}, nil
}

// Do adds the rule. One that is there already is no error.
func (i AllowIngress) Do(ctx context.Context, w access.Writes) error {
	_, err := w.EC2(i.Group.Place()).AuthorizeSecurityGroupIngress(ctx, &ec2.AuthorizeSecurityGroupIngressInput{
		GroupId: aws.String(i.Group.ID), IpPermissions: []types.IpPermission{i.Rule.permission()},
	})
	if access.Answered(err, "InvalidPermission.Duplicate") {
		return nil
	}
	return Refused(fmt.Sprintf("give security group %q %s", i.Group.ID, i.Rule), err)
}

// permission is the rule as EC2 takes it.
func (r IngressRule) permission() types.IpPermission {
	p := types.IpPermission{IpProtocol: aws.String(r.Protocol)}
	if r.Protocol != "-1" {
		p.FromPort, p.ToPort = aws.Int32(r.From), aws.Int32(r.To)
	}
	var said *string
	if r.Description != "" {
		said = aws.String(r.Description)
	}
	switch peer := aws.String(r.Peer); {
	case strings.HasPrefix(r.Peer, "pl-"):
		p.PrefixListIds = []types.PrefixListId{{PrefixListId: peer, Description: said}}
	case strings.Contains(r.Peer, ":"):
		p.Ipv6Ranges = []types.Ipv6Range{{CidrIpv6: peer, Description: said}}
	default:
		p.IpRanges = []types.IpRange{{CidrIp: peer, Description: said}}
	}
	return p
}

// IngressOf returns the inbound rules of a security group that name addresses or a prefix list; none where the group is gone.
// Those that name other groups open nothing to the world.
func IngressOf(ctx context.Context, r access.Reads, group event.Resource) (all []IngressRule, err error) {
	pages := ec2.NewDescribeSecurityGroupRulesPaginator(r.EC2(group.Place()), &ec2.DescribeSecurityGroupRulesInput{
		Filters: []types.Filter{{Name: aws.String("group-id"), Values: []string{group.ID}}},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the rules of security group %q: %w", group.ID, err)
		}
		for _, s := range page.SecurityGroupRules {
			peer := cmp.Or(aws.ToString(s.CidrIpv4), aws.ToString(s.CidrIpv6), aws.ToString(s.PrefixListId))
			if aws.ToString(s.GroupId) != group.ID || aws.ToBool(s.IsEgress) || peer == "" {
				continue
			}
			all = append(all, IngressRule{aws.ToString(s.IpProtocol), aws.ToInt32(s.FromPort), aws.ToInt32(s.ToPort), peer, aws.ToString(s.Description)})
		}
	}
	return all, nil
}

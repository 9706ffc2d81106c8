package ec2

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// prefixLists are named lists of CIDR blocks, which rules may name in place of a block.
var prefixLists = core.Shelf[prefixList]{
	Kind: "ec2.prefix-list", ID: "ID", Missing: core.Missing("InvalidPrefixListID.NotFound", "The prefix list ID '%s' does not exist"),
}

type prefixList struct {
	ID    string   `yaml:"id"`
	CIDRs []string `yaml:"cidrs"`
}

func (e prefixList) build(at core.At) error { prefixLists.Put(at, &e); return nil }

func prefixListResource() core.Resource {
	return core.Resource{Shelf: &prefixLists, Operations: []core.Operation{
		core.Define(core.Spec[ec2.GetManagedPrefixListEntriesInput, ec2.GetManagedPrefixListEntriesOutput]{
			Knows: "PrefixListId MaxResults NextToken",
			Answer: core.Found(&prefixLists, "PrefixListId", func(_ *core.Call, _ *ec2.GetManagedPrefixListEntriesInput, l *prefixList) (*ec2.GetManagedPrefixListEntriesOutput, *core.Refusal) {
				out := &ec2.GetManagedPrefixListEntriesOutput{}
				for _, cidr := range l.CIDRs {
					out.Entries = append(out.Entries, types.PrefixListEntry{Cidr: aws.String(cidr)})
				}
				return out, nil
			}),
		}),
		core.Define(core.Spec[ec2.DescribeSecurityGroupRulesInput, ec2.DescribeSecurityGroupRulesOutput]{
			Knows: "Filters MaxResults NextToken",
			Answer: func(c *core.Call, in *ec2.DescribeSecurityGroupRulesInput) (*ec2.DescribeSecurityGroupRulesOutput, *core.Refusal) {
				var all []types.SecurityGroupRule // the filter for a group that is not there finds none
				for _, g := range securityGroups.Sorted(c.At) {
					all = append(all, g.Rules...)
				}
				found, refused := core.Filter(all, in.Filters, map[string]string{"group-id": "GroupId", "security-group-rule-id": "SecurityGroupRuleId"})
				return &ec2.DescribeSecurityGroupRulesOutput{SecurityGroupRules: found}, refused
			},
		}),
	}}
}

// onGroup is the right on the security group that a call names.
func onGroup[I any](c *core.Call, in *I) []core.Need {
	return c.On(c.ARN("ec2", "security-group/"+aws.ToString(reflect.ValueOf(in).Elem().FieldByName("GroupId").Interface().(*string))))
}

// add gives a rule an id and the group, and keeps it.
func (g *securityGroup) add(at core.At, r types.SecurityGroupRule) types.SecurityGroupRule {
	r.SecurityGroupRuleId, r.GroupId, r.GroupOwnerId, r.IsEgress = aws.String(at.ResourceID("sgr")), aws.String(g.ID), aws.String(at.Place.Account), aws.Bool(false)
	g.Rules = append(g.Rules, r)
	return r
}

// authorizeIngress adds the rules; one that is there already refuses all.
func authorizeIngress(c *core.Call, in *ec2.AuthorizeSecurityGroupIngressInput, g *securityGroup) (*ec2.AuthorizeSecurityGroupIngressOutput, *core.Refusal) {
	asked := rulesOf(in.CidrIp, in.IpProtocol, in.FromPort, in.ToPort, in.IpPermissions)
	for _, r := range asked {
		if slices.ContainsFunc(g.Rules, func(o types.SecurityGroupRule) bool { return alike(o, r) }) {
			return nil, core.Refuse("InvalidPermission.Duplicate", "the specified rule \"peer: %s\" already exists", peer(r))
		}
	}
	out := &ec2.AuthorizeSecurityGroupIngressOutput{Return: aws.Bool(true)}
	for _, r := range asked {
		out.SecurityGroupRules = append(out.SecurityGroupRules, g.add(c.At, r))
	}
	return out, nil
}

// revokeIngress takes rules away; one that is not there is an error, as in a default VPC.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokeSecurityGroupIngress.html
func revokeIngress(_ *core.Call, in *ec2.RevokeSecurityGroupIngressInput, g *securityGroup) (*ec2.RevokeSecurityGroupIngressOutput, *core.Refusal) {
	for _, r := range rulesOf(in.CidrIp, in.IpProtocol, in.FromPort, in.ToPort, in.IpPermissions) {
		i := slices.IndexFunc(g.Rules, func(o types.SecurityGroupRule) bool { return alike(o, r) })
		if i < 0 {
			return nil, core.Refuse("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
		}
		g.Rules = slices.Delete(g.Rules, i, i+1)
	}
	return &ec2.RevokeSecurityGroupIngressOutput{Return: aws.Bool(true)}, nil
}

// rulesOf are the rules that a call names, in either of its spellings: one for each peer.
func rulesOf(cidr, protocol *string, from, to *int32, permissions []types.IpPermission) (all []types.SecurityGroupRule) {
	if cidr != nil {
		return []types.SecurityGroupRule{{IpProtocol: protocol, FromPort: aws.Int32(port(from)), ToPort: aws.Int32(port(to)), CidrIpv4: cidr}}
	}
	for _, p := range permissions {
		r := types.SecurityGroupRule{IpProtocol: p.IpProtocol, FromPort: aws.Int32(port(p.FromPort)), ToPort: aws.Int32(port(p.ToPort))}
		for _, v4 := range p.IpRanges {
			r := r
			r.CidrIpv4, r.Description = v4.CidrIp, v4.Description
			all = append(all, r)
		}
		for _, v6 := range p.Ipv6Ranges {
			r := r
			r.CidrIpv6, r.Description = v6.CidrIpv6, v6.Description
			all = append(all, r)
		}
		for _, l := range p.PrefixListIds {
			r := r
			r.PrefixListId, r.Description = l.PrefixListId, l.Description
			all = append(all, r)
		}
	}
	return all
}

// ruleOf reads a rule of the estate.
func ruleOf(text string) (r types.SecurityGroupRule, err error) {
	words := strings.Fields(text)
	r = types.SecurityGroupRule{IpProtocol: aws.String("-1"), FromPort: aws.Int32(-1), ToPort: aws.Int32(-1)}
	if len(words) == 3 {
		first, last, span := strings.Cut(words[1], "-")
		from, err := strconv.ParseInt(first, 10, 32)
		to := from
		if err == nil && span {
			to, err = strconv.ParseInt(last, 10, 32)
		}
		if err != nil {
			return r, fmt.Errorf("ports of %q: %w", text, err)
		}
		r.IpProtocol, r.FromPort, r.ToPort = aws.String(words[0]), aws.Int32(int32(from)), aws.Int32(int32(to))
	} else if len(words) != 1 {
		return r, fmt.Errorf("%q is neither a block nor protocol, ports and block", text)
	}
	switch peer := words[len(words)-1]; {
	case strings.HasPrefix(peer, "pl-"):
		r.PrefixListId = aws.String(peer)
	case strings.Contains(peer, ":"):
		r.CidrIpv6 = aws.String(peer)
	default:
		r.CidrIpv4 = aws.String(peer)
	}
	return r, nil
}

func alike(a, b types.SecurityGroupRule) bool {
	return aws.ToString(a.IpProtocol) == aws.ToString(b.IpProtocol) && aws.ToInt32(a.FromPort) == aws.ToInt32(b.FromPort) &&
		aws.ToInt32(a.ToPort) == aws.ToInt32(b.ToPort) && peer(a) == peer(b)
}

func peer(r types.SecurityGroupRule) string {
	return cmp.Or(aws.ToString(r.CidrIpv4), aws.ToString(r.CidrIpv6), aws.ToString(r.PrefixListId))
}

// permissionOf is how DescribeSecurityGroups shows a rule. For all protocols it names no ports.
func permissionOf(r types.SecurityGroupRule) types.IpPermission {
	p := types.IpPermission{IpProtocol: r.IpProtocol}
	if aws.ToString(r.IpProtocol) != "-1" {
		p.FromPort, p.ToPort = r.FromPort, r.ToPort
	}
	switch {
	case r.CidrIpv4 != nil:
		p.IpRanges = []types.IpRange{{CidrIp: r.CidrIpv4, Description: r.Description}}
	case r.CidrIpv6 != nil:
		p.Ipv6Ranges = []types.Ipv6Range{{CidrIpv6: r.CidrIpv6, Description: r.Description}}
	default:
		p.PrefixListIds = []types.PrefixListId{{PrefixListId: r.PrefixListId, Description: r.Description}}
	}
	return p
}

// port is -1 for all of them.
func port(given *int32) int32 {
	if given == nil {
		return -1
	}
	return *given
}

// ruleRequest is the record of a request in either spelling.
func ruleRequest(group, cidr, protocol *string, from, to *int32, permissions []types.IpPermission) core.Fields {
	r := core.Fields{"groupId": aws.ToString(group), "ipPermissions": core.Fields{}}
	if cidr != nil {
		r["cidrIp"], r["ipProtocol"], r["fromPort"], r["toPort"] = aws.ToString(cidr), aws.ToString(protocol), port(from), port(to)
		return r
	}
	items := []any{}
	for _, p := range permissions {
		one := core.Fields{"ipProtocol": aws.ToString(p.IpProtocol), "groups": core.Fields{}, "ipRanges": core.Fields{}, "ipv6Ranges": core.Fields{}, "prefixListIds": core.Fields{}}
		if p.FromPort != nil {
			one["fromPort"], one["toPort"] = *p.FromPort, port(p.ToPort)
		}
		for key, list := range map[string]any{"ipRanges": p.IpRanges, "ipv6Ranges": p.Ipv6Ranges, "prefixListIds": p.PrefixListIds} {
			if spelled, ok := core.Camel(list).([]any); ok && len(spelled) > 0 {
				one[key] = core.Fields{"items": spelled}
			}
		}
		items = append(items, one)
	}
	r["ipPermissions"] = core.Fields{"items": items}
	return r
}

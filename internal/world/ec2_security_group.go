package world

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// securityGroup is one security group; the world filters no packets. Ingress and egress are the CIDR blocks that its rules
// let through, for any protocol.
type securityGroup struct {
	ID, Name, VPC   string
	Ingress, Egress []string
	Tags            map[string]string
}

func securityGroupOperations() []operation {
	return []operation{
		define(spec[ec2.DescribeSecurityGroupsInput, ec2.DescribeSecurityGroupsOutput]{
			name: "ec2.DescribeSecurityGroups", basis: ec2Reference + "DescribeSecurityGroups.html",
			knows: "Filters MaxResults NextToken", do: describeSecurityGroups,
		}),
		define(spec[ec2.DescribeVpcsInput, ec2.DescribeVpcsOutput]{
			name: "ec2.DescribeVpcs", basis: ec2Reference + "DescribeVpcs.html; a region has one",
			knows: "Filters MaxResults NextToken", do: describeVpcs,
		}),
		define(spec[ec2.AuthorizeSecurityGroupIngressInput, ec2.AuthorizeSecurityGroupIngressOutput]{
			name: "ec2.AuthorizeSecurityGroupIngress", write: true, basis: ec2Reference + "AuthorizeSecurityGroupIngress.html; record: the input, unverified",
			knows: "GroupId CidrIp IpProtocol",
			do: func(c *call, in *ec2.AuthorizeSecurityGroupIngressInput) (*ec2.AuthorizeSecurityGroupIngressOutput, *refusal) {
				g, refused := c.securityGroup(in.GroupId)
				if refused == nil {
					g.Ingress = append(g.Ingress, aws.ToString(in.CidrIp))
				}
				return &ec2.AuthorizeSecurityGroupIngressOutput{Return: aws.Bool(true)}, refused
			},
		}),
		define(spec[ec2.RevokeSecurityGroupIngressInput, ec2.RevokeSecurityGroupIngressOutput]{
			name: "ec2.RevokeSecurityGroupIngress", write: true, basis: ec2Reference + "RevokeSecurityGroupIngress.html; record: the input, unverified",
			knows: "GroupId CidrIp IpProtocol",
			do: func(c *call, in *ec2.RevokeSecurityGroupIngressInput) (*ec2.RevokeSecurityGroupIngressOutput, *refusal) {
				g, refused := c.securityGroup(in.GroupId)
				if refused == nil {
					g.Ingress = slices.DeleteFunc(g.Ingress, func(cidr string) bool { return cidr == aws.ToString(in.CidrIp) })
				}
				return &ec2.RevokeSecurityGroupIngressOutput{Return: aws.Bool(true)}, refused
			},
		}),
	}
}

func describeVpcs(c *call, in *ec2.DescribeVpcsInput) (*ec2.DescribeVpcsOutput, *refusal) {
	id := c.fixed("vpc", c.place, "")
	all, refused := filtered([]*string{&id}, in.Filters, func(id *string, filter string) ([]string, bool) {
		field, known := map[string]string{"vpc-id": *id, "state": "available"}[filter]
		return []string{field}, known
	})
	out := &ec2.DescribeVpcsOutput{}
	for _, id := range all {
		out.Vpcs = append(out.Vpcs, types.Vpc{VpcId: id, OwnerId: aws.String(c.place.Account), State: types.VpcStateAvailable, IsDefault: aws.Bool(true)})
	}
	return out, refused
}

func (c *call) securityGroup(id *string) (*securityGroup, *refusal) {
	if g, ok := c.at(c.place).SecurityGroups[aws.ToString(id)]; ok {
		return g, nil
	}
	return nil, refuse("InvalidGroup.NotFound", "The security group '%s' does not exist", aws.ToString(id))
}

func describeSecurityGroups(c *call, in *ec2.DescribeSecurityGroupsInput) (*ec2.DescribeSecurityGroupsOutput, *refusal) {
	c.defaultGroup(c.place)
	all := slices.SortedFunc(maps.Values(c.at(c.place).SecurityGroups), func(a, b *securityGroup) int { return strings.Compare(a.ID, b.ID) })
	all, refused := filtered(all, in.Filters, securityGroupField)
	if refused != nil {
		return nil, refused
	}
	page, next, refused := paged(all, in.NextToken, in.MaxResults)
	out := &ec2.DescribeSecurityGroupsOutput{NextToken: next}
	for _, g := range page {
		out.SecurityGroups = append(out.SecurityGroups, types.SecurityGroup{
			GroupId: aws.String(g.ID), GroupName: aws.String(g.Name), VpcId: aws.String(g.VPC), OwnerId: aws.String(c.place.Account),
			Tags: tagsOf(g.Tags), IpPermissions: permitted(g.Ingress), IpPermissionsEgress: permitted(g.Egress),
		})
	}
	return out, refused
}

func securityGroupField(g *securityGroup, filter string) ([]string, bool) {
	switch filter {
	case "group-id":
		return []string{g.ID}, true
	case "group-name":
		return []string{g.Name}, true
	case "vpc-id":
		return []string{g.VPC}, true
	}
	return nil, false
}

// permitted is how EC2 lists rules: one permission for each protocol, here for all of them.
func permitted(cidrs []string) []types.IpPermission {
	if len(cidrs) == 0 {
		return nil
	}
	p := types.IpPermission{IpProtocol: aws.String("-1")}
	for _, cidr := range cidrs {
		p.IpRanges = append(p.IpRanges, types.IpRange{CidrIp: aws.String(cidr)})
	}
	return []types.IpPermission{p}
}

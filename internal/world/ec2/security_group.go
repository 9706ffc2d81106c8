package ec2

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// securityGroup is one security group; the world filters no packets. Egress are the CIDR blocks that are let out, for any
// protocol.
type securityGroup struct {
	ID, Name, VPC string
	Rules         []types.SecurityGroupRule // ingress
	Egress        []string
	Tags          map[string]string
}

// securityGroups has the group that every network has, from the beginning.
var securityGroups = core.Shelf[securityGroup]{
	Kind: "ec2.security-group", ID: "ID", Missing: core.Missing("InvalidGroup.NotFound", "The security group '%s' does not exist"),
	Born: func(at core.At) []securityGroup {
		return []securityGroup{{ID: defaultGroup(at), Name: "default", VPC: at.Fixed("vpc", ""), Egress: []string{"0.0.0.0/0"}}}
	},
	Filters: map[string]string{"group-id": "GroupId", "group-name": "GroupName", "vpc-id": "VpcId"},
}

func defaultGroup(at core.At) string { return at.Fixed("sg", "") }

func securityGroupResource() core.Resource {
	return core.Resource{Shelf: &securityGroups, Operations: []core.Operation{
		core.List[ec2.DescribeSecurityGroupsInput, ec2.DescribeSecurityGroupsOutput](&securityGroups, core.Listing{IDs: "GroupIds"}, describedGroup),
		core.Define(core.Spec[ec2.AuthorizeSecurityGroupIngressInput, ec2.AuthorizeSecurityGroupIngressOutput]{
			Write: true, Basis: "record: recorded ones, ports that are not given: unverified", Knows: "GroupId CidrIp IpProtocol FromPort ToPort IpPermissions",
			Needs: onGroup[ec2.AuthorizeSecurityGroupIngressInput], Answer: core.Found(&securityGroups, "GroupId", authorizeIngress),
			Request: func(_ *core.Call, in *ec2.AuthorizeSecurityGroupIngressInput) any {
				return ruleRequest(in.GroupId, in.CidrIp, in.IpProtocol, in.FromPort, in.ToPort, in.IpPermissions)
			},
			Response: func(c *core.Call, out *ec2.AuthorizeSecurityGroupIngressOutput) any {
				items := []any{}
				for _, r := range out.SecurityGroupRules {
					items = append(items, core.Camel(r))
				}
				return core.Fields{"requestId": c.RequestID, "_return": true, "securityGroupRuleSet": core.Fields{"items": items}}
			},
		}),
		core.Define(core.Spec[ec2.RevokeSecurityGroupIngressInput, ec2.RevokeSecurityGroupIngressOutput]{
			Write: true, Basis: "record: recorded ones", Knows: "GroupId CidrIp IpProtocol FromPort ToPort IpPermissions",
			Needs: onGroup[ec2.RevokeSecurityGroupIngressInput], Answer: core.Found(&securityGroups, "GroupId", revokeIngress),
			Request: func(_ *core.Call, in *ec2.RevokeSecurityGroupIngressInput) any {
				return ruleRequest(in.GroupId, in.CidrIp, in.IpProtocol, in.FromPort, in.ToPort, in.IpPermissions)
			},
			Response: returned[ec2.RevokeSecurityGroupIngressOutput],
		}),
	}}
}

// securityGroupEstate lists what lets traffic through; a group without rules isolates.
type securityGroupEstate struct {
	ID      string            `yaml:"id"`
	Name    string            `yaml:"name"`
	Ingress []string          `yaml:"ingress"` // CIDR blocks, with a protocol and ports before them where not all are let in: "tcp 22 0.0.0.0/0", "tcp 1-1024 ::/0"
	Egress  []string          `yaml:"egress"`
	Tags    map[string]string `yaml:"tags"`
}

func (e securityGroupEstate) build(at core.At) error {
	g := &securityGroup{ID: e.ID, Name: e.Name, VPC: at.Fixed("vpc", ""), Egress: e.Egress, Tags: e.Tags}
	for _, text := range e.Ingress {
		r, err := ruleOf(text)
		if err != nil {
			return fmt.Errorf("security group %s: %w", e.ID, err)
		}
		g.add(at, r)
	}
	securityGroups.Put(at, g)
	return nil
}

func describedGroup(c *core.Call, g *securityGroup) types.SecurityGroup {
	out := types.SecurityGroup{
		GroupId: aws.String(g.ID), GroupName: aws.String(g.Name), VpcId: aws.String(g.VPC), OwnerId: aws.String(c.Place.Account), Tags: TagsOf(g.Tags),
	}
	for _, r := range g.Rules {
		out.IpPermissions = append(out.IpPermissions, permissionOf(r))
	}
	if len(g.Egress) > 0 {
		p := types.IpPermission{IpProtocol: aws.String("-1")}
		for _, cidr := range g.Egress {
			p.IpRanges = append(p.IpRanges, types.IpRange{CidrIp: aws.String(cidr)})
		}
		out.IpPermissionsEgress = []types.IpPermission{p}
	}
	return out
}

package ec2

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// securityGroup is one security group; the world filters no packets. Ingress and egress are the CIDR blocks that its rules
// let through, for any protocol.
type securityGroup struct {
	ID, Name, VPC   string
	Ingress, Egress []string
	Tags            map[string]string
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
			Write: true, Basis: "record: recorded ones, ports that are not given: unverified", Knows: "GroupId CidrIp IpProtocol FromPort ToPort",
			Answer: core.Found(&securityGroups, "GroupId", authorizeIngress),
			Request: func(_ *core.Call, in *ec2.AuthorizeSecurityGroupIngressInput) any {
				return ruleRequest(in.GroupId, in.CidrIp, in.IpProtocol, in.FromPort, in.ToPort)
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
			Write: true, Basis: "record: recorded ones", Knows: "GroupId CidrIp IpProtocol FromPort ToPort",
			Answer: core.Found(&securityGroups, "GroupId", revokeIngress),
			Request: func(_ *core.Call, in *ec2.RevokeSecurityGroupIngressInput) any {
				return ruleRequest(in.GroupId, in.CidrIp, in.IpProtocol, in.FromPort, in.ToPort)
			},
			Response: returned[ec2.RevokeSecurityGroupIngressOutput],
		}),
	}}
}

// authorizeIngress lets a block of addresses through: for any protocol, whichever is named.
func authorizeIngress(c *core.Call, in *ec2.AuthorizeSecurityGroupIngressInput, g *securityGroup) (*ec2.AuthorizeSecurityGroupIngressOutput, *core.Refusal) {
	g.Ingress = append(g.Ingress, aws.ToString(in.CidrIp))
	return &ec2.AuthorizeSecurityGroupIngressOutput{Return: aws.Bool(true), SecurityGroupRules: []types.SecurityGroupRule{{
		SecurityGroupRuleId: aws.String(c.ResourceID("sgr")), GroupId: in.GroupId, GroupOwnerId: aws.String(c.Place.Account), IsEgress: aws.Bool(false),
		IpProtocol: in.IpProtocol, FromPort: aws.Int32(port(in.FromPort)), ToPort: aws.Int32(port(in.ToPort)), CidrIpv4: in.CidrIp,
	}}}, nil
}

func revokeIngress(c *core.Call, in *ec2.RevokeSecurityGroupIngressInput, g *securityGroup) (*ec2.RevokeSecurityGroupIngressOutput, *core.Refusal) {
	g.Ingress = slices.DeleteFunc(g.Ingress, func(cidr string) bool { return cidr == aws.ToString(in.CidrIp) })
	return &ec2.RevokeSecurityGroupIngressOutput{Return: aws.Bool(true)}, nil
}

// port is -1 for all of them.
func port(given *int32) int32 {
	if given == nil {
		return -1
	}
	return *given
}

func ruleRequest(group, cidr, protocol *string, from, to *int32) core.Fields {
	return core.Fields{
		"groupId": aws.ToString(group), "cidrIp": aws.ToString(cidr), "ipProtocol": aws.ToString(protocol), "fromPort": port(from), "toPort": port(to),
		"ipPermissions": core.Fields{},
	}
}

// securityGroupEstate lists what lets traffic through; a group without rules isolates.
type securityGroupEstate struct {
	ID      string            `yaml:"id"`
	Name    string            `yaml:"name"`
	Ingress []string          `yaml:"ingress"` // CIDR blocks
	Egress  []string          `yaml:"egress"`
	Tags    map[string]string `yaml:"tags"`
}

func (e securityGroupEstate) build(at core.At) error {
	securityGroups.Put(at, &securityGroup{ID: e.ID, Name: e.Name, VPC: at.Fixed("vpc", ""), Ingress: e.Ingress, Egress: e.Egress, Tags: e.Tags})
	return nil
}

func describedGroup(c *core.Call, g *securityGroup) types.SecurityGroup {
	return types.SecurityGroup{
		GroupId: aws.String(g.ID), GroupName: aws.String(g.Name), VpcId: aws.String(g.VPC), OwnerId: aws.String(c.Place.Account),
		Tags: TagsOf(g.Tags), IpPermissions: permitted(g.Ingress), IpPermissionsEgress: permitted(g.Egress),
	}
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

package network

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// unrecorded is why a person has to say what becomes of rules that a sweep found, and of which no record tells.
const unrecorded = "no record of the event history says who let that in, or when: its owner may live by it"

// listGroup wants groups that let the world in by a rule that says so itself: whom a prefix list lets in, a listing does not show.
func listGroup(at event.Resource, g types.SecurityGroup, p PortParams) *playbook.Listed[opened] {
	if slices.Contains(p.AllowGroups, at.ID) {
		return nil
	}
	o := opened{Doubt: unrecorded}
	for _, r := range rulesOf(g) {
		if p.reaches(r) && wide(r.Peer) {
			o.Rules = append(o.Rules, r)
		}
	}
	if len(o.Rules) == 0 {
		return nil
	}
	slices.SortFunc(o.Rules, func(a, b action.IngressRule) int { return strings.Compare(a.String(), b.String()) })
	return &playbook.Listed[opened]{Suspect: o.of(at)}
}

// rulesOf are the inbound rules of a group for blocks of addresses. Where one is for all protocols, EC2 names no ports.
func rulesOf(g types.SecurityGroup) (all []action.IngressRule) {
	for _, p := range g.IpPermissions {
		r := action.IngressRule{Protocol: aws.ToString(p.IpProtocol), From: -1, To: -1}
		if p.FromPort != nil && p.ToPort != nil {
			r.From, r.To = *p.FromPort, *p.ToPort
		}
		for _, b := range p.IpRanges {
			r.Peer, r.Description = aws.ToString(b.CidrIp), aws.ToString(b.Description)
			all = append(all, r)
		}
		for _, b := range p.Ipv6Ranges {
			r.Peer, r.Description = aws.ToString(b.CidrIpv6), aws.ToString(b.Description)
			all = append(all, r)
		}
	}
	return all
}

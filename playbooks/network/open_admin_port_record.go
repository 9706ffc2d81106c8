package network

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

// suspectRules wants what a call added, as the answer tells it or, in older records, the question. Where neither does, the group
// is looked at as a whole.
func suspectRules(e event.Event, p PortParams) []playbook.Suspect[opened] {
	in, answered := request.Of(e), request.Answer(e).At("securityGroupRuleSet").Items()
	id := in.Named("groupId").Text()
	var rules []action.IngressRule
	for _, r := range answered {
		id = cmp.Or(r.At("groupId").Scalar(), id)
		if r.At("isEgress").Scalar() != "true" {
			rules = append(rules, rule(r, "cidrIpv4", "cidrIpv6", "prefixListId"))
		}
	}
	if len(rules) == 0 {
		rules = asked(in)
	}
	if !strings.HasPrefix(id, "sg-") || slices.Contains(p.AllowGroups, id) {
		return nil
	}
	told := len(rules) > 0
	rules = slices.DeleteFunc(rules, func(r action.IngressRule) bool {
		return !p.reaches(r) || !strings.HasPrefix(r.Peer, "pl-") && !wide(r.Peer)
	})
	if told && len(rules) == 0 {
		return nil
	}
	o := opened{Rules: rules, From: publicAddress(e)}
	if call.OfEvent(e) == call.EC2ModifySecurityGroupRules { // a new description repeats the whole rule
		o.Doubt = "the rule was there before and was changed: it may have been as open, and what it was is not in the record"
	}
	return []playbook.Suspect[opened]{o.of(e.Place().In(event.SecurityGroup, id))}
}

// asked are the rules that a question names, in each spelling of the calls: one block beside its ports, a list of permissions with
// lists of peers, or (ModifySecurityGroupRules) rules within rules.
func asked(in request.Value) (all []action.IngressRule) {
	if in.At("cidrIp").Scalar() != "" {
		return []action.IngressRule{rule(in, "cidrIp")}
	}
	for _, p := range in.At("ipPermissions").Items() {
		for list, key := range map[string]string{"ipRanges": "cidrIp", "ipv6Ranges": "cidrIpv6", "prefixListIds": "prefixListId"} {
			for _, peer := range p.At(list).Items() {
				r := rule(p)
				r.Peer, r.Description = peer.At(key).Scalar(), peer.At("description").Scalar()
				all = append(all, r)
			}
		}
	}
	changed := in.Named("securityGroupRule")
	several := changed.Items()
	if len(several) == 0 && !changed.IsNull() {
		several = []request.Value{changed}
	}
	for _, one := range several {
		if inner := one.Named("securityGroupRule"); !inner.IsNull() {
			all = append(all, rule(inner, "cidrIpv4", "cidrIpv6", "prefixListId"))
		}
	}
	slices.SortFunc(all, func(a, b action.IngressRule) int { return strings.Compare(a.String(), b.String()) })
	return slices.DeleteFunc(all, func(r action.IngressRule) bool { return r.Peer == "" })
}

// rule reads one; its peer stands under the first of some keys that is there. Without ports it is of all of them.
func rule(v request.Value, peers ...string) action.IngressRule {
	r := action.IngressRule{Protocol: v.Named("ipProtocol").Text(), From: port(v.Named("fromPort")), To: port(v.Named("toPort")), Description: v.Named("description").Text()}
	for _, key := range peers {
		r.Peer = cmp.Or(r.Peer, v.Named(key).Text())
	}
	return r
}

func port(v request.Value) int32 {
	n, err := strconv.ParseInt(v.Text(), 10, 32)
	if err != nil {
		return -1
	}
	return int32(n)
}

package scaling

import (
	"slices"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/playbooks/identity"
)

// unanswered are the changes of groups and balancers that start nothing, with the reason.
func unanswered() map[string]string {
	const (
		makes  = "makes what nobody has yet"
		back   = "brings back what was taken out of service"
		idle   = "AWS refuses it for what is in use, and what is in use is changed by calls that are triggers"
		tags   = "tags carry no traffic and no instance"
		tells  = "what a group tells, and what it counts, changes neither its instances nor its sizes"
		store  = "it names a trust store: which balancers that serves no record shows"
		noCall = "a right without a call of its own: WAF's AssociateWebACL and DisassociateWebACL need it"
	)
	all := map[string]string{"autoscaling:PutAccountSetting": "it names no group", "elasticloadbalancing:SetWebAcl": noCall}
	for reason, names := range map[string]string{
		makes: `autoscaling:CreateAutoScalingGroup autoscaling:CreateLaunchConfiguration elasticloadbalancing:CreateLoadBalancer elasticloadbalancing:CreateTargetGroup
			elasticloadbalancing:CreateTrustStore elasticloadbalancing:CreateAppCookieStickinessPolicy elasticloadbalancing:CreateLBCookieStickinessPolicy
			elasticloadbalancing:CreateLoadBalancerPolicy`,
		back:  "autoscaling:ExitStandby autoscaling:ResumeProcesses",
		idle:  "autoscaling:DeleteLaunchConfiguration elasticloadbalancing:DeleteLoadBalancerPolicy elasticloadbalancing:DeleteTrustStore",
		tags:  "autoscaling:CreateOrUpdateTags autoscaling:DeleteTags elasticloadbalancing:AddTags elasticloadbalancing:RemoveTags",
		tells: "autoscaling:PutNotificationConfiguration autoscaling:DeleteNotificationConfiguration autoscaling:EnableMetricsCollection autoscaling:DisableMetricsCollection",
		store: `elasticloadbalancing:AddTrustStoreRevocations elasticloadbalancing:RemoveTrustStoreRevocations elasticloadbalancing:ModifyTrustStore
			elasticloadbalancing:DeleteSharedTrustStoreAssociation`,
	} {
		for _, id := range strings.Fields(names) {
			all[id] = reason
		}
	}
	return all
}

// Of every call that changes groups or balancers somebody has decided whether it is harm to others.
func TestEveryChangeOfGroupsAndBalancersIsAnsweredOrExplained(t *testing.T) {
	left := unanswered()
	for _, id := range slices.Concat(identity.ChangesGroups(), identity.ChangesBalancers()) {
		_, group := changing()[call.ID(id)]
		_, balancer := balancing()[call.ID(id)]
		_, explained := left[id]
		if (group || balancer) == explained {
			t.Errorf("%s: a trigger %v, and explained %v: want one of the two", id, group || balancer, explained)
		}
		delete(left, id)
	}
	for id := range left {
		t.Errorf("%s is explained, and is no change of a group or balancer", id)
	}
}

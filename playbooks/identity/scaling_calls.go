package identity

import "strings"

// ChangesGroups are the calls that change Auto Scaling groups. Two that only answer a lifecycle hook are left out: AWS's own guide
// grants them on everything, and they need the token or the id of an instance that waits.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html
func ChangesGroups() []string {
	return calls("autoscaling", `AttachInstances AttachLoadBalancerTargetGroups AttachLoadBalancers AttachTrafficSources BatchDeleteScheduledAction
		BatchPutScheduledUpdateGroupAction CancelInstanceRefresh CreateAutoScalingGroup CreateLaunchConfiguration CreateOrUpdateTags
		DeleteAutoScalingGroup DeleteLaunchConfiguration DeleteLifecycleHook DeleteNotificationConfiguration DeletePolicy DeleteScheduledAction
		DeleteTags DeleteWarmPool DetachInstances DetachLoadBalancerTargetGroups DetachLoadBalancers DetachTrafficSources DisableMetricsCollection
		EnableMetricsCollection EnterStandby ExecutePolicy ExitStandby LaunchInstances PutAccountSetting PutLifecycleHook
		PutNotificationConfiguration PutScalingPolicy PutScheduledUpdateGroupAction PutWarmPool ResumeProcesses RollbackInstanceRefresh
		SetDesiredCapacity SetInstanceHealth SetInstanceProtection StartInstanceRefresh SuspendProcesses TerminateInstanceInAutoScalingGroup
		UpdateAutoScalingGroup`)
}

// ChangesBalancers are those that change load balancers of each generation and what belongs to them.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancing.html
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
func ChangesBalancers() []string {
	return calls("elasticloadbalancing", `AddListenerCertificates AddTags AddTrustStoreRevocations ApplySecurityGroupsToLoadBalancer
		AttachLoadBalancerToSubnets ConfigureHealthCheck CreateAppCookieStickinessPolicy CreateLBCookieStickinessPolicy CreateListener
		CreateLoadBalancer CreateLoadBalancerListeners CreateLoadBalancerPolicy CreateRule CreateTargetGroup CreateTrustStore DeleteListener
		DeleteLoadBalancer DeleteLoadBalancerListeners DeleteLoadBalancerPolicy DeleteRule DeleteSharedTrustStoreAssociation DeleteTargetGroup
		DeleteTrustStore DeregisterInstancesFromLoadBalancer DeregisterTargets DetachLoadBalancerFromSubnets
		DisableAvailabilityZonesForLoadBalancer EnableAvailabilityZonesForLoadBalancer ModifyCapacityReservation ModifyIpPools ModifyListener
		ModifyListenerAttributes ModifyLoadBalancerAttributes ModifyRule ModifyTargetGroup ModifyTargetGroupAttributes ModifyTrustStore
		RegisterInstancesWithLoadBalancer RegisterTargets RemoveListenerCertificates RemoveTags RemoveTrustStoreRevocations SetIpAddressType
		SetLoadBalancerListenerSSLCertificate SetLoadBalancerPoliciesForBackendServer SetLoadBalancerPoliciesOfListener SetRulePriorities
		SetSecurityGroups SetSubnets SetWebAcl`)
}

// What the scripts that AWS publishes for CodeDeploy call, by what each call concerns: everything, the own group, its classic load
// balancers, its target groups. https://github.com/aws-samples/aws-codedeploy-samples/tree/master/load-balancing
func deployReads() []string {
	return append(calls("autoscaling", "DescribeAutoScalingInstances DescribeAutoScalingGroups"),
		calls("elasticloadbalancing", "DescribeLoadBalancers DescribeInstanceHealth DescribeTargetGroups DescribeTargetGroupAttributes DescribeTargetHealth")...)
}

func deployGroup() []string {
	return calls("autoscaling", "EnterStandby ExitStandby UpdateAutoScalingGroup SuspendProcesses ResumeProcesses")
}

func deployClassic() []string {
	return calls("elasticloadbalancing", "RegisterInstancesWithLoadBalancer DeregisterInstancesFromLoadBalancer")
}

func deployTargets() []string {
	return calls("elasticloadbalancing", "RegisterTargets DeregisterTargets")
}

func calls(service, names string) []string {
	all := strings.Fields(names)
	for i, name := range all {
		all[i] = service + ":" + name
	}
	return all
}

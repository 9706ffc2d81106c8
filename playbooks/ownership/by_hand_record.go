package ownership

import (
	"cmp"
	"strings"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
	"github.com/ripostehq/riposte/playbooks/request"
)

// deletion is a call that deletes one thing, and where its record names it.
type deletion struct {
	call  call.ID
	kind  string
	names []string // keys of the request, the first that is there
}

// deletions is the table of those that are told, a row each. Their records' shapes are those of each service's API with a small first letter, as CloudTrail writes
// them; of Elastic Beanstalk, EKS, KMS, Route 53 and CloudFront none was ever seen here: what names nothing is told without a name.
var deletions = []deletion{
	{call.BeanstalkTerminateEnvironment, event.Environment, []string{"environmentName", "environmentId"}},
	{call.BeanstalkDeleteApplication, event.Application, []string{"applicationName"}},
	{call.S3DeleteBucket, event.Bucket, []string{"bucketName"}},
	{call.ELBDeleteLoadBalancer, event.LoadBalancer, []string{"loadBalancerArn", "loadBalancerName"}},
	{call.RDSDeleteDBInstance, event.DBInstance, []string{"dBInstanceIdentifier"}},
	{call.RDSDeleteDBCluster, event.DBCluster, []string{"dBClusterIdentifier"}},
	{call.DynamoDBDeleteTable, event.Table, []string{"tableName"}},
	{call.CloudFormationDeleteStack, event.Stack, []string{"stackName"}},
	{call.AutoScalingDeleteAutoScalingGroup, event.Group, []string{"autoScalingGroupName"}},
	{call.LambdaDeleteFunction, event.Function, []string{"functionName"}},
	{call.EKSDeleteCluster, event.Cluster, []string{"name"}},
	{call.Route53DeleteHostedZone, event.HostedZone, []string{"id"}},
	{call.CloudFrontDeleteDistribution, event.Distribution, []string{"id"}},
	{call.KMSScheduleKeyDeletion, event.Key, []string{"keyId"}},
}

// suspectByHand takes what a person called. A trigger by person has seen to it that it was one.
func suspectByHand(e event.Event, p ByHandParams) []playbook.Suspect[byHand] {
	root := contain.ActorOf(e.Actor, e.Time).Root()
	if root.Account == "" || root.ID == "" || e.Account == "" {
		return nil
	}
	f := byHand{Caller: cmp.Or(e.Actor.ARN, "a user of Identity Center"), Account: e.Account, In: p.Environments}
	switch d, is := deleted(e); {
	case is:
		f.Deleted = []event.Resource{d}
	case p.Record == Deletions, changesNothing(e.Source):
		return nil
	default:
		f.Calls = []string{string(call.OfEvent(e))}
		if e.Account != root.Account {
			f.Calls[0] += " in " + e.Account
		}
	}
	return []playbook.Suspect[byHand]{f.told(playbook.Suspect[byHand]{Resource: root})}
}

// changesNothing are services whose calls open sessions, whatever CloudTrail marks them as.
func changesNothing(source string) bool {
	return source == call.Source("signin") || source == call.Source("sts")
}

// deleted returns what a call of the table deletes. Its ID is "" where the record does not say.
func deleted(e event.Event) (event.Resource, bool) {
	for _, d := range deletions {
		if d.call != call.OfEvent(e) {
			continue
		}
		kind, id := d.kind, ""
		for _, key := range d.names {
			if id = request.Of(e).At(key).Scalar(); id != "" {
				break
			}
		}
		if d.kind == event.LoadBalancer { // one name for the calls of two APIs
			_, name, v2 := strings.Cut(id, ":loadbalancer/")
			if v2 {
				id = name
			} else {
				kind = event.ClassicLoadBalancer
			}
		}
		return e.Place().In(kind, id), true
	}
	return event.Resource{}, false
}

// Package managed knows by tags which service or code keeps a resource as it is, so that a change by API would not last.
package managed

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// managers are the tags by which services mark what they manage, the first that is there counts. Nobody else may write keys that begin
// with aws:, https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html; those that do not only ever keep riposte from a change.
var managers = [...]struct{ key, who string }{
	{"elasticbeanstalk:environment-name", "the Beanstalk environment"},
	{"aws:elasticbeanstalk:environment-name", "the Beanstalk environment"},
	{"eks:nodegroup-name", "the EKS node group"},
	{"aws:eks:cluster-name", "the EKS cluster"},
	{"karpenter.sh/nodepool", "Karpenter's node pool"},
	{"aws:elasticmapreduce:job-flow-id", "the EMR cluster"},
	{"AWSBatchServiceTag", "Batch, by its tag"},
	{"aws:cloudformation:stack-name", "the CloudFormation stack"},
}

// By says what will do again what riposte changes, "" where nothing is known to: a service, by the tags that it writes, or code, by the
// keys that it is known by. What they manage is put right there; a change by API is drift, and comes back.
func By(tags map[string]string, operator *types.OperatorResponse, code []string) string {
	if operator != nil && aws.ToBool(operator.Managed) {
		return "the service " + Short(aws.ToString(operator.Principal))
	}
	for _, m := range managers {
		if name, ok := tags[m.key]; ok {
			return m.who + " " + Short(name)
		}
	}
	for key := range tags {
		if strings.HasPrefix(key, "aws:") && !slices.Contains(launchMarks[:], key) {
			return "a service of AWS"
		}
	}
	for _, key := range code {
		if _, ok := tags[key]; ok {
			return "code, by the tag " + key
		}
	}
	return ""
}

// launchMarks are reserved tags that tell how a thing was launched, not which service or code keeps it as it is.
var launchMarks = [...]string{"aws:ec2launchtemplate:id", "aws:ec2launchtemplate:version"}

// longestName is how much of a name that others chose stands in a title.
const longestName = 80

// Short is what of a name that others chose stands in a title.
func Short(name string) string {
	if r := []rune(name); len(r) > longestName {
		return string(r[:longestName])
	}
	return name
}

// Tags are EC2's tags, by key.
func Tags(tags []types.Tag) map[string]string {
	all := make(map[string]string, len(tags))
	for _, t := range tags {
		all[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return all
}

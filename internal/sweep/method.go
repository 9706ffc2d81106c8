package sweep

import (
	"strings"

	"github.com/ripostehq/riposte/event"
)

// made are tags that the services themselves write, whose keys no other caller can write where they begin with aws:, and how what has
// them was deployed.
var made = []struct {
	prefix string
	by     event.Method
}{
	{"aws:cloudformation:stack-name", event.ByCloudFormation},
	{"aws:autoscaling:groupName", event.ByAutoScaling},
	{"karpenter.sh/", event.ByKarpenter},
	{"eks:", event.ByEKS},
	{"aws:eks:", event.ByEKS},
	{"kubernetes.io/", event.ByEKS},
	{"ebs.csi.aws.com/", event.ByEKS},
	{"elasticbeanstalk:", event.ByService},
	{"aws:", event.ByService},
}

// Method is how a resource was deployed, as far as its tags tell: for figures, nothing is decided by it.
func Method(tags map[string]string) string {
	for _, m := range made {
		for key := range tags {
			if strings.HasPrefix(key, m.prefix) {
				return string(m.by)
			}
		}
	}
	return string(event.ByUnknown)
}

package world

import (
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/world/autoscaling"
	"github.com/ripostehq/riposte/internal/world/cloudtrail"
	"github.com/ripostehq/riposte/internal/world/cloudwatch"
	"github.com/ripostehq/riposte/internal/world/core"
	"github.com/ripostehq/riposte/internal/world/ec2"
	"github.com/ripostehq/riposte/internal/world/elb"
	"github.com/ripostehq/riposte/internal/world/iam"
	"github.com/ripostehq/riposte/internal/world/lambda"
	"github.com/ripostehq/riposte/internal/world/rbin"
	"github.com/ripostehq/riposte/internal/world/rds"
	"github.com/ripostehq/riposte/internal/world/redshift"
	"github.com/ripostehq/riposte/internal/world/route53"
	"github.com/ripostehq/riposte/internal/world/s3"
	"github.com/ripostehq/riposte/internal/world/securityhub"
	"github.com/ripostehq/riposte/internal/world/ssm"
	"github.com/ripostehq/riposte/internal/world/sts"
)

// services are all that the world answers for. What befalls one's resources, another hears of in this order.
func services() core.Services {
	return core.Services{ec2.Service(), autoscaling.Service(), iam.Service(), sts.Service(), ssm.Service(), securityhub.Service(), rds.Service(), redshift.Service(), cloudtrail.Service(), cloudwatch.Service(), elb.Service(), route53.Service(), s3.Service(), lambda.Service(), rbin.Service()}
}

// Known is one operation that the world answers.
type Known struct {
	Name     string // service.Operation
	Write    bool
	Recorded bool   // leaves a record: each write does
	Basis    string // where its behaviour and its record are documented, or "unverified"
}

// Operations lists what the world answers, sorted by name; it answers anything else with Unsupported.
func Operations() []Known {
	var all []Known
	for name, o := range services().Table() {
		all = append(all, Known{name, o.Write && !o.ReadOnly, o.Write, o.Basis})
	}
	slices.SortFunc(all, func(a, b Known) int { return strings.Compare(a.Name, b.Name) })
	return all
}

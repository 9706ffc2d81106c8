// Package autoscaling is EC2 Auto Scaling in the world: groups that replace what they lose.
package autoscaling

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// Service is Auto Scaling.
func Service() *core.Service {
	return &core.Service{
		Name: "autoscaling", SDK: "Auto Scaling", Reference: "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_",
		Words: core.QueryWords(), Resources: []core.Resource{
			configurationResource(), groupResource(), processResource(), standbyResource(), memberResource(), refreshResource(), tagResource(), activityResource(), hookResource(),
		},
	}
}

// linked is how the service acts for itself.
var linked = core.Linked{Service: "autoscaling.amazonaws.com", Name: "AutoScaling"}

// Estate is what a region has of it in YAML.
type Estate struct {
	Configurations []configurationEstate `yaml:"launch_configurations"`
	Groups         []groupEstate         `yaml:"groups"`
}

// Build makes what an estate has.
func (e Estate) Build(at core.At) error {
	for _, c := range e.Configurations {
		c.build(at)
	}
	for _, g := range e.Groups {
		if err := g.build(at); err != nil {
			return fmt.Errorf("group %s: %w", g.Name, err)
		}
	}
	return nil
}

// listing is how the service lists: fifty at a time, and a name that does not exist is left out, without an error.
func listing(ids string) core.Listing {
	return core.Listing{IDs: ids, Lenient: true, Page: 50, BadToken: func() *core.Refusal {
		text := "The token is not valid"
		return core.Refuse("InvalidNextToken", "%s", text).With(&types.InvalidNextToken{Message: aws.String(text)})
	}}
}

// change is the row of an operation that changes a group: its record has the input and the answer in the usual spelling.
func change[I, O any](basis, knows string, answer func(*core.Call, *I, *group) (*O, *core.Refusal)) core.Operation {
	return core.Define(core.Spec[I, O]{
		Write: true, Basis: basis, Knows: "AutoScalingGroupName " + knows, Needs: ofGroup[I], Answer: core.Found(&groups, "AutoScalingGroupName", answer),
		Response: func(_ *core.Call, out *O) any { return core.OrNull(core.Camel(out)) },
	})
}

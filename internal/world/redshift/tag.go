package redshift

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshift/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// tagging are the calls that tag warehouses.
func tagging() []core.Operation {
	return []core.Operation{
		core.Define(core.Spec[redshift.CreateTagsInput, redshift.CreateTagsOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "ResourceName Tags",
			Needs: func(c *core.Call, in *redshift.CreateTagsInput) []core.Need {
				var keys []string
				for _, t := range in.Tags {
					keys = append(keys, aws.ToString(t.Key))
				}
				return labelled(c, in.ResourceName, keys)
			},
			Answer: func(c *core.Call, in *redshift.CreateTagsInput) (*redshift.CreateTagsOutput, *core.Refusal) {
				w, refused := named(c, in.ResourceName)
				if refused != nil {
					return nil, refused
				}
				for _, t := range in.Tags {
					w.Tags = append(without(w.Tags, []string{aws.ToString(t.Key)}), t)
				}
				return &redshift.CreateTagsOutput{}, nil
			},
		}),
		core.Define(core.Spec[redshift.DeleteTagsInput, redshift.DeleteTagsOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "ResourceName TagKeys",
			Needs: func(c *core.Call, in *redshift.DeleteTagsInput) []core.Need {
				return labelled(c, in.ResourceName, in.TagKeys)
			},
			Answer: func(c *core.Call, in *redshift.DeleteTagsInput) (*redshift.DeleteTagsOutput, *core.Refusal) {
				w, refused := named(c, in.ResourceName)
				if refused == nil {
					w.Tags = without(w.Tags, in.TagKeys)
				}
				return &redshift.DeleteTagsOutput{}, refused
			},
		}),
	}
}

// labelled brings the keys of the tags, as AWS does.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonredshift.html
func labelled(c *core.Call, arn *string, keys []string) []core.Need {
	needs := c.On(aws.ToString(arn))
	needs[0].Context = map[string][]string{"aws:TagKeys": keys}
	return needs
}

// named finds the warehouse of an ARN.
func named(c *core.Call, arn *string) (*types.Cluster, *core.Refusal) {
	id, ok := strings.CutPrefix(aws.ToString(arn), c.ARN("redshift", "cluster:"))
	if w := warehouses.Of(c.At)[id]; ok && w != nil {
		return w, nil
	}
	return nil, core.Refuse("ResourceNotFoundFault", "The resource could not be found.").As(404).With(&types.ResourceNotFoundFault{})
}

func without(tags []types.Tag, keys []string) []types.Tag {
	return slices.DeleteFunc(tags, func(t types.Tag) bool { return slices.Contains(keys, aws.ToString(t.Key)) })
}

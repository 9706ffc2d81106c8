package elb

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// labels are the tags of balancers, which nothing else here has.
var labels = core.Shelf[types.TagDescription]{Kind: "elb.tags", ID: "ResourceArn"}

func tagResource() core.Resource {
	return core.Resource{Shelf: &labels, Operations: []core.Operation{
		core.Define(core.Spec[sdk.AddTagsInput, sdk.AddTagsOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "ResourceArns Tags",
			Needs: func(c *core.Call, in *sdk.AddTagsInput) []core.Need {
				return tagging(c, in.ResourceArns, keysOf(in.Tags))
			},
			Answer: func(c *core.Call, in *sdk.AddTagsInput) (*sdk.AddTagsOutput, *core.Refusal) {
				_, refused := balancers.Some(c.At, in.ResourceArns)
				for _, arn := range in.ResourceArns {
					if refused == nil {
						l := labelOf(c.At, arn)
						l.Tags = append(without(l.Tags, keysOf(in.Tags)), in.Tags...)
					}
				}
				return &sdk.AddTagsOutput{}, refused
			},
		}),
		core.Define(core.Spec[sdk.RemoveTagsInput, sdk.RemoveTagsOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "ResourceArns TagKeys",
			Needs: func(c *core.Call, in *sdk.RemoveTagsInput) []core.Need {
				return tagging(c, in.ResourceArns, in.TagKeys)
			},
			Answer: func(c *core.Call, in *sdk.RemoveTagsInput) (*sdk.RemoveTagsOutput, *core.Refusal) {
				_, refused := balancers.Some(c.At, in.ResourceArns)
				for _, arn := range in.ResourceArns {
					if refused == nil {
						l := labelOf(c.At, arn)
						l.Tags = without(l.Tags, in.TagKeys)
					}
				}
				return &sdk.RemoveTagsOutput{}, refused
			},
		}),
		core.Define(core.Spec[sdk.DescribeTagsInput, sdk.DescribeTagsOutput]{
			Knows: "ResourceArns", Answer: describeTags,
		}),
	}}
}

// mostTagged is how many resources one call may name.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html
const mostTagged = 20

func describeTags(c *core.Call, in *sdk.DescribeTagsInput) (*sdk.DescribeTagsOutput, *core.Refusal) {
	if len(in.ResourceArns) > mostTagged {
		return nil, core.Refuse("ValidationError", "You can specify up to %d resources", mostTagged)
	}
	if _, refused := balancers.Some(c.At, in.ResourceArns); refused != nil {
		return nil, refused
	}
	out := &sdk.DescribeTagsOutput{}
	for _, arn := range in.ResourceArns {
		out.TagDescriptions = append(out.TagDescriptions, types.TagDescription{ResourceArn: &arn, Tags: slices.Clone(labelOf(c.At, arn).Tags)})
	}
	return out, nil
}

func labelOf(at core.At, arn string) *types.TagDescription {
	if l, ok := labels.Of(at)[arn]; ok {
		return l
	}
	return labels.Put(at, &types.TagDescription{ResourceArn: &arn})
}

// onTagged brings the tags of what a call is about, as AWS does.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
func onTagged(c *core.Call, arn *string) []core.Need {
	needs, context := c.On(aws.ToString(arn)), map[string][]string{}
	if l, ok := labels.Of(c.At)[aws.ToString(arn)]; ok {
		for _, t := range l.Tags {
			context["aws:ResourceTag/"+aws.ToString(t.Key)] = []string{aws.ToString(t.Value)}
		}
	}
	needs[0].Context = context
	return needs
}

func tagging(c *core.Call, arns, keys []string) (needs []core.Need) {
	for _, arn := range arns {
		of := c.On(arn)
		of[0].Context = map[string][]string{"aws:TagKeys": keys}
		needs = append(needs, of...)
	}
	return needs
}

func without(tags []types.Tag, keys []string) []types.Tag {
	return slices.DeleteFunc(tags, func(t types.Tag) bool { return slices.Contains(keys, aws.ToString(t.Key)) })
}

func keysOf(tags []types.Tag) (keys []string) {
	for _, t := range tags {
		keys = append(keys, aws.ToString(t.Key))
	}
	return keys
}

package autoscaling

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// tagResource are the operations on groups' tags, which name the group in each tag.
func tagResource() core.Resource {
	return core.Resource{Operations: []core.Operation{
		core.Define(core.Spec[autoscaling.CreateOrUpdateTagsInput, autoscaling.CreateOrUpdateTagsOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "Tags",
			Needs: func(c *core.Call, in *autoscaling.CreateOrUpdateTagsInput) []core.Need { return tagNeeds(c, in.Tags) },
			Answer: func(c *core.Call, in *autoscaling.CreateOrUpdateTagsInput) (*autoscaling.CreateOrUpdateTagsOutput, *core.Refusal) {
				return &autoscaling.CreateOrUpdateTagsOutput{}, eachTag(c, in.Tags, (*group).tag)
			},
		}),
		core.Define(core.Spec[autoscaling.DeleteTagsInput, autoscaling.DeleteTagsOutput]{
			Write: true, Basis: core.UsualSpelling + "; that a value is not compared, too", Knows: "Tags",
			Needs: func(c *core.Call, in *autoscaling.DeleteTagsInput) []core.Need { return tagNeeds(c, in.Tags) },
			Answer: func(c *core.Call, in *autoscaling.DeleteTagsInput) (*autoscaling.DeleteTagsOutput, *core.Refusal) {
				return &autoscaling.DeleteTagsOutput{}, eachTag(c, in.Tags, func(g *group, t types.Tag) { delete(g.Tags, aws.ToString(t.Key)) })
			},
		}),
	}}
}

// tag sets a tag; one that is not to be propagated is the group's alone.
func (g *group) tag(t types.Tag) {
	if g.Tags == nil {
		g.Tags = map[string]string{}
	}
	if g.Kept == nil {
		g.Kept = map[string]bool{}
	}
	g.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	g.Kept[aws.ToString(t.Key)] = t.PropagateAtLaunch != nil && !*t.PropagateAtLaunch
}

func eachTag(c *core.Call, tags []types.Tag, do func(*group, types.Tag)) *core.Refusal {
	for _, t := range tags {
		g, refused := groups.Find(c.At, t.ResourceId)
		if refused != nil {
			return refused
		}
		do(g, t)
	}
	return nil
}

// tagNeeds bring the keys of the tags, as AWS does.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html
func tagNeeds(c *core.Call, tags []types.Tag) (needs []core.Need) {
	var keys []string
	for _, t := range tags {
		keys = append(keys, aws.ToString(t.Key))
		needs = append(needs, onGroup(c, t.ResourceId)...)
	}
	for i := range needs {
		needs[i].Context = map[string][]string{"aws:TagKeys": keys}
	}
	return needs
}

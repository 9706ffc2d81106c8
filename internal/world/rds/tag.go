package rds

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// label has the tags of a snapshot, which is named by its ARN.
type label struct {
	ARN  string
	Tags []types.Tag
}

var labels = core.Shelf[label]{Kind: "rds.label", ID: "ARN", Missing: core.Missing("InvalidParameterValue", "The specified resource name %s does not match an RDS resource in this region.")}

func tagResource() core.Resource {
	return core.Resource{Shelf: &labels, Operations: []core.Operation{
		core.Define(core.Spec[rds.AddTagsToResourceInput, rds.AddTagsToResourceOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "ResourceName Tags",
			Needs: func(c *core.Call, in *rds.AddTagsToResourceInput) []core.Need {
				return labelNeeds(c, in.ResourceName, keysOf(in.Tags))
			},
			Answer: func(c *core.Call, in *rds.AddTagsToResourceInput) (*rds.AddTagsToResourceOutput, *core.Refusal) {
				tags, refused := labelled(c, in.ResourceName)
				if refused == nil {
					*tags = append(without(*tags, keysOf(in.Tags)), in.Tags...)
				}
				return &rds.AddTagsToResourceOutput{}, refused
			},
		}),
		core.Define(core.Spec[rds.RemoveTagsFromResourceInput, rds.RemoveTagsFromResourceOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "ResourceName TagKeys",
			Needs: func(c *core.Call, in *rds.RemoveTagsFromResourceInput) []core.Need {
				return labelNeeds(c, in.ResourceName, in.TagKeys)
			},
			Answer: func(c *core.Call, in *rds.RemoveTagsFromResourceInput) (*rds.RemoveTagsFromResourceOutput, *core.Refusal) {
				tags, refused := labelled(c, in.ResourceName)
				if refused == nil {
					*tags = without(*tags, in.TagKeys)
				}
				return &rds.RemoveTagsFromResourceOutput{}, refused
			},
		}),
		core.Define(core.Spec[rds.ListTagsForResourceInput, rds.ListTagsForResourceOutput]{
			Knows: "ResourceName",
			Needs: func(c *core.Call, in *rds.ListTagsForResourceInput) []core.Need {
				return labelNeeds(c, in.ResourceName, nil)
			},
			Answer: func(c *core.Call, in *rds.ListTagsForResourceInput) (*rds.ListTagsForResourceOutput, *core.Refusal) {
				tags, refused := labelled(c, in.ResourceName)
				if refused != nil {
					return nil, refused
				}
				return &rds.ListTagsForResourceOutput{TagList: slices.Clone(*tags)}, nil
			},
		}),
	}}
}

// labelNeeds bring the keys of the tags, as AWS does.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html
func labelNeeds(c *core.Call, arn *string, keys []string) []core.Need {
	needs := c.On(aws.ToString(arn))
	needs[0].Context = map[string][]string{"aws:TagKeys": keys}
	return needs
}

// labelled finds the tags of a snapshot, a database or a cluster of the place. What is not there is told by its own name.
func labelled(c *core.Call, arn *string) (*[]types.Tag, *core.Refusal) {
	if id, ok := strings.CutPrefix(aws.ToString(arn), c.ARN("rds", "db:")); ok {
		db, refused := instances.Find(c.At, &id)
		if refused != nil {
			return nil, refused
		}
		return &db.TagList, nil
	}
	if id, ok := strings.CutPrefix(aws.ToString(arn), c.ARN("rds", "cluster:")); ok {
		cluster, refused := clusters.Find(c.At, &id)
		if refused != nil {
			return nil, refused
		}
		return &cluster.TagList, nil
	}
	for id := range snapshots.Of(c.At) {
		if c.ARN("rds", "snapshot:"+id) != aws.ToString(arn) {
			continue
		}
		if l, refused := labels.Find(c.At, arn); refused == nil {
			return &l.Tags, nil
		}
		return &labels.Put(c.At, &label{ARN: *arn}).Tags, nil
	}
	return nil, labels.Missing(aws.ToString(arn))
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

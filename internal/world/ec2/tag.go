package ec2

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// label has the tags of a resource that keeps none itself: a fleet, a Spot request.
type label struct {
	ID   string
	Tags map[string]string
}

var labels = core.Shelf[label]{Kind: "ec2.label", ID: "ID", Missing: core.Missing("InvalidID", "The ID '%s' is not valid")}

func tagResource() core.Resource {
	return core.Resource{Shelf: &labels, Operations: []core.Operation{
		core.Define(core.Spec[ec2.CreateTagsInput, ec2.CreateTagsOutput]{
			Write: true, Basis: "record: a recorded one", Knows: "Resources Tags", Answer: createTags,
			Needs:    func(c *core.Call, in *ec2.CreateTagsInput) []core.Need { return tagNeeds(c, in.Resources, in.Tags) },
			Request:  func(_ *core.Call, in *ec2.CreateTagsInput) any { return tagRequest(in.Resources, in.Tags) },
			Response: returned[ec2.CreateTagsOutput],
		}),
		core.Define(core.Spec[ec2.DeleteTagsInput, ec2.DeleteTagsOutput]{
			Write: true, Basis: "record: like that of CreateTags, unverified", Knows: "Resources Tags", Answer: deleteTags,
			Needs:    func(c *core.Call, in *ec2.DeleteTagsInput) []core.Need { return tagNeeds(c, in.Resources, in.Tags) },
			Request:  func(_ *core.Call, in *ec2.DeleteTagsInput) any { return tagRequest(in.Resources, in.Tags) },
			Response: returned[ec2.DeleteTagsOutput],
		}),
		core.Define(core.Spec[ec2.DescribeTagsInput, ec2.DescribeTagsOutput]{
			Basis: "by the filter resource-id; of a resource that is not there it lists nothing", Knows: "Filters", Answer: describeTags,
		}),
	}}
}

// tagNeeds bring the keys of the tags, as AWS does.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
func tagNeeds(c *core.Call, ids []string, tags []types.Tag) []core.Need {
	var arns, keys []string
	for _, id := range ids {
		prefix, _, _ := strings.Cut(id, "-")
		arns = append(arns, c.ARN("ec2", tagged[prefix].arn+id))
	}
	for _, t := range tags {
		keys = append(keys, aws.ToString(t.Key))
	}
	needs := c.On(arns...)
	for i := range needs {
		needs[i].Context = map[string][]string{"aws:TagKeys": keys}
	}
	return needs
}

func tagRequest(ids []string, tags []types.Tag) any {
	resources := []any{}
	for _, id := range ids {
		resources = append(resources, core.Fields{"resourceId": id})
	}
	return core.Fields{"resourcesSet": core.Fields{"items": resources}, "tagSet": core.Fields{"items": tagList(tags)}}
}

// createTags writes tags, over those of the same key. Every resource must exist, or none is tagged.
func createTags(c *core.Call, in *ec2.CreateTagsInput) (*ec2.CreateTagsOutput, *core.Refusal) {
	if refused := reserved(c, in.Tags); refused != nil {
		return nil, refused
	}
	return &ec2.CreateTagsOutput{}, editTags(c, in.Resources, func(tags map[string]string) {
		for _, t := range in.Tags {
			tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
		}
	})
}

// deleteTags takes tags off; one that names a value only where it has that.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html
func deleteTags(c *core.Call, in *ec2.DeleteTagsInput) (*ec2.DeleteTagsOutput, *core.Refusal) {
	return &ec2.DeleteTagsOutput{}, editTags(c, in.Resources, func(tags map[string]string) {
		for _, t := range in.Tags {
			if t.Value == nil || *t.Value == tags[aws.ToString(t.Key)] {
				delete(tags, aws.ToString(t.Key))
			}
		}
	})
}

func describeTags(c *core.Call, in *ec2.DescribeTagsInput) (*ec2.DescribeTagsOutput, *core.Refusal) {
	out := &ec2.DescribeTagsOutput{}
	for _, f := range in.Filters {
		if aws.ToString(f.Name) != "resource-id" {
			return nil, core.Refuse("InvalidParameterValue", "The world does not model the filter %s", aws.ToString(f.Name))
		}
		for _, id := range f.Values {
			var has map[string]string
			if refused := editTags(c, []string{id}, func(tags map[string]string) { has = tags }); refused != nil {
				continue
			}
			for _, k := range slices.Sorted(maps.Keys(has)) {
				out.Tags = append(out.Tags, types.TagDescription{ResourceId: aws.String(id), Key: aws.String(k), Value: aws.String(has[k])})
			}
		}
	}
	return out, nil
}

// tagsEdited finds a resource and has its tags edited.
type tagsEdited func(at core.At, id string, edit func(map[string]string)) *core.Refusal

// tagged is what can have tags, by the prefix of its ids: what stands before the id in its ARN, and where its tags are.
var tagged = map[string]struct {
	arn  string
	tags tagsEdited
}{
	"i":        {"instance/", onRow(&instances, func(i *Instance) *map[string]string { return &i.Tags })},
	"lt":       {"launch-template/", onRow(&templates, func(t *Template) *map[string]string { return &t.Tags })},
	"ami":      {"image/", onRow(&images, func(i *image) *map[string]string { return &i.Tags })},
	"sg":       {"security-group/", onRow(&securityGroups, func(g *securityGroup) *map[string]string { return &g.Tags })},
	"fleet":    {"fleet/", onLabel(&fleets)},
	"sfr":      {"spot-fleet-request/", onLabel(&spotFleets)},
	"sir":      {"spot-instances-request/", onLabel(&spotRequests)},
	"snap":     {"snapshot/", onList(&snapshots, func(s *types.Snapshot) *[]types.Tag { return &s.Tags })},
	"vol":      {"volume/", onList(&volumes, func(v *types.Volume) *[]types.Tag { return &v.Tags })},
	"eipalloc": {"elastic-ip/", onList(&addresses, func(a *types.Address) *[]types.Tag { return &a.Tags })},
}

func onRow[T any](s *core.Shelf[T], of func(*T) *map[string]string) tagsEdited {
	return func(at core.At, id string, edit func(map[string]string)) *core.Refusal {
		row, refused := s.Find(at, &id)
		if refused != nil {
			return refused
		}
		tags := of(row)
		if *tags == nil {
			*tags = map[string]string{}
		}
		edit(*tags)
		return nil
	}
}

func onLabel[T any](s *core.Shelf[T]) tagsEdited {
	return func(at core.At, id string, edit func(map[string]string)) *core.Refusal {
		if _, refused := s.Find(at, &id); refused != nil {
			return refused
		}
		l, refused := labels.Find(at, &id)
		if refused != nil {
			l = labels.Put(at, &label{ID: id, Tags: map[string]string{}})
		}
		edit(l.Tags)
		return nil
	}
}

// onList are the tags of a row that is the SDK's own description.
func onList[T any](s *core.Shelf[T], of func(*T) *[]types.Tag) tagsEdited {
	return func(at core.At, id string, edit func(map[string]string)) *core.Refusal {
		row, refused := s.Find(at, &id)
		if refused != nil {
			return refused
		}
		tags := map[string]string{}
		for _, t := range *of(row) {
			tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
		}
		edit(tags)
		*of(row) = TagsOf(tags)
		return nil
	}
}

// editTags edits the tags of resources of one's own, which must all exist.
func editTags(c *core.Call, ids []string, edit func(map[string]string)) *core.Refusal {
	for _, do := range []func(map[string]string){func(map[string]string) {}, edit} {
		for _, id := range ids {
			prefix, _, _ := strings.Cut(id, "-")
			one, known := tagged[prefix]
			if !known {
				return core.Refuse("InvalidID", "The ID '%s' is not valid", id)
			}
			if refused := one.tags(c.At, id, do); refused != nil {
				return refused
			}
		}
	}
	return nil
}

package ec2

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/internal/world/core"
)

func tagResource() core.Resource {
	return core.Resource{Operations: []core.Operation{
		core.Define(core.Spec[ec2.CreateTagsInput, ec2.CreateTagsOutput]{
			Write: true, Basis: "record: a recorded one", Knows: "Resources Tags", Answer: createTags,
			Needs: func(c *core.Call, in *ec2.CreateTagsInput) []core.Need {
				kind := map[string]string{"i": "instance/", "lt": "launch-template/", "ami": "image/"}
				var arns []string
				for _, id := range in.Resources {
					prefix, _, _ := strings.Cut(id, "-")
					arns = append(arns, c.ARN("ec2", kind[prefix]+id))
				}
				return c.On(arns...)
			},
			Request: func(_ *core.Call, in *ec2.CreateTagsInput) any {
				resources := []any{}
				for _, id := range in.Resources {
					resources = append(resources, core.Fields{"resourceId": id})
				}
				return core.Fields{"resourcesSet": core.Fields{"items": resources}, "tagSet": core.Fields{"items": tagList(in.Tags)}}
			},
			Response: returned[ec2.CreateTagsOutput],
		}),
	}}
}

// createTags writes tags, over those of the same key. Every resource must exist, or none is tagged.
func createTags(c *core.Call, in *ec2.CreateTagsInput) (*ec2.CreateTagsOutput, *core.Refusal) {
	if refused := reserved(c, in.Tags); refused != nil {
		return nil, refused
	}
	var all []map[string]string
	for _, id := range in.Resources {
		tags, refused := tagsOn(c, id)
		if refused != nil {
			return nil, refused
		}
		all = append(all, tags)
	}
	for _, tags := range all {
		for _, t := range in.Tags {
			tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
		}
	}
	return &ec2.CreateTagsOutput{}, nil
}

// tagsOn finds the tags of an instance, a launch template or an image of one's own.
func tagsOn(c *core.Call, id string) (map[string]string, *core.Refusal) {
	switch prefix, _, _ := strings.Cut(id, "-"); prefix {
	case "i":
		i, refused := instances.Find(c.At, &id)
		if refused != nil {
			return nil, refused
		}
		return i.Tags, nil
	case "lt":
		t, refused := templates.Find(c.At, &id)
		if refused != nil {
			return nil, refused
		}
		return t.Tags, nil
	case "ami":
		i, refused := images.Find(c.At, &id)
		if refused != nil {
			return nil, refused
		}
		return i.Tags, nil
	}
	return nil, core.Refuse("InvalidID", "The ID '%s' is not valid", id)
}

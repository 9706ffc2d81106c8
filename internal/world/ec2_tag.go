package world

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// createTags writes tags, over those of the same key. Every resource must exist, or none is tagged.
func createTags(c *call, in *ec2.CreateTagsInput) (*ec2.CreateTagsOutput, *refusal) {
	if refused := c.reserved(in.Tags); refused != nil {
		return nil, refused
	}
	var all []map[string]string
	for _, id := range in.Resources {
		tags, refused := c.tagsOn(id)
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
func (c *call) tagsOn(id string) (map[string]string, *refusal) {
	r := c.at(c.place)
	switch prefix, _, _ := strings.Cut(id, "-"); prefix {
	case "i":
		i, refused := r.instance(id)
		if refused != nil {
			return nil, refused
		}
		return i.Tags, nil
	case "lt":
		t, refused := r.templateBy(&id, nil)
		if refused != nil {
			return nil, refused
		}
		return t.Tags, nil
	case "ami":
		i, ok := r.Images[id]
		if !ok {
			return nil, refuse("InvalidAMIID.NotFound", "The image id '[%s]' does not exist", id)
		}
		return i.Tags, nil
	}
	return nil, refuse("InvalidID", "The ID '%s' is not valid", id)
}

func tagNeeds(c *call, in *ec2.CreateTagsInput) []need {
	var arns []string
	for _, id := range in.Resources {
		kind := map[string]string{"i": "instance/", "lt": "launch-template/", "ami": "image/"}
		prefix, _, _ := strings.Cut(id, "-")
		arns = append(arns, c.arn(c.place, "ec2", kind[prefix]+id))
	}
	return on("ec2:CreateTags", arns...)
}

func tagRequest(_ *call, in *ec2.CreateTagsInput) any {
	resources := []any{}
	for _, id := range in.Resources {
		resources = append(resources, fields{"resourceId": id})
	}
	return fields{"resourcesSet": fields{"items": resources}, "tagSet": fields{"items": tagList(in.Tags)}}
}

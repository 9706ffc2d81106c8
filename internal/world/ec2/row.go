package ec2

import (
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// answeredBy answers with a row: the fields that an output has of it, by name.
func answeredBy[O any, T any](row *T) *O {
	out := new(O)
	from, to := reflect.ValueOf(row).Elem(), reflect.ValueOf(out).Elem()
	for i := range from.NumField() {
		if f := to.FieldByName(from.Type().Field(i).Name); f.IsValid() && f.CanSet() && f.Type() == from.Field(i).Type() {
			f.Set(from.Field(i))
		}
	}
	return out
}

// tagsGiven are the tags that something is made with.
func tagsGiven(c *core.Call, specs []types.TagSpecification) ([]types.Tag, *core.Refusal) {
	into := map[string]string{}
	for _, s := range specs {
		if refused := reserved(c, s.Tags); refused != nil {
			return nil, refused
		}
		for _, t := range s.Tags {
			into[aws.ToString(t.Key)] = aws.ToString(t.Value)
		}
	}
	return TagsOf(into), nil
}

// making is the right to make something and, where it is made with tags, to tag it.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
func making(c *core.Call, arn string, specs []types.TagSpecification) []core.Need {
	needs := c.On(arn)
	if len(specs) > 0 {
		needs = append(needs, core.Need{Action: "ec2:CreateTags", Resource: arn, Context: map[string][]string{"ec2:CreateAction": {c.Name}}})
	}
	return needs
}

// onTagged brings the tags of what a call is about, as AWS does for all that can be tagged.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
func onTagged(c *core.Call, kind string, id *string) []core.Need {
	arn := c.ARN("ec2", kind+aws.ToString(id))
	if kind == "snapshot/" || kind == "image/" {
		arn = publicARN(c.At, strings.TrimSuffix(kind, "/"), id)
	}
	needs, context := c.On(arn), map[string][]string{}
	// What is not there has no tags: the answer says that it is not.
	_ = editTags(c, []string{aws.ToString(id)}, func(tags map[string]string) {
		for k, v := range tags {
			context["aws:ResourceTag/"+k] = []string{v}
		}
	})
	needs[0].Context = context
	return needs
}

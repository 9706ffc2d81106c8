package iam

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// tag writes tags, over those of the same key.
func (h *holder) tag(_ *core.Call, in any) *core.Refusal {
	if h.Tags == nil {
		h.Tags = map[string]string{}
	}
	for _, t := range givenTags(in) {
		h.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return nil
}

// untag takes tags off by their keys, whatever their values.
func (h *holder) untag(_ *core.Call, in any) *core.Refusal {
	for _, k := range tagKeys(in) {
		delete(h.Tags, k)
	}
	return nil
}

// tagged are the tags as they are read; a principal without any has no list of them.
func (h *holder) tagged() (out []types.Tag) {
	for _, k := range slices.Sorted(maps.Keys(h.Tags)) {
		out = append(out, types.Tag{Key: aws.String(k), Value: aws.String(h.Tags[k])})
	}
	return out
}

func givenTags(in any) []types.Tag {
	switch in := in.(type) {
	case *iam.CreateUserInput:
		return in.Tags
	case *iam.TagUserInput:
		return in.Tags
	case *iam.TagRoleInput:
		return in.Tags
	}
	return nil
}

// tagKeys are the keys of the tags that a call sets or takes off: AWS decides by them.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
func tagKeys(in any) (keys []string) {
	switch in := in.(type) {
	case *iam.UntagUserInput:
		return in.TagKeys
	case *iam.UntagRoleInput:
		return in.TagKeys
	}
	for _, t := range givenTags(in) {
		keys = append(keys, aws.ToString(t.Key))
	}
	return keys
}

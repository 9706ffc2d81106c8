// Package rbin is the Recycle Bin in the world: rules that keep what is deleted for some days.
package rbin

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rbin"
	"github.com/aws/aws-sdk-go-v2/service/rbin/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// Service is the Recycle Bin.
func Service() *core.Service {
	return &core.Service{
		Name: "rbin", SDK: "rbin", Reference: "https://docs.aws.amazon.com/recyclebin/latest/APIReference/API_", Words: core.JSONWords(),
		Resources: []core.Resource{{Shelf: &rules, Operations: []core.Operation{
			core.Define(core.Spec[rbin.ListRulesInput, rbin.ListRulesOutput]{Knows: "ResourceType MaxResults NextToken", Answer: listRules}),
			core.Define(core.Spec[rbin.GetRuleInput, rbin.GetRuleOutput]{
				Knows: "Identifier", Answer: core.Found(&rules, "Identifier", func(_ *core.Call, _ *rbin.GetRuleInput, r *rbin.GetRuleOutput) (*rbin.GetRuleOutput, *core.Refusal) {
					out := *r
					return &out, nil
				}),
			}),
		}}},
	}
}

var rules = core.Shelf[rbin.GetRuleOutput]{Kind: "rbin.rule", ID: "Identifier", Missing: func(id string) *core.Refusal {
	text := "Rule not found: " + id
	return core.Refuse("ResourceNotFoundException", "%s", text).As(404).With(&types.ResourceNotFoundException{Message: &text})
}}

func listRules(c *core.Call, in *rbin.ListRulesInput) (*rbin.ListRulesOutput, *core.Refusal) {
	var all []types.RuleSummary
	for _, r := range rules.Sorted(c.At) {
		if r.ResourceType == in.ResourceType {
			all = append(all, types.RuleSummary{Identifier: r.Identifier, RetentionPeriod: r.RetentionPeriod, Description: r.Description})
		}
	}
	page, next, refused := core.Paged(all, in.NextToken, in.MaxResults)
	return &rbin.ListRulesOutput{Rules: page, NextToken: next}, refused
}

// Days is for how long a snapshot with such tags is kept once it is deleted; 0 where no rule covers it. Of several the longest counts.
// https://docs.aws.amazon.com/ebs/latest/userguide/recycle-bin-concepts.html
func Days(at core.At, tags map[string]string) (days int32) {
	named := func(t types.ResourceTag) bool {
		value, has := tags[aws.ToString(t.ResourceTagKey)]
		return has && (t.ResourceTagValue == nil || *t.ResourceTagValue == value)
	}
	for _, r := range rules.Sorted(at) {
		covers := len(r.ResourceTags) == 0 && !slices.ContainsFunc(r.ExcludeResourceTags, named) || slices.ContainsFunc(r.ResourceTags, named)
		if covers && r.ResourceType == types.ResourceTypeEbsSnapshot && r.Status == types.RuleStatusAvailable && r.RetentionPeriod != nil {
			days = max(days, aws.ToInt32(r.RetentionPeriod.RetentionPeriodValue))
		}
	}
	return days
}

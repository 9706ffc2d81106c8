package action

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/rbin"
	bin "github.com/aws/aws-sdk-go-v2/service/rbin/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
)

// LookSnapshot reads one snapshot; nil where there is none, of one in the Recycle Bin, too.
func LookSnapshot(ctx context.Context, r access.Reads, s event.Resource) (*types.Snapshot, error) {
	out, err := r.EC2(s.Place()).DescribeSnapshots(ctx, &ec2.DescribeSnapshotsInput{SnapshotIds: []string{s.ID}})
	if Missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read snapshot %q: %w", s.ID, err)
	}
	for _, found := range out.Snapshots {
		if aws.ToString(found.SnapshotId) == s.ID {
			return &found, nil
		}
	}
	return nil, nil
}

// KeptInBin is for how many days the Recycle Bin keeps a snapshot with such tags once it is deleted, by the rules of its region; 0: no rule covers it.
// Of several rules the longest counts; one that is for some tags covers what has any of them, one for all leaves out what has a tag that it excludes.
// https://docs.aws.amazon.com/ebs/latest/userguide/recycle-bin-concepts.html
func KeptInBin(ctx context.Context, r access.Reads, at event.Place, tags map[string]string) (days int, _ error) {
	api := r.RecycleBin(at)
	pages := rbin.NewListRulesPaginator(api, &rbin.ListRulesInput{ResourceType: bin.ResourceTypeEbsSnapshot})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, fmt.Errorf("list the rules of the Recycle Bin: %w", err)
		}
		for _, listed := range page.Rules {
			rule, err := api.GetRule(ctx, &rbin.GetRuleInput{Identifier: listed.Identifier})
			if access.Answered(err, "ResourceNotFoundException") {
				continue
			}
			if err != nil {
				return 0, fmt.Errorf("read rule %q of the Recycle Bin: %w", aws.ToString(listed.Identifier), err)
			}
			days = max(days, keptBy(rule, tags))
		}
	}
	return days, nil
}

func keptBy(rule *rbin.GetRuleOutput, tags map[string]string) int {
	named := func(t bin.ResourceTag) bool {
		value, has := tags[aws.ToString(t.ResourceTagKey)]
		return has && (t.ResourceTagValue == nil || *t.ResourceTagValue == value)
	}
	switch period := rule.RetentionPeriod; {
	case rule.Status != bin.RuleStatusAvailable, rule.ResourceType != bin.ResourceTypeEbsSnapshot:
		return 0
	case period == nil, period.RetentionPeriodUnit != bin.RetentionPeriodUnitDays:
		return 0
	case len(rule.ResourceTags) > 0 && !slices.ContainsFunc(rule.ResourceTags, named), slices.ContainsFunc(rule.ExcludeResourceTags, named):
		return 0
	default:
		return int(aws.ToInt32(period.RetentionPeriodValue))
	}
}

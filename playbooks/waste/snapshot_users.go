package waste

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
)

// usedBy reports whether a snapshot is shared, held ready, locked, or what an image or a launch configuration is made of.
func usedBy(ctx context.Context, r access.Reads, of event.Resource) (bool, error) {
	shares, err := action.SharesOf(ctx, r, of)
	if err != nil || len(shares) > 0 {
		return true, err
	}
	for _, ask := range []func(context.Context, access.Reads, event.Resource) (bool, error){inImage, restoredFast, locked, inConfiguration} {
		if used, err := ask(ctx, r, of); err != nil || used {
			return true, err
		}
	}
	return false, nil
}

// inImage looks at all images of the account: deprecated and disabled ones can be launched from again.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/disable-an-ami.html
func inImage(ctx context.Context, r access.Reads, of event.Resource) (bool, error) {
	out, err := r.EC2(of.Place()).DescribeImages(ctx, &ec2.DescribeImagesInput{
		Owners: []string{"self"}, IncludeDeprecated: aws.Bool(true), IncludeDisabled: aws.Bool(true),
		Filters: []types.Filter{{Name: aws.String("block-device-mapping.snapshot-id"), Values: []string{of.ID}}},
	})
	if err != nil {
		return false, fmt.Errorf("read which images are made of snapshot %q: %w", of.ID, err)
	}
	return len(out.Images) > 0, nil
}

// restoredFast reports whether the account pays for volumes of the snapshot being fast at once.
func restoredFast(ctx context.Context, r access.Reads, of event.Resource) (bool, error) {
	out, err := r.EC2(of.Place()).DescribeFastSnapshotRestores(ctx, &ec2.DescribeFastSnapshotRestoresInput{Filters: []types.Filter{{Name: aws.String("snapshot-id"), Values: []string{of.ID}}}})
	if err != nil {
		return false, fmt.Errorf("read the fast restores of snapshot %q: %w", of.ID, err)
	}
	return slices.ContainsFunc(out.FastSnapshotRestores, func(f types.DescribeFastSnapshotRestoreSuccessItem) bool {
		return f.State != types.FastSnapshotRestoreStateCodeDisabled
	}), nil
}

func locked(ctx context.Context, r access.Reads, of event.Resource) (bool, error) {
	out, err := r.EC2(of.Place()).DescribeLockedSnapshots(ctx, &ec2.DescribeLockedSnapshotsInput{SnapshotIds: []string{of.ID}})
	if err != nil {
		return false, fmt.Errorf("read whether snapshot %q is locked: %w", of.ID, err)
	}
	return slices.ContainsFunc(out.Snapshots, func(s types.LockedSnapshotsInfo) bool {
		return aws.ToString(s.SnapshotId) == of.ID && s.LockState != types.LockStateExpired
	}), nil
}

func inConfiguration(ctx context.Context, r access.Reads, of event.Resource) (bool, error) {
	pages := autoscaling.NewDescribeLaunchConfigurationsPaginator(r.AutoScaling(of.Place()), &autoscaling.DescribeLaunchConfigurationsInput{MaxRecords: aws.Int32(100)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return false, fmt.Errorf("read which launch configurations name snapshot %q: %w", of.ID, err)
		}
		for _, c := range page.LaunchConfigurations {
			if slices.ContainsFunc(c.BlockDeviceMappings, func(m scaling.BlockDeviceMapping) bool {
				return m.Ebs != nil && aws.ToString(m.Ebs.SnapshotId) == of.ID
			}) {
				return true, nil
			}
		}
	}
	return false, nil
}

// mostTemplates are the launch templates of a region that are looked at, each with all its versions: a call or more for each.
const mostTemplates = 200

// inTemplates reports whether any version of a launch template names a snapshot, and whether there are more templates than were looked at.
func inTemplates(ctx context.Context, r access.Reads, of event.Resource) (named, more bool, _ error) {
	api, looked := r.EC2(of.Place()), 0
	pages := ec2.NewDescribeLaunchTemplatesPaginator(api, &ec2.DescribeLaunchTemplatesInput{MaxResults: aws.Int32(200)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return false, false, fmt.Errorf("list launch templates: %w", err)
		}
		for _, t := range page.LaunchTemplates {
			if looked++; looked > mostTemplates {
				return false, true, nil
			}
			if named, err := inVersion(ctx, api, aws.ToString(t.LaunchTemplateId), of.ID); err != nil || named {
				return true, false, err
			}
		}
	}
	return false, false, nil
}

// inVersion reports whether any version of a template names a snapshot: groups and people launch by old versions, too.
func inVersion(ctx context.Context, api access.EC2Reads, template, snapshot string) (bool, error) {
	pages := ec2.NewDescribeLaunchTemplateVersionsPaginator(api, &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &template, MaxResults: aws.Int32(200)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if action.Missing(err) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("read the versions of launch template %q: %w", template, err)
		}
		for _, v := range page.LaunchTemplateVersions {
			if v.LaunchTemplateData != nil && slices.ContainsFunc(v.LaunchTemplateData.BlockDeviceMappings, func(m types.LaunchTemplateBlockDeviceMapping) bool {
				return m.Ebs != nil && aws.ToString(m.Ebs.SnapshotId) == snapshot
			}) {
				return true, nil
			}
		}
	}
	return false, nil
}

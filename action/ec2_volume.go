package action

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
)

// LookVolume reads one volume; nil where there is none, or where it is being deleted.
func LookVolume(ctx context.Context, r access.Reads, v event.Resource) (*types.Volume, error) {
	out, err := r.EC2(v.Place()).DescribeVolumes(ctx, &ec2.DescribeVolumesInput{VolumeIds: []string{v.ID}})
	if Missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read volume %q: %w", v.ID, err)
	}
	for _, found := range out.Volumes {
		if aws.ToString(found.VolumeId) == v.ID && found.State != types.VolumeStateDeleting && found.State != types.VolumeStateDeleted {
			return &found, nil
		}
	}
	return nil, nil
}

// tagMap are the tags that EC2 shows of a resource.
func tagMap(tags []types.Tag) map[string]string {
	all := make(map[string]string, len(tags))
	for _, t := range tags {
		all[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return all
}

// LookKeptSnapshot is the snapshot that a case has had made of a volume, nil where there is none. CreateSnapshot knows no client token: it is
// found again by volume and case. Of several, the first that is completed counts.
func LookKeptSnapshot(ctx context.Context, r access.Reads, v event.Resource, caseID string) (*types.Snapshot, error) {
	in := &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}, Filters: []types.Filter{
		{Name: aws.String("volume-id"), Values: []string{v.ID}}, {Name: aws.String("tag:" + CaseTag), Values: []string{caseID}},
	}}
	var kept *types.Snapshot
	for {
		out, err := r.EC2(v.Place()).DescribeSnapshots(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("read the snapshots of volume %q: %w", v.ID, err)
		}
		for _, s := range out.Snapshots {
			// Filters take stars: what is another volume's, or another case's, is left out.
			if aws.ToString(s.VolumeId) != v.ID || tagMap(s.Tags)[CaseTag] != caseID {
				continue
			}
			if kept == nil || kept.State != types.SnapshotStateCompleted && (s.State == types.SnapshotStateCompleted || s.State == types.SnapshotStatePending) {
				kept = &s
			}
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			return kept, nil
		}
	}
}

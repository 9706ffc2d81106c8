package waste

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/managed"
)

// checkVolume looks at the volume as the listing did, and at all that shows that it is still wanted.
func checkVolume(ctx context.Context, in playbook.In, s playbook.Suspect[volume], p VolumeParams) ([]playbook.Suspect[volume], error) {
	v, err := action.LookVolume(ctx, in.AWS, s.Resource)
	if err != nil || v == nil {
		return nil, err
	}
	listed := listVolume(s.Resource, *v, p)
	if listed == nil {
		return nil, nil
	}
	changing, err := modified(ctx, in.AWS, s.Resource)
	if err != nil || changing {
		return nil, err
	}
	f, tags := listed.Suspect.Facts, managed.Tags(v.Tags)
	kept, u, err := standing(ctx, in, s.Case, s.Resource, tags)
	if err != nil || kept != "" {
		return nil, err
	}
	f.Since, f.Opened = u.Since, u.Opened
	if s.Case != "" && tags[action.CaseTag] == s.Case { // announced: what comes next ends it
		used, err := latelyAttached(ctx, in, s)
		if err != nil || used {
			return nil, err
		}
	}
	saving, err := f.priced(s.Resource.Region).Keeping(ctx, in.Prices)
	switch {
	case errors.Is(err, playbook.ErrNoPrice):
		if f.Asks == "" {
			f.Asks = "what its end saves is unknown: the snapshot may cost more than the volume"
		}
	case err != nil:
		return nil, fmt.Errorf("what volume %q costs: %w", s.Resource.ID, err)
	case saving.Net() <= 0:
		f.Idle = "the snapshot that would replace it costs at least as much"
	}
	found := f.of(s.Resource)
	found.Tags, found.Case = tags, s.Case
	return []playbook.Suspect[volume]{found}, nil
}

// shows is how old a snapshot must be before what it holds is deleted. What was written since its start is in no snapshot; CloudTrail delivers
// an attachment since then "within 5 to 15 minutes", and this is twice as long.
const shows = 30 * time.Minute

// latelyAttached reports whether CloudWatch shows that an announced volume was attached: EBS has data of one only while it is. CloudTrail, of the last
// quarter of an hour, shows nothing. Its snapshot is held until what happened beside it must show.
func latelyAttached(ctx context.Context, in playbook.In, s playbook.Suspect[volume]) (bool, error) {
	kept, err := action.LookKeptSnapshot(ctx, in.AWS, s.Resource, s.Case)
	if err != nil || kept == nil || kept.State != types.SnapshotStateCompleted {
		return false, err
	}
	if kept.StartTime == nil || kept.CompletionTime == nil || in.Now.Before(kept.CompletionTime.Add(shows)) {
		return false, fmt.Errorf("who used volume %q while its snapshot %s was made does not show yet: %w", s.Resource.ID, aws.ToString(kept.SnapshotId), playbook.ErrNoEvidence)
	}
	if in.Metrics == nil {
		return false, fmt.Errorf("whether volume %q was attached of late: %w", s.Resource.ID, playbook.ErrNoEvidence)
	}
	series, err := in.Metrics.Daily(ctx, playbook.MetricQuery{
		At: s.Resource.Place(), Namespace: "AWS/EBS", Name: "VolumeWriteOps", Dimensions: map[string]string{"VolumeId": s.Resource.ID},
		Statistic: "Sum", From: *kept.StartTime, To: in.Now,
	})
	if err != nil {
		return false, fmt.Errorf("whether volume %q was attached of late: %w", s.Resource.ID, err)
	}
	return len(series.Values) > 0, nil
}

// modified reports whether a volume is being changed in size, type or speed.
func modified(ctx context.Context, r access.Reads, v event.Resource) (bool, error) {
	out, err := r.EC2(v.Place()).DescribeVolumesModifications(ctx, &ec2.DescribeVolumesModificationsInput{VolumeIds: []string{v.ID}})
	if access.Answered(err, "InvalidVolumeModification.NotFound", "InvalidVolume.NotFound") { // it never was
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the modifications of volume %q: %w", v.ID, err)
	}
	for _, m := range out.VolumesModifications {
		if aws.ToString(m.VolumeId) == v.ID && (m.ModificationState == types.VolumeModificationStateModifying || m.ModificationState == types.VolumeModificationStateOptimizing) {
			return true, nil
		}
	}
	return false, nil
}

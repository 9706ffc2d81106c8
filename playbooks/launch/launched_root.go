package launch

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

// suspectRoot is about an instance whose root volume is replaced by an image's: nothing is launched, and another system runs.
// A replacement by the instance's own launch or snapshot names no image.
func suspectRoot(e event.Event, p ImageParams) []playbook.Suspect[launched] {
	in := request.Of(e)
	out := request.Answer(e).At("replaceRootVolumeTask")
	image, id := in.Named("imageId").Scalar(), cmp.Or(out.Named("instanceId").Scalar(), in.Named("instanceId").Scalar())
	task := out.Named("replaceRootVolumeTaskId").Scalar()
	if image == "" || id == "" || task == "" || slices.Contains(p.AllowIDs, image) {
		return nil
	}
	return gather(nil, e.Place(), launched{Task: task, At: e.Time}, machine{ID: id, Image: image})
}

// checkRoot reads the task, which tells the image, and the instance. Its disk is somebody else's now, and the instance is not:
// it is stopped, and ended only if a person wants it.
func checkRoot(ctx context.Context, in playbook.In, s playbook.Suspect[launched], p ImageParams) ([]playbook.Suspect[launched], error) {
	place := s.Resource.Place()
	task, err := rootTask(ctx, in, place, s.Facts.Task)
	if err == nil && task == nil && in.Now.Sub(s.Facts.At) < settling {
		err = fmt.Errorf("root volume task %q can't be seen yet", s.Facts.Task)
	}
	if err != nil || task == nil {
		return nil, err
	}
	if aws.ToString(task.ImageId) == "" || failed(task) {
		return nil, nil
	}
	v, err := judge(in, place, p.policy(), s.Facts.At).image(ctx, aws.ToString(task.ImageId))
	if err != nil || v.breaks == "" {
		return nil, err
	}
	found, err := findLaunched(ctx, in, place, s.Facts)
	if err != nil || len(found) == 0 || over(found[0]) {
		return nil, err
	}
	m := seen(found[0], v)
	m.Image = aws.ToString(task.ImageId)
	if err := (means{in, place, p.IsolationGroups, map[string]string{}}).find(ctx, &m, found[0]); err != nil {
		return nil, err
	}
	return gather(nil, place, launched{Task: s.Facts.Task, At: s.Facts.At}, m), nil
}

// rootTask is nil where AWS shows no such task; one that failed, or names no image, is there with nothing to look at.
func rootTask(ctx context.Context, in playbook.In, p event.Place, id string) (*types.ReplaceRootVolumeTask, error) {
	out, err := in.AWS.EC2(p).DescribeReplaceRootVolumeTasks(ctx, &ec2.DescribeReplaceRootVolumeTasksInput{ReplaceRootVolumeTaskIds: []string{id}})
	if access.Answered(err, "InvalidReplaceRootVolumeTaskId.NotFound", "InvalidReplaceRootVolumeTaskId.Malformed") {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read root volume task %q: %w", id, err)
	}
	for _, t := range out.ReplaceRootVolumeTasks {
		if aws.ToString(t.ReplaceRootVolumeTaskId) == id {
			return &t, nil
		}
	}
	return nil, nil
}

func failed(t *types.ReplaceRootVolumeTask) bool {
	return slices.Contains([]types.ReplaceRootVolumeTaskState{types.ReplaceRootVolumeTaskStateFailed, types.ReplaceRootVolumeTaskStateFailedDetached}, t.TaskState)
}

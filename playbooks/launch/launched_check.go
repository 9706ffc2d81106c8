package launch

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// settling is how long EC2 may take to show what it has made: it is eventually consistent.
const settling = 10 * time.Minute

// witness reads for one check of a launch, and remembers.
type witness struct {
	reader
	params    ImageParams
	outlooks  map[string]outlook          // by group
	prospects map[event.Resource]prospect // by fleet or spot request
	isolating map[string]string           // security groups, by VPC
}

// checkLaunch reads the instances as they are now, and what the policy says of their images. It keeps those that break it
// and still live, each under the root that launched it.
func checkLaunch(ctx context.Context, in playbook.In, s playbook.Suspect[launched], p ImageParams) ([]playbook.Suspect[launched], error) {
	w := witness{
		reader: reader{in: in, place: s.Resource.Place(), rules: p.policy(), at: s.Facts.At, since: incident{at: s.Facts.At}, known: map[string]verdict{}},
		params: p, outlooks: map[string]outlook{}, prospects: map[event.Resource]prospect{}, isolating: map[string]string{},
	}
	switch {
	case s.Facts.Task != "":
		return w.checkRoot(ctx, s)
	case len(s.Facts.Instances) == 0 && s.Facts.Source != nil:
		return w.checkRequest(ctx, s)
	}
	found, err := w.instances(ctx, s.Facts)
	if err != nil {
		return nil, err
	}
	var out []playbook.Suspect[launched]
	for _, i := range found {
		of, m, err := w.checkInstance(ctx, s.Facts, i)
		if err != nil {
			return nil, err
		}
		if m.Breaks != "" {
			out = gather(out, w.place, of, m)
		}
	}
	for i := range out {
		if f := &out[i].Facts; p.Group == Pin && f.Group != "" && f.Spared == "" {
			if f.Pin, err = w.pinning(ctx, f.Group); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// checkInstance returns the instance, and what it has in common with others of its root. It breaks nothing where it ended, was only started again,
// or where the policy allows its image.
func (w witness) checkInstance(ctx context.Context, f launched, i types.Instance) (of launched, m machine, err error) {
	if over(i) || f.Noticed && started(i) {
		return of, m, nil
	}
	v, err := w.ofInstance(ctx, i)
	if err != nil || v.breaks == "" {
		return of, m, err
	}
	if of, err = w.launcher(ctx, f, tagOf(i, groupTag), v.doubt); err != nil {
		return of, m, err
	}
	var unread, hook string
	for _, known := range f.Instances {
		if known.ID == aws.ToString(i.InstanceId) && known.Member == tagOf(i, groupTag) {
			hook = known.Hook
		}
	}
	if of.Group == "" {
		if of.Source, unread, err = w.source(ctx, i, v.doubt); err != nil {
			return of, m, err
		}
	}
	if m, err = w.machine(ctx, i, v); err != nil {
		return of, m, err
	}
	within := w.params.TerminateWithin
	m.Hook = hook
	m.Source, m.Old = unread, w.in.Now.Sub(f.At) > within || i.LaunchTime != nil && w.in.Now.Sub(*i.LaunchTime) > within
	if of.Guessed && m.Doubt == "" {
		m.Doubt = "the record names neither the instances nor their token: it is taken for one of them by the time of its launch"
	}
	return of, m, nil
}

// checkRequest confirms where what was asked for will launch what may not be.
func (w witness) checkRequest(ctx context.Context, s playbook.Suspect[launched]) ([]playbook.Suspect[launched], error) {
	from := s.Facts.Source.Launcher
	o, err := w.prospect(ctx, from)
	switch {
	case err != nil:
		return nil, err
	case o.unseen:
		return nil, fmt.Errorf("%s can't be seen yet", called(from))
	case !o.again || o.sound():
		return nil, nil
	}
	f := launched{At: s.Facts.At, Source: &source{Launcher: from, Images: o.images, Breaks: distinct(slices.Clone(o.breaks))}}
	if !o.bad {
		f.Source.Doubt = cmp.Or(o.doubt, o.unknown)
	}
	s.Facts, s.Title = f, f.title()
	return []playbook.Suspect[launched]{s}, nil
}

// checkRoot reads the task, which tells the image, and the instance. Its disk is a stranger's now, and the instance is not: it is
// stopped, and ended only if a person wants it. A task that failed, or names no image, changed nothing.
func (w witness) checkRoot(ctx context.Context, s playbook.Suspect[launched]) ([]playbook.Suspect[launched], error) {
	id, at := s.Facts.Task, s.Facts.At
	out, err := w.in.AWS.EC2(w.place).DescribeReplaceRootVolumeTasks(ctx, &ec2.DescribeReplaceRootVolumeTasksInput{ReplaceRootVolumeTaskIds: []string{id}})
	if access.Answered(err, "InvalidReplaceRootVolumeTaskId.NotFound", "InvalidReplaceRootVolumeTaskId.Malformed") {
		out, err = &ec2.DescribeReplaceRootVolumeTasksOutput{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read root volume task %q: %w", id, err)
	}
	n := slices.IndexFunc(out.ReplaceRootVolumeTasks, func(t types.ReplaceRootVolumeTask) bool { return aws.ToString(t.ReplaceRootVolumeTaskId) == id })
	switch {
	case n < 0 && w.in.Now.Sub(at) < settling:
		return nil, fmt.Errorf("root volume task %q can't be seen yet", id)
	case n < 0:
		return nil, nil
	}
	task := out.ReplaceRootVolumeTasks[n]
	image := aws.ToString(task.ImageId)
	if image == "" || task.TaskState == types.ReplaceRootVolumeTaskStateFailed || task.TaskState == types.ReplaceRootVolumeTaskStateFailedDetached {
		return nil, nil
	}
	v, err := w.image(ctx, image)
	if err != nil || v.breaks == "" {
		return nil, err
	}
	found, err := w.instances(ctx, s.Facts)
	if err != nil || len(found) == 0 || over(found[0]) {
		return nil, err
	}
	m, err := w.machine(ctx, found[0], v)
	if err != nil {
		return nil, err
	}
	m.Image = image
	return gather(nil, w.place, launched{Task: id, At: at}, m), nil
}

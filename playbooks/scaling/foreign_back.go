package scaling

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// back is what of a session's changes to a group stands, and can be put back as records and AWS's own words say that it was.
type back struct {
	Return               []action.Return `json:",omitempty"` // instances that it put on standby
	From, To             action.Sizes    // sizes
	Run                  []string        `json:",omitempty"` // processes that it suspended, and that ran
	Unsure               []string        `json:",omitempty"` // processes that it suspended, and that no record shows to have run
	Register, Deregister []action.Target `json:",omitempty"` // of a target group
	Doubt                string          `json:",omitempty"` // why a person is asked about sizes
	Lost                 []string        `json:",omitempty"` // what can't be put back
}

// restorer finds it.
type restorer struct {
	changed
	in    playbook.In
	group types.AutoScalingGroup
	back  back
}

func (c changed) restored(ctx context.Context, in playbook.In) (back, error) {
	switch {
	case c.Balancer != "":
		return c.reregistered(ctx, in)
	case c.Group.ID == "":
		return back{}, nil
	}
	group, err := groupNamed(ctx, in.AWS, c.Group)
	switch {
	case err != nil:
		return back{}, err
	case group == nil:
		return back{Lost: []string{"the group is deleted: its owner must make it anew"}}, nil
	}
	r := restorer{changed: c, in: in, group: *group}
	for _, part := range []func(context.Context) error{r.returning, r.bounds, r.capacity, r.running} {
		if err := part(ctx); err != nil {
			return back{}, err
		}
	}
	r.fit()
	return r.back, nil
}

// groupNamed reads a group; nil where there is none of the name.
func groupNamed(ctx context.Context, r access.Reads, named event.Resource) (*types.AutoScalingGroup, error) {
	out, err := r.AutoScaling(named.Place()).DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{named.ID}})
	if err != nil {
		return nil, fmt.Errorf("read group %q: %w", named.ID, err)
	}
	at := slices.IndexFunc(out.AutoScalingGroups, func(g types.AutoScalingGroup) bool { return aws.ToString(g.AutoScalingGroupName) == named.ID })
	if at < 0 {
		return nil, nil
	}
	return &out.AutoScalingGroups[at], nil
}

// returning finds the instances that the session put on standby.
func (r *restorer) returning(ctx context.Context) error {
	for _, m := range r.group.Instances {
		i := r.Group.Place().In(event.Instance, aws.ToString(m.InstanceId))
		if m.LifecycleState != types.LifecycleStateStandby && m.LifecycleState != types.LifecycleStateEnteringStandby || len(r.back.Return) == mostMembers {
			continue
		}
		stands, err := r.latest(ctx, i, ofStandby, slices.Contains(r.Members, i.ID) && r.Call == "EnterStandby")
		if err != nil {
			return err
		}
		lowered := r.Decrement
		if stands.last != nil {
			lowered = stands.last.Value == loweringCapacity
		}
		if stands.mine && (stands.last == nil || stands.last.On) {
			r.back.Return = append(r.back.Return, action.Return{Instance: i, Group: r.Group.ID, Decrement: lowered})
		}
	}
	slices.SortFunc(r.back.Return, func(a, b action.Return) int { return cmp.Compare(a.Instance.ID, b.Instance.ID) })
	return nil
}

// bounds finds what the smallest and the largest size were before the session set them.
func (r *restorer) bounds(ctx context.Context) error {
	for _, size := range []struct {
		of       string
		set, now *int32
		from, to **int32
	}{
		{ofMin, r.Set.Min, r.group.MinSize, &r.back.From.Min, &r.back.To.Min},
		{ofMax, r.Set.Max, r.group.MaxSize, &r.back.From.Max, &r.back.To.Max},
	} {
		stands, err := r.latest(ctx, r.Group, size.of, size.set != nil)
		if err != nil {
			return err
		}
		if left := stands.value(size.set); !stands.mine || left == nil || aws.ToInt32(size.now) != *left {
			continue // another caller has set it since
		}
		before := stands.before
		if before == nil {
			r.back.Lost = append(r.back.Lost, "what its "+size.of+" size was is not known")
			continue
		}
		if was := parsed(before.Value); was != nil && *was != *size.now {
			*size.from, *size.to = size.now, was
			r.asks(before)
		}
	}
	return nil
}

// asks has a person asked about what another instance's session set: it may be of the same attack.
func (r *restorer) asks(before *playbook.Observation) {
	if instanceNamed(before.By) {
		r.back.Doubt = "what the sizes were was set by another instance's session, " + before.By
	}
}

// capacity finds what the desired capacity was, as Auto Scaling itself says: policies change it, and no record shows that.
func (r *restorer) capacity(ctx context.Context) error {
	stands, err := r.latest(ctx, r.Group, ofDesired, r.Set.Desired != nil)
	if err != nil {
		return err
	}
	since := stands.since
	for _, of := range []string{ofMin, ofMax} { // a bound moves the capacity, too
		bound, err := r.latest(ctx, r.Group, of, of == ofMin && r.Set.Min != nil || of == ofMax && r.Set.Max != nil)
		if err != nil {
			return err
		}
		if bound.mine && (since.IsZero() || bound.since.Before(since)) {
			since = bound.since
		}
	}
	now := aws.ToInt32(r.group.DesiredCapacity)
	if since.IsZero() || stands.mine && aws.ToInt32(stands.value(r.Set.Desired)) != now {
		return nil
	}
	if stands.before != nil {
		r.asks(stands.before)
	}
	from, to, known, err := capacityAt(ctx, r.in.AWS, r.Group, since)
	switch {
	case err != nil:
		return err
	case known && from != now && (stands.mine || to == now):
		r.back.From.Desired, r.back.To.Desired = aws.Int32(now), aws.Int32(from)
	case !known && stands.mine:
		r.back.Lost = append(r.back.Lost, "what its desired capacity was is not known")
	}
	return nil
}

// running finds the processes that ran before the session suspended them.
func (r *restorer) running(ctx context.Context) error {
	created, err := r.in.History.Recall(ctx, r.Group, ofCreated, r.At)
	if err != nil {
		return fmt.Errorf("recall the making of group %q: %w", r.Group.ID, err)
	}
	for _, p := range r.group.SuspendedProcesses {
		name := aws.ToString(p.ProcessName)
		stands, err := r.latest(ctx, r.Group, ofProcess(name), slices.Contains(r.Suspended, name))
		if err != nil {
			return err
		}
		switch {
		case !stands.mine || stands.last != nil && stands.last.On || stands.before != nil && !stands.before.On:
		case stands.before != nil || created != nil:
			r.back.Run = append(r.back.Run, name)
		default:
			r.back.Unsure = append(r.back.Unsure, name)
		}
	}
	return nil
}

// fit leaves out what AWS would refuse: sizes that contradict each other, and instances that there is no room for.
func (r *restorer) fit() {
	b := &r.back
	low, high := or(b.To.Min, r.group.MinSize), or(b.To.Max, r.group.MaxSize)
	if b.To.Min != nil && low > high {
		b.From.Min, b.To.Min, low = nil, nil, aws.ToInt32(r.group.MinSize)
	}
	if d := b.To.Desired; d != nil && (*d < low || *d > high) {
		b.From.Desired, b.To.Desired = nil, nil
		b.Lost = append(b.Lost, "its desired capacity does not fit the sizes that are known")
	}
	if room := max(int(high-aws.ToInt32(r.group.DesiredCapacity)), 0); len(b.Return) > room {
		b.Lost = append(b.Lost, fmt.Sprintf("%d of its instances stay on standby: it has no room for them", len(b.Return)-room))
		b.Return = b.Return[:room]
	}
}

func or(size, otherwise *int32) int32 {
	if size != nil {
		return *size
	}
	return aws.ToInt32(otherwise)
}

func parsed(size string) *int32 {
	n, err := strconv.ParseInt(size, 10, 32)
	if err != nil {
		return nil
	}
	return aws.Int32(int32(n))
}

// standing is what was last seen of something: whether it is the session's work, since when, and what another caller made it before.
type standing struct {
	mine   bool
	since  time.Time
	last   *playbook.Observation // nil where only the record of the suspect shows it
	before *playbook.Observation
}

// value is a size as the session left it.
func (s standing) value(set *int32) *int32 {
	if s.last != nil {
		return parsed(s.last.Value)
	}
	return set
}

// mostSteps is how many calls of one session on one thing are gone back over.
const mostSteps = 20

// latest recalls what stands. The suspect's own record is named where it is not among what was observed.
func (r *restorer) latest(ctx context.Context, of event.Resource, what string, named bool) (s standing, err error) {
	recall := func(before time.Time) (*playbook.Observation, error) {
		o, err := r.in.History.Recall(ctx, of, what, before)
		if err != nil {
			return nil, fmt.Errorf("recall %s of %s: %w", what, of.ID, err)
		}
		return o, nil
	}
	last, err := recall(r.in.Now)
	switch {
	case err != nil:
		return s, err
	case last == nil || last.By != r.Actor.ARN && last.At.Before(r.At):
		return standing{mine: named, since: r.sinceIf(named), before: last}, nil
	case last.By != r.Actor.ARN:
		return standing{last: last}, nil // by another caller since
	}
	s = standing{mine: true, since: last.At, last: last}
	if named && last.At.Before(r.At) {
		s.last = nil
	}
	for range mostSteps {
		if s.before, err = recall(s.since.Add(-time.Nanosecond)); err != nil || s.before == nil || s.before.By != r.Actor.ARN {
			return s, err
		}
		s.since = s.before.At
	}
	s.before = nil
	return s, nil
}

func (r *restorer) sinceIf(named bool) time.Time {
	if named {
		return r.At
	}
	return time.Time{}
}

package action

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// suspendKind stops a group from launching, replacing and terminating.
var suspendKind = Define[Suspend](Kind{
	Name: "autoscaling.suspend", Version: 1, Does: "suspend processes of an Auto Scaling group", Class: Contain, Tier: TierContain,
	Reads:    []call.ID{call.AutoScalingDescribeAutoScalingGroups},
	Writes:   []call.ID{call.AutoScalingSuspendProcesses},
	UndoneBy: []call.ID{call.AutoScalingResumeProcesses, call.AutoScalingDeleteAutoScalingGroup},
})

// resumeKind lets a group work again.
var resumeKind = Define[Resume](Kind{
	Name: "autoscaling.resume", Version: 1, Does: "resume processes of an Auto Scaling group", Class: Mend, Tier: TierContain,
	Reads:    []call.ID{call.AutoScalingDescribeAutoScalingGroups},
	Writes:   []call.ID{call.AutoScalingResumeProcesses},
	UndoneBy: []call.ID{call.AutoScalingSuspendProcesses},
})

// Suspend wants processes of a group suspended. Cases that want different ones share one effect, which has no facet: what
// either suspended stays so until neither wants it.
type Suspend struct {
	Group     event.Resource
	Processes []string // empty: all of them
}

// Resume wants processes of a group running.
type Resume struct {
	Group     event.Resource
	Processes []string // never empty
}

// Processes of a group, all of them, as the API reference of SuspendProcesses lists them.
func Processes() []string {
	return []string{
		"Launch", "Terminate", "AddToLoadBalancer", "AlarmNotification", "AZRebalance", "HealthCheck", "InstanceRefresh",
		"ReplaceUnhealthy", "ScheduledActions",
	}
}

// About is the action as data.
func (s Suspend) About() About {
	hits := strings.Join(s.Processes, ", ") + " of group " + s.Group.ID
	if len(s.all()) == len(Processes()) {
		hits = "all that group " + s.Group.ID + " does by itself"
	}
	return About{
		Kind: suspendKind, Target: s.Group,
		Hits:  hits,
		Parts: s.all(),
	}
}

// Look finds the processes that still run. Only those are resumed one day: what was suspended before stays so.
func (s Suspend) Look(ctx context.Context, r access.Reads) (Look, error) {
	group, err := lookGroup(ctx, r, s.Group)
	if err != nil || group == nil {
		return Look{Missing: "the group is deleted"}.unless(err)
	}
	running := slices.DeleteFunc(s.all(), func(p string) bool { return slices.Contains(suspended(group), p) })
	if len(running) == 0 {
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: Resume{s.Group, running}}, nil
}

// Do names every process: what a request without names means may grow.
func (s Suspend) Do(ctx context.Context, w access.Writes) error {
	_, err := w.AutoScaling(s.Group.Place()).SuspendProcesses(ctx, &autoscaling.SuspendProcessesInput{
		AutoScalingGroupName: aws.String(s.Group.ID), ScalingProcesses: s.all(),
	})
	return Refused(fmt.Sprintf("suspend group %q", s.Group.ID), err)
}

func (s Suspend) only(parts []string) Action { return Suspend{s.Group, parts} }

func (s Suspend) all() []string {
	if len(s.Processes) == 0 {
		return Processes()
	}
	return slices.Clone(s.Processes)
}

// About is the action as data.
func (s Resume) About() About {
	return About{Kind: resumeKind, Target: s.Group, Parts: s.Processes}
}

// Look finds those of the processes that are still suspended.
func (s Resume) Look(ctx context.Context, r access.Reads) (Look, error) {
	group, err := lookGroup(ctx, r, s.Group)
	if err != nil || group == nil {
		return Look{Missing: "the group is deleted"}.unless(err)
	}
	still := slices.DeleteFunc(slices.Clone(s.Processes), func(p string) bool { return !slices.Contains(suspended(group), p) })
	if len(still) == 0 {
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: Suspend{s.Group, still}}, nil
}

// Do resumes exactly the processes named. Without a name AWS would resume them all, so that is refused.
func (s Resume) Do(ctx context.Context, w access.Writes) error {
	if len(s.Processes) == 0 {
		return cannot("resume no process")
	}
	_, err := w.AutoScaling(s.Group.Place()).ResumeProcesses(ctx, &autoscaling.ResumeProcessesInput{
		AutoScalingGroupName: aws.String(s.Group.ID), ScalingProcesses: s.Processes,
	})
	return Refused(fmt.Sprintf("resume group %q", s.Group.ID), err)
}

func (s Resume) only(parts []string) Action { return Resume{s.Group, parts} }

// back resumes what is still suspended; a process that another caller resumed runs as it did.
func (s Resume) back(now Action, _ []Action) Back { return Back{Do: s.only(Parts(now))} }

// lookGroup reads one group; nil where there is none.
func lookGroup(ctx context.Context, r access.Reads, g event.Resource) (*types.AutoScalingGroup, error) {
	out, err := r.AutoScaling(g.Place()).DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{
		AutoScalingGroupNames: []string{g.ID},
	})
	if err != nil {
		return nil, fmt.Errorf("read group %q: %w", g.ID, err)
	}
	for _, group := range out.AutoScalingGroups {
		if aws.ToString(group.AutoScalingGroupName) == g.ID {
			return &group, nil
		}
	}
	return nil, nil
}

func suspended(g *types.AutoScalingGroup) []string {
	var names []string
	for _, p := range g.SuspendedProcesses {
		names = append(names, aws.ToString(p.ProcessName))
	}
	return names
}

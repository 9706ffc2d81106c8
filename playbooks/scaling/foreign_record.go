package scaling

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
	"github.com/ripostehq/riposte/playbooks/request"
)

// harm is what a call does to the group of the very instance that makes it.
type harm int

const (
	harmless  harm = iota // an instance may do so to its own group
	ofMembers             // where it names another instance than the caller
	ofSizes               // where it leaves the group without instances
	always
)

// changing are the calls that change a group, by what they do to the caller's own.
func changing() map[call.ID]harm {
	return map[call.ID]harm{
		call.AutoScalingEnterStandby: ofMembers, call.AutoScalingDetachInstances: ofMembers, call.AutoScalingSetInstanceHealth: ofMembers,
		call.AutoScalingTerminateInstanceInAutoScalingGroup: ofMembers,
		call.AutoScalingUpdateAutoScalingGroup:              ofSizes, call.AutoScalingSetDesiredCapacity: ofSizes,
		call.AutoScalingDeleteAutoScalingGroup: always,

		call.AutoScalingAttachInstances: harmless, call.AutoScalingSetInstanceProtection: harmless, call.AutoScalingSuspendProcesses: harmless,
		call.AutoScalingAttachLoadBalancerTargetGroups: harmless, call.AutoScalingDetachLoadBalancerTargetGroups: harmless,
		call.AutoScalingAttachLoadBalancers: harmless, call.AutoScalingDetachLoadBalancers: harmless,
		call.AutoScalingAttachTrafficSources: harmless, call.AutoScalingDetachTrafficSources: harmless,
		call.AutoScalingPutScheduledUpdateGroupAction: harmless, call.AutoScalingBatchPutScheduledUpdateGroupAction: harmless,
		call.AutoScalingDeleteScheduledAction: harmless, call.AutoScalingBatchDeleteScheduledAction: harmless,
		call.AutoScalingPutLifecycleHook: harmless, call.AutoScalingDeleteLifecycleHook: harmless, call.AutoScalingCompleteLifecycleAction: harmless,
		call.AutoScalingPutScalingPolicy: harmless, call.AutoScalingDeletePolicy: harmless, call.AutoScalingExecutePolicy: harmless,
		call.AutoScalingLaunchInstances: harmless, call.AutoScalingPutWarmPool: harmless, call.AutoScalingDeleteWarmPool: harmless,
		call.AutoScalingStartInstanceRefresh: harmless, call.AutoScalingCancelInstanceRefresh: harmless, call.AutoScalingRollbackInstanceRefresh: harmless,
	}
}

// mostMembers is how many instances AWS lets one call put on standby.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_EnterStandby.html
const mostMembers = 20

// changed are the facts: whose session changed which group, and what of it can be put back.
type changed struct {
	Actor     contain.Actor
	Instance  event.Resource
	Known     bool            `json:",omitempty"` // AWS, not the session's name, says whose credentials these are
	Call      string          // EnterStandby
	Group     event.Resource  // that was changed; its ID is "" where the call names an instance alone
	Balancer  string          `json:",omitempty"` // ARN or name of the balancer, or of the part of one, that was changed in place of a group
	Targets   []action.Target `json:",omitempty"` // that were registered or deregistered
	Members   []string        `json:",omitempty"` // instances that the call names
	Decrement bool            `json:",omitempty"`
	Set       action.Sizes    // what the call set
	Suspended []string        `json:",omitempty"` // processes that the call names
	At        time.Time       // of the call
	How       string          `json:",omitempty"` // what makes it harm, once checked
	Doubt     string          `json:",omitempty"` // why a person has to say whether it is an attack
	Back      back            // what can be put back
}

// Found is the group that was changed, or the instance: a caller that may change one is not known to be allowed others.
func (c changed) Found() []string {
	return []string{"change of " + c.touched()}
}

func (c changed) touched() string {
	if c.Balancer != "" {
		return "balancer " + c.Balancer
	}
	if c.Group.ID == "" {
		return "instance " + strings.Join(c.Members, ", ")
	}
	return "group " + c.Group.ID
}

// Related are the group and the instances that the call names.
func (c changed) Related(event.Resource) (all []playbook.Related) {
	if c.Group.ID != "" {
		all = append(all, playbook.Related{Resource: c.Group})
	}
	for _, id := range c.Members {
		all = append(all, playbook.Related{Resource: c.Group.Place().In(event.Instance, id)})
	}
	return all
}

// suspect says the facts.
func (c changed) suspect() playbook.Suspect[changed] {
	title := fmt.Sprintf("instance %s called %s on %s", c.Instance.ID, c.Call, c.touched())
	for _, more := range append([]string{c.How}, c.Back.Lost...) {
		if more != "" {
			title += "; " + more
		}
	}
	return playbook.Suspect[changed]{Resource: c.Actor.Root(), Title: title, Facts: c}
}

// suspectChange wants the changes by what looks like an instance's session.
func suspectChange(e event.Event, p Params) []playbook.Suspect[changed] {
	if !e.Actor.InstanceShaped() || e.Actor.Kind != event.RoleActor || e.Actor.InvokedBy != "" || p.controls(e.Actor) || continues(e) {
		return nil
	}
	c := changed{
		Actor: contain.ActorOf(e.Actor, e.Time), Known: e.Actor.Instance != "", Call: e.Name, Group: e.Place().In(event.Group, groupOf(e)), At: e.Time.UTC(),
	}
	place := e.Place()
	place.Account, place.Region = e.Actor.Account, cmp.Or(e.Actor.InstanceRegion, place.Region)
	c.Instance = place.In(event.Instance, cmp.Or(e.Actor.Instance, e.Actor.Session))
	in := request.Of(e)
	c.Members = members(in)
	if call.OfEvent(e) == call.AutoScalingEnterStandby {
		c.Decrement = in.At("shouldDecrementDesiredCapacity").Scalar() == "true"
	}
	if _, balances := balancing()[call.OfEvent(e)]; balances {
		c.Balancer, c.Targets = balancerOf(e), targetsOf(in)
	}
	c.Set = sizesOf(in)
	if call.OfEvent(e) == call.AutoScalingSuspendProcesses {
		c.Suspended = processesOf(in)
	}
	if c.Actor.Others() != "" || c.Group.ID+c.Balancer == "" && len(c.Members) == 0 {
		return nil
	}
	return []playbook.Suspect[changed]{c.suspect()}
}

// continues reports whether a call lets an instance go on that waits at a lifecycle hook, as termination handlers and drain scripts do for the
// groups of others. It ends the wait, and the instance goes the way that it was going.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CompleteLifecycleAction.html
func continues(e event.Event) bool {
	return call.OfEvent(e) == call.AutoScalingCompleteLifecycleAction && request.Of(e).At("lifecycleActionResult").Scalar() == "CONTINUE"
}

// groupOf is the group that a call names, by its name, by an ARN that ends in it, or within the ARN of a policy of the group.
func groupOf(e event.Event) string {
	in := request.Of(e)
	name := in.At("autoScalingGroupName").Text()
	if name == "" && strings.HasPrefix(in.At("policyName").Text(), "arn:") {
		name, _, _ = strings.Cut(in.At("policyName").Text(), ":policyName/")
	}
	if name == "" {
		name = request.Answer(e).At("activity", "autoScalingGroupName").Scalar()
	}
	if _, of, ok := strings.Cut(name, ":autoScalingGroupName/"); ok && strings.HasPrefix(name, "arn:") {
		return of
	}
	return name
}

// members are the instances that a call names, no more than AWS takes.
func members(in request.Value) (ids []string) {
	named := in.At("instanceIds").Items()
	if one := in.At("instanceId"); len(named) == 0 && one.Text() != "" {
		named = []request.Value{one}
	}
	for _, i := range named {
		if id := i.Text(); strings.HasPrefix(id, "i-") && len(id) <= 19 && len(ids) < mostMembers {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func sizesOf(in request.Value) action.Sizes {
	return action.Sizes{Min: number(in.At("minSize")), Max: number(in.At("maxSize")), Desired: number(in.At("desiredCapacity"))}
}

// processesOf are the processes that a call names: all of them, where it names none.
func processesOf(in request.Value) (all []string) {
	for _, p := range in.At("scalingProcesses").Items() {
		if slices.Contains(action.Processes(), p.Text()) {
			all = append(all, p.Text())
		}
	}
	if !in.Has("scalingProcesses") {
		all = action.Processes()
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// number is a size, nil where there is none.
func number(v request.Value) *int32 {
	n, err := strconv.ParseInt(v.Text(), 10, 32)
	if err != nil || n < 0 {
		return nil
	}
	size := int32(n)
	return &size
}

// empties reports whether sizes leave a group without instances.
func empties(s action.Sizes) bool {
	return s.Desired != nil && *s.Desired == 0 || s.Max != nil && *s.Max == 0
}

package scaling

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
	"github.com/ripostehq/riposte/playbooks/request"
)

// What is observed of groups, of instances and of sessions.
const (
	ofMin     = "smallest"
	ofMax     = "largest"
	ofDesired = "desired"
	ofCreated = "created"
	ofStandby = "standby"

	loweringCapacity = "lowering the capacity" // how an instance went on standby
)

func ofProcess(name string) string { return "runs " + name }

// changesOf is what is observed of an instance's session that changes a group.
func changesOf(touched string) string { return "changes " + touched }

// ofTarget is what is observed of a target group: that an instance's session registered a target.
func ofTarget(id string) string { return "registered " + id }

// observeChange returns what a record shows of a group's sizes, processes and instances, whatever caller made the call, and that an
// instance's session made it.
func observeChange(e event.Event, _ Params) (all []playbook.Observation) {
	group, balancer := groupOf(e), ""
	if _, balances := balancing()[call.OfEvent(e)]; balances {
		balancer = balancerOf(e)
	}
	if e.Failed() || group+balancer == "" {
		return nil
	}
	see := func(of event.Resource, what string, on bool, value string) {
		all = append(all, playbook.Observation{
			Resource: of, Of: what, On: on, Value: value, At: e.Time.UTC(), Call: e.Name, By: e.Actor.ARN, Event: playbook.OriginOf(e).EventID,
		})
	}
	g, in, made := e.Place().In(event.Group, group), request.Of(e), call.OfEvent(e)
	switch made {
	case call.AutoScalingCreateAutoScalingGroup, call.AutoScalingUpdateAutoScalingGroup, call.AutoScalingSetDesiredCapacity:
		set := sizesOf(in)
		for what, size := range map[string]*int32{ofMin: set.Min, ofMax: set.Max, ofDesired: set.Desired} {
			if size != nil {
				see(g, what, false, strconv.Itoa(int(*size)))
			}
		}
		if made == call.AutoScalingCreateAutoScalingGroup {
			see(g, ofCreated, true, "")
		}
	case call.AutoScalingSuspendProcesses, call.AutoScalingResumeProcesses:
		for _, p := range processesOf(in) {
			see(g, ofProcess(p), made == call.AutoScalingResumeProcesses, "")
		}
	case call.AutoScalingEnterStandby, call.AutoScalingExitStandby:
		how := ""
		if in.At("shouldDecrementDesiredCapacity").Text() == "true" {
			how = loweringCapacity
		}
		for _, id := range members(in) {
			see(e.Place().In(event.Instance, id), ofStandby, made == call.AutoScalingEnterStandby, how)
		}
	}
	if !e.Actor.InstanceShaped() {
		return all
	}
	c := changed{Group: g, Balancer: balancer}
	// Answers to lifecycle hooks make nobody a controller: they are left alone, and an attacker would give one a week before.
	if _, changes := changing()[made]; (changes || balancer != "") && made != call.AutoScalingCompleteLifecycleAction {
		see(contain.ActorOf(e.Actor, e.Time).Root(), changesOf(c.touched()), false, "")
	}
	if made == call.ELBRegisterTargets {
		for _, t := range targetsOf(in) {
			see(c.targetGroup(), ofTarget(t.ID), true, "")
		}
	}
	return all
}

// instanceNamed reports whether a caller's session is named like an instance.
func instanceNamed(arn string) bool {
	return strings.Contains(arn, ":assumed-role/") && strings.HasPrefix(arn[strings.LastIndexByte(arn, '/')+1:], "i-")
}

// cause is what Auto Scaling says of a change that a call made. Only its beginning is its own word: further on stand names of alarms
// and policies, which callers choose.
// https://repost.aws/knowledge-center/auto-scaling-scale-down
var cause = regexp.MustCompile(`^At (\S+) a user request (?:explicitly set group desired capacity|` +
	`update of AutoScalingGroup constraints to min: \d+, max: \d+, desired: \d+) changing the desired capacity from (\d+) to (\d+)\.`)

// skew is how far apart CloudTrail's second and Auto Scaling's may be for one call.
const skew = 2 * time.Second

// capacityAt is what a call at a moment did to a group's desired capacity; unknown where Auto Scaling does not say, or can't be
// asked: the sizes are the less for it, and the rest goes on.
func capacityAt(ctx context.Context, r access.Reads, group event.Resource, at time.Time) (from, to int32, known bool, err error) {
	out, err := r.AutoScaling(group.Place()).DescribeScalingActivities(ctx, &autoscaling.DescribeScalingActivitiesInput{AutoScalingGroupName: aws.String(group.ID)})
	if access.Unreadable(err) || access.Answered(err, "ValidationError") {
		return 0, 0, false, nil
	}
	if err != nil {
		return 0, 0, false, fmt.Errorf("read the activities of group %q: %w", group.ID, err)
	}
	for _, a := range out.Activities { // of several, the oldest that fits: the newest come first
		said := cause.FindStringSubmatch(aws.ToString(a.Cause))
		if said == nil {
			continue
		}
		when, err := time.Parse(time.RFC3339, said[1])
		was, is := parsed(said[2]), parsed(said[3])
		if err == nil && was != nil && is != nil && when.Sub(at).Abs() <= skew {
			from, to, known = *was, *is, true
		}
	}
	return from, to, known, nil
}

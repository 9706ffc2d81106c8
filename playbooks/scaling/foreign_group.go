// Package scaling holds the playbooks about groups of instances, and who changes them.
package scaling

import (
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
)

//go:embed testdata/foreign-group.txtar
var foreignStories string

// Params are the parameters of scaling.foreign-group.
type Params struct {
	Controllers []string `yaml:"controllers" help:"Roles whose instances manage the groups of others: a cluster autoscaler's nodes, a build server. Unique ids (AROA...), which no other role ever has, or ARNs."`
}

// roleID as IAM gives it: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
var roleID = regexp.MustCompile(`^AROA[A-Z0-9]{12,124}$`)

// Validate refuses what names no role: a session's name is its caller's choice.
func (p Params) Validate() error {
	for i, id := range p.Controllers {
		if !roleID.MatchString(id) && !(strings.HasPrefix(id, "arn:") && strings.Contains(id, ":role/")) {
			return playbook.Wrong{Path: []any{"controllers", i}, Text: fmt.Sprintf("%q is neither the unique id of a role (AROA...) nor its ARN (arn:aws:iam::...:role/...)", id)}
		}
	}
	return nil
}

// controls reports whether a session's role is one of the controllers.
func (p Params) controls(a event.Actor) bool {
	return slices.Contains(p.Controllers, a.IssuerID) || slices.Contains(p.Controllers, a.Issuer)
}

// ForeignGroup finds instances that change groups which are not their own, denies their sessions and puts back what they changed.
func ForeignGroup() playbook.Definition {
	return playbook.Define(playbook.Spec[Params, changed]{
		ID:       "scaling.foreign-group",
		Title:    "An instance changed a group or a load balancer that is not its own",
		Why:      whyForeign,
		Severity: playbook.High,
		On: []playbook.Trigger{
			playbook.Call(slices.Sorted(maps.Keys(changing()))...),
			playbook.Call(slices.Sorted(maps.Keys(balancing()))...),
			// The calls whose records show what groups were before.
			playbook.Observed(call.AutoScalingCreateAutoScalingGroup, call.AutoScalingExitStandby, call.AutoScalingResumeProcesses),
		},
		Reads: append(contain.InstanceReads(),
			call.EC2DescribeInstances, call.AutoScalingDescribeAutoScalingGroups, call.AutoScalingDescribeScalingActivities, call.ELBDescribeTargetGroups, call.ELBDescribeTargetHealth),
		Changes: playbook.Always[Params](action.DenySession{}.About().Kind, action.AttachRoleDeny{}.About().Kind, action.Return{}.About().Kind,
			action.SetSizes{}.About().Kind, action.Resume{}.About().Kind, action.RegisterTargets{}.About().Kind, action.DeregisterTargets{}.About().Kind),
		Prevents: []playbook.Prevention{{
			Kind: playbook.ServiceControlPolicy,
			How: "Auto Scaling's changing actions take resources by now: give a deployed application's role the name of its own group, or a tag that both have. " +
				"Where roles can't all be mended, let no instance change a group whose team is another than its role's. Tag all groups and roles first, since a group without the tag is denied to every " +
				"instance, let no instance write the tag, and name the roles of controllers.",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"OwnTeamsGroups","Effect":"Deny",` +
				`"Action":["autoscaling:EnterStandby","autoscaling:DetachInstances","autoscaling:UpdateAutoScalingGroup","autoscaling:SetDesiredCapacity",` +
				`"autoscaling:DeleteAutoScalingGroup","autoscaling:SuspendProcesses","autoscaling:TerminateInstanceInAutoScalingGroup"],"Resource":"*",` +
				`"Condition":{"Null":{"ec2:SourceInstanceARN":"false"},"StringNotEquals":{"autoscaling:ResourceTag/team":"${aws:PrincipalTag/team}"},` +
				`"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/cluster-autoscaler"}}}]}`,
		}},
		Stories:  foreignStories,
		Observes: observeChange,
		Suspect:  suspectChange,
		Check:    checkChange,
		Plan:     planChange,
	})
}

const whyForeign = `Deployment scripts that run on instances are given autoscaling:* and elasticloadbalancing:* on every resource, so that an instance can
leave its load balancer and come back. Whatever breaks into one such instance can then put every group of the account on standby, set its sizes to zero
or delete it, and take others' instances from their balancers. An instance that changes a group which is not its own (by the tag that AWS
writes on its members; one in no group has none), terminates or detaches others, or empties or deletes its own, is denied, this one session alone:
other instances of the role go on. So is one that changes a balancer which does not serve its group, deregisters others from its own, or
deletes one. What it changed is put back: instances that it put on standby return, sizes become what they were by the records of
earlier calls, and the desired capacity by what Auto Scaling itself says of the call; processes that it suspended run again where a
record shows that they ran; targets are registered again while they are drained, which shows that they were registered. What is not
known is said, and is for the owner. An instance may put itself on standby, detach or terminate itself, leave any balancer and come back, and
change its own group otherwise, as deployment scripts do. It may answer the lifecycle hooks of any group so that an instance goes on (CONTINUE), or waits on, as
AWS Node Termination Handler and drain scripts do; where it abandons an instance of another group, a person is asked. Known false positives: cluster autoscalers, load balancer controllers and
Kubernetes' cloud provider with the role of their nodes, schedulers and build servers on instances change others' groups; name their roles in controllers. Where the
same instance changed the same thing more than a week before already, a person is asked; so it is of an instance that has ended, and whose tags are gone, unless the
group's own activities say that it launched it. A session counts as an instance's where AWS says so (inScopeOf, ec2RoleDelivery); one
that is merely named like an instance is left alone unless it has the role of the instance's profile, and then a person is asked.
Refused calls, returning instances and resuming processes count for nothing.`

// planChange stops the session first, then puts back: processes before instances, which return only while Launch runs, and the largest
// size before them, or there is no room for them.
func planChange(s playbook.Suspect[changed], _ Params) (plan action.Plan) {
	f := s.Facts
	add := func(step action.Step, why ...string) {
		for _, w := range append(why, f.Doubt) {
			if w != "" {
				step = step.Asking(w)
			}
		}
		plan.Steps = append(plan.Steps, step)
	}
	sizes := func(from, to action.Sizes) {
		if (to != action.Sizes{}) {
			add(action.Try(action.SetSizes{Group: f.Group, From: from, To: to}), f.Back.Doubt)
		}
	}
	add(f.Actor.Ended(action.Everything, s.Case))
	if len(f.Back.Run) > 0 {
		add(action.Try(action.Resume{Group: f.Group, Processes: f.Back.Run}))
	}
	if len(f.Back.Unsure) > 0 {
		add(action.Try(action.Resume{Group: f.Group, Processes: f.Back.Unsure}), "no record shows that these processes ran before")
	}
	if len(f.Back.Register) > 0 {
		add(action.Try(action.RegisterTargets{Group: f.targetGroup(), Targets: f.Back.Register}).
			Asking("that the targets drain does not show who took them out: their owner may have, before"))
	}
	if len(f.Back.Deregister) > 0 {
		add(action.Try(action.DeregisterTargets{Group: f.targetGroup(), Targets: f.Back.Deregister}), "nothing shows that these targets were not registered before")
	}
	from, to := f.Back.From, f.Back.To
	if len(f.Back.Return) > 0 {
		sizes(action.Sizes{Max: from.Max}, action.Sizes{Max: to.Max})
		from.Max, to.Max = nil, nil
	}
	for _, r := range f.Back.Return {
		add(action.Try(r))
	}
	sizes(from, to)
	return plan
}

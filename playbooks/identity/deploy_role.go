package identity

import (
	"cmp"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

//go:embed testdata/deploy-role.txtar
var deployRoleStories string

// DeployRoleParams are the parameters of identity.deploy-role.
type DeployRoleParams struct {
	Wait          time.Duration `yaml:"wait" help:"how long after the call it is decided: a stack has its role first, and its group later"`
	Regions       []string      `yaml:"regions" help:"all regions in which Auto Scaling groups run; a replacement lets a role change its groups in these, and while none is named, none is planned"`
	Tag           string        `yaml:"tag" help:"key of a tag that a role and its groups and load balancers share; where the groups are not found by name, a replacement by this tag is offered"`
	WithoutAsking []string      `yaml:"without_asking" help:"unique ids (AROA...) of roles whose instances deploy themselves and manage no other group: their policies are narrowed without asking"`
	AllowRoles    []string      `yaml:"allow_roles" help:"unique ids (AROA...) of roles that are meant to change any group: a cluster autoscaler's, a build server's"`
}

var tagKey = regexp.MustCompile(`^[A-Za-z0-9._:/-]{0,128}$`)

// Validate refuses what is no id of a role; a name or an ARN can be another role's tomorrow.
func (p DeployRoleParams) Validate() error {
	for key, ids := range map[string][]string{"without_asking": p.WithoutAsking, "allow_roles": p.AllowRoles} {
		for i, id := range ids {
			if !given("AROA", id) {
				return playbook.Wrong{Path: []any{key, i}, Text: fmt.Sprintf("%q is no unique id of a role: want AROA and at least twelve capitals and digits (aws iam get-role shows it)", id)}
			}
		}
	}
	if p.Wait < 0 || p.Wait > 24*time.Hour {
		return playbook.Wrong{Path: []any{"wait"}, Text: "want a time up to a day"}
	}
	if !tagKey.MatchString(p.Tag) {
		return playbook.Wrong{Path: []any{"tag"}, Text: fmt.Sprintf("%q is no key that a policy can name: want letters, digits and any of . _ - : /", p.Tag)}
	}
	for i, r := range p.Regions {
		if r == "" || strings.ContainsAny(r, "*?$: ") {
			return playbook.Wrong{Path: []any{"regions", i}, Text: fmt.Sprintf("%q is no region", r)}
		}
	}
	return nil
}

// DeployRole finds roles of instances that may change Auto Scaling groups and load balancers which are not their own, and narrows
// the policy that lets them.
func DeployRole() playbook.Definition {
	return playbook.Define(playbook.Spec[DeployRoleParams, deployRole]{
		ID:       "identity.deploy-role",
		Title:    "Instances may change the groups and load balancers of others",
		Why:      whyDeployRole,
		Severity: playbook.High,
		On: []playbook.Trigger{playbook.Call(
			call.IAMPutRolePolicy, call.IAMAttachRolePolicy, call.IAMCreatePolicyVersion, call.IAMSetDefaultPolicyVersion, call.IAMAddRoleToInstanceProfile,
		)},
		Reads: []call.ID{
			call.IAMGetRole, call.IAMListInstanceProfilesForRole, call.IAMListRolePolicies, call.IAMGetRolePolicy, call.IAMListAttachedRolePolicies,
			call.IAMGetPolicy, call.IAMGetPolicyVersion, call.IAMListEntitiesForPolicy,
			call.AutoScalingDescribeAutoScalingGroups, call.AutoScalingDescribeLaunchConfigurations, call.EC2DescribeLaunchTemplateVersions,
		},
		Changes: playbook.Always[DeployRoleParams](action.ReplaceRolePolicy{}.About().Kind),
		Prevents: []playbook.Prevention{{
			Kind: playbook.ServiceControlPolicy,
			How: "Let deployments be registered by CodeDeploy itself, which does it today by the role of the deployment group: then instances need neither right at all, and " +
				"this policy takes the most harmful calls of both from every instance, on its own group too. A role that needs them is named in the condition, with its account: those of runners that " +
				"end themselves (TerminateInstanceInAutoScalingGroup) or report their health (SetInstanceHealth), too.",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"InstancesChangeNoGroups","Effect":"Deny",` +
				`"Action":["autoscaling:EnterStandby","autoscaling:Set*","autoscaling:Update*","autoscaling:Delete*","autoscaling:Suspend*","autoscaling:Terminate*",` +
				`"elasticloadbalancing:Deregister*","elasticloadbalancing:Delete*","elasticloadbalancing:Modify*"],"Resource":"*",` +
				`"Condition":{"Null":{"ec2:SourceInstanceARN":"false"},"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/cluster-autoscaler"}}}]}`,
		}},
		Stories:  deployRoleStories,
		Defaults: DeployRoleParams{Wait: 15 * time.Minute},
		Window:   func(p DeployRoleParams) time.Duration { return p.Wait },
		Suspect:  suspectDeployRole,
		Observes: observeDeployRole,
		Check:    checkDeployRole,
		Plan:     planDeployRole,
	})
}

const whyDeployRole = `Deployment scripts that take an instance out of its load balancer and put it back were long given autoscaling:*
and elasticloadbalancing:* on everything, since neither service knew resources. Both do today. With such a right one stolen machine
can put every group of the account into standby, or delete it. The role must stand behind an instance profile; one that comes behind it later is
looked at then, with all its policies, of which the first is narrowed and the others are named; one that
has left it again by the time of the look still counts, since its credentials work on for hours, and a person is asked. A policy that names
groups, or ties them by a tag or another condition that riposte does not know the value of, is left alone; a condition on where the call comes from, or
on what its caller may say of itself, ties nothing. Left alone, too, are the two calls that answer a
lifecycle hook. Where a boundary or another policy of the role denies the calls, nothing is found. A service control policy that denies them
can't be seen from here: such a finding is harmless. The replacement lets the role do the same on its own groups (those that launch with
its profile, or have members that did) and on the load balancers and target groups that these are attached to, and leaves reads and other
services as they are. Before it is planned it is proved: what the published CodeDeploy scripts call is still allowed on the own
groups, no changing call is on others, all else is decided as before; or none is planned, and the call that stands in the way is named. Policies that
are attached, which others may share, are told and not changed. Where its groups can't be named, a replacement by a tag that they share with the
role (tag) is offered. Known false positives are roles that manage other groups on purpose, as a
cluster autoscaler or a build server: they go into allow_roles, or are trusted, by their id, for scaling.foreign-group. So riposte asks, unless the role stands in without_asking. It asks, too, where
the same was written before, since a tool may keep it so, and CloudFormation called. It waits a quarter of an hour (wait), since a
stack has its role first.`

// deployRole are the facts of one policy of a role.
type deployRole struct {
	Policy   string   // the name of an inline one, else the ARN; "" before the look, where the role came behind a profile
	Through  string   `json:",omitempty"` // the service that passed the call on
	Profile  string   `json:",omitempty"` // the instance profile that the record puts the role behind
	Left     bool     `json:",omitempty"` // it is behind none any more
	Role     string   `json:",omitempty"` // with its path, which no record shows
	RoleID   string   `json:",omitempty"`
	Groups   []string `json:",omitempty"` // the own ones
	Old, New string   `json:",omitempty"` // documents
	Refused  string   `json:",omitempty"` // why no replacement is planned
	Doubt    string   `json:",omitempty"` // why a person has to say yes, beside what the parameters want
}

// Found is the policy: the same again is the same finding.
func (d deployRole) Found() []string { return []string{"policy " + d.Policy} }

func planDeployRole(s playbook.Suspect[deployRole], p DeployRoleParams) action.Plan {
	f := s.Facts
	if f.Refused != "" {
		return action.Plan{}
	}
	step := action.Try(action.ReplaceRolePolicy{Role: s.Resource.Place().In(event.Role, cmp.Or(f.Role, s.Resource.ID)), Policy: f.Policy, Old: f.Old, New: f.New})
	if f.Doubt != "" {
		step = step.Asking(f.Doubt)
	}
	if f.Left {
		step = step.Asking("the role is behind no instance profile any more: whether an instance has its credentials is not known")
	}
	if !slices.Contains(p.WithoutAsking, f.RoleID) {
		step = step.Asking("the role's instances may manage other groups on purpose, and its id " + f.RoleID + " is not in without_asking")
	}
	return action.Plan{Steps: []action.Step{step}}
}

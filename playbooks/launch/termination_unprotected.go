package launch

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
)

//go:embed testdata/termination-unprotected.txtar
var protectionStories string

// ProtectionParams are the parameters of launch.termination-unprotected.
type ProtectionParams struct {
	Attributes []Protection `yaml:"attributes" help:"which protections count: disableApiTermination, disableApiStop, instanceInitiatedShutdownBehavior"`
	Scope      Scope        `yaml:"scope" help:"how much the actor is denied: everything, or destructive, for which riposte writes the policy itself (author tier); the pre-deployed one denies everything and is asked about then"`
}

// Protection is one protection of an instance, by the name of its attribute.
type Protection string

// Enum lists the protections.
func (Protection) Enum() []string {
	return []string{action.AgainstTermination, action.AgainstStop, action.AgainstShutdown}
}

// Scope is how much a deny takes away.
type Scope string

// Enum lists the scopes.
func (Scope) Enum() []string { return []string{string(action.Everything), string(action.Destructive)} }

// TerminationUnprotected finds the caller who switches an instance's protection off without MFA: the step before demolition.
func TerminationUnprotected() playbook.Definition {
	return playbook.Define(playbook.Spec[ProtectionParams, unprotected]{
		ID:       "launch.termination-unprotected",
		Title:    "An instance's protection was switched off without MFA",
		Why:      whyProtection,
		Severity: playbook.High,
		On: []playbook.Trigger{
			playbook.Call(call.EC2ModifyInstanceAttribute),
			// The calls whose records show a protection; the one that switches it does, too.
			playbook.Observed(call.EC2RunInstances, call.EC2TerminateInstances, call.EC2StopInstances, call.IAMCreateAccessKey),
		},
		Reads:    append(contain.Reads(), call.EC2DescribeInstanceAttribute, call.EC2DescribeInstances),
		Changes:  playbook.Always[ProtectionParams](append([]action.Kind{action.Protect{}.About().Kind}, contain.Changes()...)...),
		Prevents: preventDemolition(),
		Stories:  protectionStories,
		Defaults: ProtectionParams{
			Attributes: []Protection{action.AgainstTermination, action.AgainstStop, action.AgainstShutdown}, Scope: Scope(action.Everything),
		},
		Observes: observeProtection,
		Suspect:  suspectUnprotected,
		Check:    checkUnprotected,
		Plan:     planUnprotected,
		Preempt:  preemptUnprotected,
		Behind: func(ctx context.Context, o playbook.Organization, s playbook.Suspect[unprotected], p ProtectionParams, openers []playbook.Minter) []action.Step {
			return s.Facts.Actor.Behind(ctx, o, openers, action.Scope(p.Scope), s.Case)
		},
	})
}

const whyProtection = `An attacker that wants to destroy what runs must first switch termination protection off. It is switched on
again at once, which works sooner than any deny, and the caller is denied. Ordinary tools make the same call before they delete
what was never protected (Terraform does so before every instance), so it counts only where a record shows that the protection was
on: the launch, a call that switched it on, a refusal because of it (to stop on shutdown is EC2's default: a launch that says so
proves nothing). Nothing is found where the record of the launch shows that it was off, and none since that it was switched on:
EC2 leaves it off where neither the call nor a template says otherwise. What is not known so, as of a launch from a template or
one that no record shows, a person is asked about, and nothing is changed; so it is where the same principal had launched the
instance half an hour before at most, by the times that EC2 answered the launch with. "Without MFA" is known of IAM users and root
only: an identity provider's MFA stands in no record, so for role sessions the protection is restored and a person is asked before
the session is denied. Known false positives: deployments that replace protected instances do this every day; list their roles or users as trusted, by
exact ARN and id. Protection stops neither Auto Scaling nor a shutdown from inside the instance.`

func preventDemolition() []playbook.Prevention {
	return []playbook.Prevention{
		{
			Kind: playbook.ServiceControlPolicy,
			How: "Let no IAM user and no root user without MFA switch protections off. Roles are left alone: what an identity provider asked for is not known to AWS, " +
				"and workloads have no MFA. Other attributes stay free. Try it in one account before you rely on it.",
			Document: `{"Version":"2012-10-17","Statement":[` + needsMFA("DisableApiTermination", "false") + "," + needsMFA("DisableApiStop", "false") + "," +
				needsMFA("InstanceInitiatedShutdownBehavior", "terminate") + "]}",
		},
		{
			Kind: playbook.ServiceControlPolicy,
			How: "Keep every principal but riposte from detaching its deny policies and deleting its boundary, also an attacker who is faster than IAM's propagation. An inline deny, and a boundary " +
				"that another replaces, no policy can protect: riposte notices, and does it again. The management account is not bound. The roles are named exactly, " +
				"with the path that yours have, since a pattern would spare a caller that makes a role which fits it; fill in the role that deploys riposte. " +
				"riposte permissions prints the whole guardrail for your configuration.",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"DeniesStay","Effect":"Deny","Action":["iam:DetachUserPolicy","iam:DetachRolePolicy"],` +
				`"Resource":"*","Condition":{"ArnLike":{"iam:PolicyARN":"arn:aws:iam::*:policy/riposte-*"},` +
				`"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/riposte-contain"}}},` +
				`{"Sid":"DeniesDeny","Effect":"Deny","Action":["iam:CreatePolicyVersion","iam:SetDefaultPolicyVersion","iam:DeletePolicy","iam:DeletePolicyVersion"],` +
				`"Resource":"arn:aws:iam::*:policy/riposte-*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/ci/deploy"}}},` +
				`{"Sid":"BoundariesStay","Effect":"Deny","Action":"iam:DeleteUserPermissionsBoundary","Resource":"*",` +
				`"Condition":{"ArnLike":{"iam:PermissionsBoundary":"arn:aws:iam::*:policy/riposte-*"},` +
				`"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/riposte-author"}}},` +
				`{"Sid":"NamesStay","Effect":"Deny","Action":["iam:CreateRole","iam:UpdateAssumeRolePolicy","iam:PutRolePolicy","iam:AttachRolePolicy"],` +
				`"Resource":["arn:aws:iam::*:role/riposte-contain","arn:aws:iam::*:role/riposte-author"],` +
				`"Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/ci/deploy"}}}]}`,
		},
	}
}

// needsMFA is the statement for one attribute, set to what leaves the instance open.
func needsMFA(attribute, value string) string {
	return fmt.Sprintf(`{"Sid":"%sNeedsMFA","Effect":"Deny","Action":"ec2:ModifyInstanceAttribute","Resource":"*",`+
		`"Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"},"StringEquals":{"aws:PrincipalType":["Account","User"]},`+
		`"StringEqualsIgnoreCase":{"ec2:Attribute/%[1]s":"%s"}}}`, attribute, value)
}

// planUnprotected puts the protection back first: it works at once, a deny after seconds. Of an instance that is gone only
// the caller is left to deal with. Where nothing shows that there was a protection, or whether there was MFA, a person is
// asked before the caller is denied, and in the first case before anything.
func planUnprotected(s playbook.Suspect[unprotected], p ProtectionParams) action.Plan {
	f := s.Facts
	unknown, unproven := f.questions()
	against := f.Actor.Steps(action.Scope(p.Scope), s.Case)
	var plan action.Plan
	if !f.Terminated && !f.Missing || len(against) == 0 { // a plan says something, also where nothing is left to be done
		for _, attribute := range f.Attributes {
			plan.Steps = append(plan.Steps, asking(unknown, action.Try(action.Protect{Instance: f.Instance, Attribute: attribute})))
		}
	}
	for _, step := range against {
		plan.Steps = append(plan.Steps, asking(cmp.Or(unknown, unproven), step))
	}
	return plan
}

// preemptUnprotected stops the user who switched off, without MFA, what a record showed to be on. It reads IAM alone: EC2 is
// what the attack itself has throttled.
func preemptUnprotected(ctx context.Context, recall playbook.Recall, s playbook.Suspect[unprotected], p ProtectionParams) (action.Plan, error) {
	f, err := s.Facts.shown(ctx, recall)
	if unknown, unproven := f.questions(); err != nil || unknown != "" || unproven != "" || f.Actor.Kind != event.UserActor {
		return action.Plan{}, err
	}
	return action.Plan{Steps: f.Actor.Steps(action.Scope(p.Scope), s.Case)}, nil
}

// questions returns what a person is asked where nothing shows that there was a protection to switch off, or it was the caller's own,
// and where no record tells of the second factor; "" where that is known.
func (f unprotected) questions() (unknown, unproven string) {
	switch {
	case f.Shown == "":
		unknown = "nothing shows that the protection was on: ordinary tools switch it off before they delete what was never protected"
	case f.Own:
		unknown = "the caller itself launched the instance, less than " + ownFor.String() + " before: it may take its own back"
	}
	if f.MFA != event.MFANo {
		unproven = "whether the caller had MFA is not recorded"
	}
	return unknown, unproven
}

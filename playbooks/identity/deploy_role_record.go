package identity

import (
	"strings"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

// suspectDeployRole wants policies that may give a role rights to what is not its own. Where the record has the document, that is
// decided by it; where it has none, it is looked at.
func suspectDeployRole(e event.Event, p DeployRoleParams) []playbook.Suspect[deployRole] {
	if call.OfEvent(e) == call.IAMAddRoleToInstanceProfile {
		role, profile := request.Of(e).At("roleName").Scalar(), request.Of(e).At("instanceProfileName").Scalar()
		if role == "" {
			return nil
		}
		return []playbook.Suspect[deployRole]{{
			Resource: e.Place().In(event.Role, role), Title: role + " came behind instance profile " + profile, Facts: deployRole{Through: e.Actor.InvokedBy, Profile: profile},
		}}
	}
	of, policy := givenPolicy(e)
	document := request.Of(e).At("policyDocument").Scalar()
	if policy == "" || of.ID == "" || document != "" && !speaksOfOthers(of, regionsOr(p, e.Region), document) {
		return nil
	}
	f := deployRole{Policy: policy, Through: e.Actor.InvokedBy}
	if strings.HasPrefix(policy, "arn:") {
		f.Refused = shared
	}
	return []playbook.Suspect[deployRole]{{Resource: of, Title: of.ID + " was given policy " + policy, Facts: f}}
}

// givenPolicy returns the role and its policy, or a managed policy that its holders have in another version by now. The policy is ""
// where the record is of no such thing.
func givenPolicy(e event.Event) (of event.Resource, policy string) {
	in := request.Of(e)
	role, arn := e.Place().In(event.Role, in.At("roleName").Scalar()), in.At("policyArn").Scalar()
	_, id, managed := strings.Cut(arn, ":policy/")
	switch call.OfEvent(e) {
	case call.IAMPutRolePolicy:
		return role, in.At("policyName").Scalar()
	case call.IAMAttachRolePolicy:
		if managed {
			return role, arn
		}
	case call.IAMCreatePolicyVersion:
		if managed && in.At("setAsDefault").Scalar() == "true" {
			return e.Place().In(event.Policy, id), arn
		}
	case call.IAMSetDefaultPolicyVersion:
		if managed {
			return e.Place().In(event.Policy, id), arn
		}
	}
	return event.Resource{}, ""
}

// speaksOfOthers reports whether a document allows changing calls on groups and balancers of any owner. One that can't be
// evaluated does where it names one of the services.
func speaksOfOthers(role event.Resource, regions []string, document string) bool {
	policy, err := placeless([]byte(document))
	if err != nil {
		text := strings.ToLower(document)
		return strings.Contains(text, "autoscaling:") || strings.Contains(text, "elasticloadbalancing:")
	}
	return len(scope{Role: role, Regions: regions}.wide(policy)) > 0
}

// regionsOr are those of the parameters, or one for the sake of conditions that name it.
func regionsOr(p DeployRoleParams, region string) []string {
	if len(p.Regions) > 0 {
		return p.Regions
	}
	return []string{region}
}

// observeDeployRole keeps that a policy was written that wide, for the next time.
func observeDeployRole(e event.Event, p DeployRoleParams) []playbook.Observation {
	if call.OfEvent(e) != call.IAMPutRolePolicy || e.Failed() || len(suspectDeployRole(e, p)) == 0 {
		return nil
	}
	role, policy := givenPolicy(e)
	return []playbook.Observation{{Resource: role, Of: widePolicy(policy), At: e.Time, Call: e.Name, By: e.Actor.ARN, Event: e.ID}}
}

func widePolicy(name string) string { return "wide policy " + name }

package contain

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// InstanceReads are the rights that OfInstance needs.
func InstanceReads() []call.ID { return []call.ID{call.IAMGetInstanceProfile} }

// OfInstance is the session of the role whose credentials an instance has, by the ARN of its profile. It is false where
// there is none: no profile, one that is gone, or one without a role. Credentials that were issued outlive the instance, so
// that who has copied them goes on after its end: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
func OfInstance(ctx context.Context, r access.Reads, instance event.Resource, profile string) (Actor, bool, error) {
	if profile == "" {
		return Actor{}, false, nil
	}
	name := profile[strings.LastIndexByte(profile, '/')+1:]
	place := instance.Place()
	place.Region = ""
	out, err := r.IAM(place).GetInstanceProfile(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: aws.String(name)})
	switch {
	case action.Missing(err):
		return Actor{}, false, nil
	case err != nil:
		return Actor{}, false, fmt.Errorf("read instance profile %q: %w", name, err)
	case out.InstanceProfile == nil || len(out.InstanceProfile.Roles) == 0:
		return Actor{}, false, nil
	}
	role := out.InstanceProfile.Roles[0] // a profile has one at most
	holder := place.In(event.Role, named(aws.ToString(role.Arn), ":role/", ""))
	return Actor{
		Kind: event.RoleActor, ARN: "arn:" + place.Partition + ":sts::" + place.Account + ":assumed-role/" + aws.ToString(role.RoleName) + "/" + instance.ID,
		Place: place, Holder: holder, UserID: aws.ToString(role.RoleId) + ":" + instance.ID,
		Session: aws.ToString(role.RoleName) + "/" + instance.ID, Instance: instance.ID,
	}, true, nil
}

// Ended denies the session of an instance that is ended anyway: nothing of its own is lost by that, so nobody is asked. The
// role has other sessions: to deny those, too, a person has to want it.
func (a Actor) Ended(scope action.Scope, caseID string) action.Step {
	return action.Try(action.DenySession{Role: a.Holder, UserID: a.UserID, Case: caseID, Scope: scope}).
		ElseAsk(action.AttachRoleDeny{Role: a.Holder}, "it stops everybody who uses the role")
}

package action

import (
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/event"
)

// name is what IAM's API calls a user or role: the last part of its path and name.
func name(r event.Resource) string { return r.ID[strings.LastIndexByte(r.ID, '/')+1:] }

// fixed returns why AWS lets no caller edit a role, "" if it does. Only AWS can make roles below these paths.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-service-linked-roles.html
// https://docs.aws.amazon.com/singlesignon/latest/userguide/using-service-linked-roles.html
func fixed(role event.Resource) string {
	path := "/" + strings.TrimPrefix(role.ID, "/")
	switch {
	case strings.HasPrefix(path, "/aws-service-role/"):
		return "a service-linked role can't be edited"
	case strings.HasPrefix(path, "/aws-reserved/"):
		return "a role of Identity Center can't be edited"
	}
	return ""
}

// isUser reports whether the actor has the user's permissions: the user by any key, its GetSessionToken sessions, and the
// federated sessions that it minted, which never have more than the user.
func isUser(user event.Resource, id string, a event.Actor) bool {
	switch a.Kind {
	case event.UserActor:
		if sameUser(id, a.PrincipalID) {
			return true // by whatever name
		}
		return !differ(id, a.PrincipalID) && a.Account == user.Account && (a.ARN == user.ARN() || a.ARN == "" && a.UserName == name(user))
	case event.FederatedActor:
		return sameUser(id, a.IssuerID) || !differ(id, a.IssuerID) && a.Issuer == user.ARN()
	}
	return false
}

// sameUser reports whether two ids are known to be one user's, whatever its name.
func sameUser(a, b string) bool { return a == b && strings.HasPrefix(a, "AIDA") }

// differ reports whether two users are known not to be the same, whatever their names: one may have been made anew.
func differ(a, b string) bool { return a != b && a != "" && strings.HasPrefix(b, "AIDA") }

// isRole reports whether the actor is a session of the role.
func isRole(role event.Resource, a event.Actor) bool {
	return a.Kind == event.RoleActor && a.Issuer == role.ARN()
}

func wholeUser(user string, s Scope) string {
	return fmt.Sprintf("user %s, by whatever key or session: %s", user, s.reach())
}

package event

import (
	"cmp"
	"regexp"
	"strings"
)

// The types of userIdentity, from the CloudTrail user guide, "userIdentity element". Any other is an unknown actor.
func actorKind(typ, invokedBy string) ActorKind {
	switch typ {
	case "IAMUser":
		return UserActor
	case "AssumedRole", "Role":
		return RoleActor
	case "Root":
		return RootActor
	case "FederatedUser", "SAMLUser", "WebIdentityUser", "Directory":
		return FederatedActor
	case "IdentityCenterUser":
		return IdentityCenterActor
	case "AWSService":
		return ServiceActor
	case "AWSAccount":
		return AccountActor
	case "":
		if invokedBy != "" {
			return ServiceActor
		}
	}
	return UnknownActor
}

// actor reads a userIdentity.
func (o object) actor() Actor {
	session := o.object("sessionContext")
	issuer := session.object("sessionIssuer")
	invokedBy := o.text("invokedBy")
	kind := actorKind(o.text("type"), invokedBy)
	if kind != ServiceActor && clicks(invokedBy) {
		invokedBy = "" // as records until 2020 say: the console passes nothing on, the person who clicked called
	}
	a := Actor{
		Kind: kind, Account: o.text("accountId"), ARN: onlyARN(o.text("arn")),
		PrincipalID: o.text("principalId"), AccessKey: o.text("accessKeyId"), InvokedBy: invokedBy,
		Issuer: onlyARN(issuer.text("arn")), IssuerID: issuer.text("principalId"),
		SourceIdentity: session.text("sourceIdentity"), Delivery: session.text("ec2RoleDelivery"),
	}
	a.name(o.text("userName"), issuer.text("userName"))
	partition, _, account := arnPlace(cmp.Or(a.ARN, a.Issuer))
	a.Partition, a.Account = partition, cmp.Or(a.Account, account)
	a.MFA = o.mfa(a.Kind, session)
	scope := o.object("inScopeOf")
	if a.Instance = a.instance(scope); a.Instance != "" && scope.text("issuerType") == Instance {
		_, a.InstanceRegion, _ = arnPlace(scope.text("credentialsIssuedTo"))
	}
	return a
}

// name finds user, role and session: in the ARN, which AWS makes, before the fields that repeat it.
func (a *Actor) name(user, issuer string) {
	if a.Kind == RoleActor {
		if _, path, ok := strings.Cut(a.ARN, ":assumed-role/"); ok { // ROLE/SESSION, the role without its path
			a.Role, a.Session, _ = strings.Cut(path, "/")
		}
		a.Role = cmp.Or(a.Role, issuer)
		if _, session, ok := strings.Cut(a.PrincipalID, ":"); ok {
			a.Session = cmp.Or(a.Session, session)
		}
		return
	}
	if a.Kind == UserActor && user == "" {
		user = a.ARN[strings.LastIndex(a.ARN, "/")+1:]
	}
	a.UserName = user
}

// mfa returns one of three values. Users and root without a session context called with plain keys or a password: no MFA.
// Whatever an identity provider did, its sessions carry "false", so that of any other session only a "true" is known.
func (o object) mfa(k ActorKind, session object) MFA {
	own := k == UserActor || k == RootActor
	switch session.object("attributes").text("mfaAuthenticated") {
	case "true":
		return MFAYes
	case "false":
		if own {
			return MFANo
		}
	case "":
		if own && o.raw("sessionContext") == nil {
			return MFANo
		}
	}
	return MFAUnknown
}

var instanceID = regexp.MustCompile(`^i-([0-9A-Za-z]{8}|[0-9A-Za-z]{17})$`)

// instance returns the EC2 instance that AWS itself names in inScopeOf, or, in records that lack it, the session's name where
// ec2RoleDelivery says that the metadata service handed the credentials out. The name alone proves nothing: any
// caller of AssumeRole may name the session i-0123456789abcdef0.
func (a Actor) instance(scope object) string {
	if scope.text("issuerType") == Instance {
		_, id, _ := strings.Cut(scope.text("credentialsIssuedTo"), ":instance/")
		return id
	}
	if a.Kind == RoleActor && a.Delivery != "" && instanceID.MatchString(a.Session) {
		return a.Session
	}
	return ""
}

// InstanceShaped reports whether a session looks like an EC2 instance's: as AWS names one, or by its name alone, which any caller
// of AssumeRole can choose. Only Instance is AWS's word.
func (a Actor) InstanceShaped() bool {
	return instanceID.MatchString(a.Instance) || a.Kind == RoleActor && instanceID.MatchString(a.Session)
}

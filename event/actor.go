package event

import "strings"

// ActorKind is the sort of principal that called.
type ActorKind string

const (
	UserActor           ActorKind = "user"            // an IAM user
	RoleActor           ActorKind = "role"            // a session of a role
	RootActor           ActorKind = "root"            // the account's root user
	FederatedActor      ActorKind = "federated"       // GetFederationToken, SAML, OIDC
	IdentityCenterActor ActorKind = "identity-center" // IdentityCenterUser
	ServiceActor        ActorKind = "service"         // an AWS service acting for itself
	AccountActor        ActorKind = "account"         // a principal of another account, not named
	UnknownActor        ActorKind = "unknown"
)

// MFA has three values, since CloudTrail does not record what an identity provider did: "no" is known only of IAM users
// and root; of any other session it is unknown.
type MFA string

const (
	MFAYes     MFA = "yes"
	MFANo      MFA = "no"
	MFAUnknown MFA = "unknown"
)

// Actor is the principal that called.
type Actor struct {
	Kind           ActorKind `json:"kind"`
	Partition      string    `json:"partition,omitempty"`
	Account        string    `json:"account,omitempty"`
	ARN            string    `json:"arn,omitempty"`          // of the principal; of a role session, the session's
	PrincipalID    string    `json:"principal_id,omitempty"` // AIDA..., AROA...:session
	UserName       string    `json:"user_name,omitempty"`    // of an IAM user, without path
	Role           string    `json:"role,omitempty"`         // role name of a session, without path
	Session        string    `json:"session,omitempty"`      // role session name: its caller chose it
	Issuer         string    `json:"issuer,omitempty"`       // ARN of the role or user behind the session, with its path
	IssuerID       string    `json:"issuer_id,omitempty"`    // AROA..., AIDA...
	AccessKey      string    `json:"access_key,omitempty"`   // the key's id, which is no secret
	SourceIdentity string    `json:"source_identity,omitempty"`
	InvokedBy      string    `json:"invoked_by,omitempty"`
	Instance       string    `json:"instance,omitempty"`        // the EC2 instance that was given these credentials
	InstanceRegion string    `json:"instance_region,omitempty"` // where AWS says that it is; "" where the record doesn't
	Delivery       string    `json:"delivery,omitempty"`        // ec2RoleDelivery: how the role reached it, "1.0" or "2.0"
	MFA            MFA       `json:"mfa"`
}

// ByAWS reports whether a service acted for itself: such a caller can't be contained. A service that passes a
// principal's call on (InvokedBy) leaves it that principal's. Only AWS can make roles below the path aws-service-role.
func (a Actor) ByAWS() bool {
	return a.Kind == ServiceActor || strings.HasPrefix(a.IssuerName(), "role/aws-service-role/")
}

// Assumed reports whether the actor is a session of a role that a caller opened, and could open again: neither EC2 for an instance nor AWS for
// itself did.
func (a Actor) Assumed() bool {
	return a.Kind == RoleActor && a.Instance == "" && !a.ByAWS()
}

// IssuerName returns what follows the account in the issuer's ARN: role/PATH/NAME. A path may hold any ASCII character, colons
// too, so that only what stands at its beginning is AWS's word.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
func (a Actor) IssuerName() string {
	if parts := strings.SplitN(a.Issuer, ":", 6); len(parts) == 6 {
		return parts[5]
	}
	return ""
}

// Credential returns the one name to count an actor by: the principal's id (a user whatever the key, one session of a role),
// else the key, else the ARN. It is empty where nothing is known.
func (a Actor) Credential() string {
	for _, c := range []string{a.PrincipalID, a.AccessKey, a.ARN} {
		if c != "" {
			return c
		}
	}
	return ""
}

// Principal returns the ARN that stays: the role behind a session, with its path, else the user or root.
func (a Actor) Principal() string {
	if a.Issuer != "" {
		return a.Issuer
	}
	return a.ARN
}

// UniqueID returns the id of the principal that stays, which no other one ever has: AROA... of the role behind a session,
// AIDA... of a user. It is empty where the record doesn't say.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
func (a Actor) UniqueID() string {
	if a.Issuer != "" {
		return a.IssuerID
	}
	id, _, _ := strings.Cut(a.PrincipalID, ":")
	return id
}

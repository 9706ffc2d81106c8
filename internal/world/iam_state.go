package world

import "time"

// iamState is what an account has in IAM; it knows no regions.
type iamState struct {
	Users    map[string]*user
	Roles    map[string]*role
	Policies map[string]*managedPolicy // by ARN
	Sessions map[string]*session       // by access key id
	Past     []past                    // what enforcement may still go by, oldest first
}

// user is an IAM user.
type user struct {
	Name, Path, ID, ARN string
	Created             time.Time
	Keys                []*accessKey
	Inline              map[string]string // documents by policy name
	Attached            []string          // ARNs
	Boundary            string            // ARN
}

// accessKey is a user's long-lived key.
type accessKey struct {
	ID, Secret string
	Inactive   bool
	Created    time.Time
}

// role is an IAM role.
type role struct {
	Name, Path, ID, ARN string
	Created             time.Time
	Trust               string
	Inline              map[string]string
	Attached            []string
	Boundary            string
}

// managedPolicy is a customer managed policy.
type managedPolicy struct {
	Name, Path, ID, ARN string
	Created             time.Time
	Versions            map[string]string // documents by version id (v1)
	Default             string
	Minted              int // number of the latest version that was ever made
}

// session holds temporary credentials of a role or a user.
type session struct {
	Key, Secret, Token       string
	Role, User, Name         string // Role and the session's Name, or the User whose session it is, by its id
	Created, Expires         time.Time
	MFA                      bool
	SourceIdentity, Document string // Document is the session policy
}

// principal is who signed a call.
type principal struct {
	account string
	arn     string // the user's, or the session's
	id      string // AIDA..., AROA...:SESSION
	user    string // name of an IAM user
	role    *role  // of a role's session
	key     string
	session *session
	service string // the AWS service that calls by its service-linked role
}

// credential is a key with what is needed to check a signature.
type credential struct {
	principal       principal
	secret, token   string
	active, expired bool
}

func (u *user) principal(accountID, key string) principal {
	return principal{account: accountID, arn: u.ARN, id: u.ID, user: u.Name, key: key}
}

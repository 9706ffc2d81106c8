package core

import (
	"reflect"
	"strings"
	"time"
)

// Origin is where calls come from, as their records will show it: through a VPC endpoint with a private address, and from its
// network, or by the internet.
type Origin struct{ SourceIP, UserAgent, Endpoint, VPC string }

// Call is one call being answered, under the world's lock.
type Call struct {
	At
	*Operation
	By        Principal
	From      Origin
	RequestID string
	Input     any
}

// Principal is the caller, who signed.
type Principal struct {
	Account string
	ARN     string // the user's, or the session's
	ID      string // AIDA..., AROA...:SESSION
	User    string // name of an IAM user
	Role    *Role  // of a role's session
	Key     string
	Session *Session
	Service string // the AWS service that calls by its service-linked role
}

// Role is an IAM role as records name it.
type Role struct{ Name, ID, ARN string }

// Session is what temporary credentials carry. Document is the session policy.
type Session struct {
	Created                  time.Time
	MFA                      bool
	SourceIdentity, Document string
	Instance                 *Instance // whose metadata service gave the credentials, nil where none did
}

// Instance is an instance as the credentials that it was given name it.
type Instance struct{ ARN, VPC, Address string }

// onInstance reports whether the caller's credentials are those of an instance.
func (p Principal) onInstance() bool { return p.Session != nil && p.Session.Instance != nil }

// Authorizer decides whether a caller has a right; nil means yes.
type Authorizer func(*Call, Need) *Refusal

// Need is one right that a call needs. Context are the condition keys that only the call knows (ec2:Attribute,
// iam:PolicyARN); those of the principal and of the world are the authorizer's.
type Need struct {
	Action   string // ec2:TerminateInstances
	Resource string // an ARN, or "*"
	Context  map[string][]string
}

// On asks for the call's own action on each of several resources.
func (c *Call) On(arns ...string) []Need {
	all := make([]Need, 0, len(arns))
	for _, a := range arns {
		all = append(all, Need{Action: c.Service.Name + ":" + c.Name, Resource: a})
	}
	return all
}

// Perform is the part of a call that only an authenticated caller reaches, and that is recorded.
func (c *Call) Perform(may Authorizer) (any, *Refusal) {
	for _, n := range c.needs(c) {
		if refused := may(c, n); refused != nil {
			return nil, refused
		}
	}
	// EC2's request to be told only about one's rights.
	if dry := reflect.ValueOf(c.Input).Elem().FieldByName("DryRun"); dry.IsValid() && !dry.IsNil() && dry.Elem().Bool() {
		return nil, Refuse("DryRunOperation", "Request would have succeeded, but DryRun flag is set.").As(412)
	}
	return c.do(c)
}

// Linked is a service that acts in accounts by its service-linked role.
type Linked struct {
	Service string // autoscaling.amazonaws.com
	Name    string // of its role, behind AWSServiceRoleFor
}

// RoleOf is the role by which a service acts in an account.
func (at At) RoleOf(by Linked) Role {
	name := "AWSServiceRoleFor" + by.Name
	return Role{
		Name: name, ARN: at.Global().ARN("iam", "role/aws-service-role/"+by.Service+"/"+name),
		ID: "AROA" + strings.ToUpper(at.Global().Fixed("", name)[2:]),
	}
}

// As is a call of a service's own.
func (at At) As(by Linked, operation string, in any) *Call {
	r := at.RoleOf(by)
	return &Call{
		At: at, Operation: at.table[operation], Input: in, From: Origin{SourceIP: by.Service, UserAgent: by.Service},
		By: Principal{
			Account: at.Place.Account, ARN: at.Global().ARN("sts", "assumed-role/"+r.Name+"/"+by.Name), ID: r.ID + ":" + by.Name,
			Role: &r, Service: by.Service, Session: &Session{Created: at.Now},
		},
	}
}

// Act carries out a call of a service's own, and records it.
func (at At) Act(by Linked, operation string, in any) (any, *Refusal) {
	c := at.As(by, operation, in)
	c.RequestID = at.UUID()
	out, refused := c.do(c)
	c.Record(out, refused)
	return out, refused
}

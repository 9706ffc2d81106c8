package iam

import "strings"

// Controls are the policies by which an organisation limits its accounts. They never allow by themselves.
type Controls struct {
	Services   []Level // service control policies on the way to the principal's account; empty: there are none
	Resources  []Level // resource control policies on the way to the resource's account; empty: there are none
	Management string  // the account that neither sort binds; "": all are bound
}

// Level holds what is attached to one node on the way from the organisation's root to an account. Each level has to allow.
// Service control policies are read by Parse, resource control policies by ParseResource.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_evaluation.html
type Level []Policy

// binding is a sort of control as it binds one request.
type binding struct {
	levels []Level
	by     Source
}

// binding returns the controls of each sort that bind the request. Neither service-linked roles are bound nor the
// management account; a service that acts for itself belongs to no account, so that only the resource's controls bind it.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html#not-restricted-by-scp
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#actions-not-restricted-by-rcps
func (c *Controls) binding(p *Principal, owner string) (out [2]binding) {
	if p.serviceLinked() {
		return out
	}
	if owner == "" {
		owner = p.Account
	}
	if p.Service == "" && !c.manages(p.Account) {
		out[0] = binding{c.Services, ServiceSource}
	}
	if !c.manages(owner) {
		out[1] = binding{c.Resources, ResourceSource}
	}
	return out
}

func (c *Controls) manages(account string) bool { return c.Management != "" && account == c.Management }

// serviceLinked goes by the role's path, which IAM keeps for AWS's services.
func (p *Principal) serviceLinked() bool {
	_, path, ok := strings.Cut(p.Role, ":role/")
	return ok && strings.HasPrefix(path, "aws-service-role/")
}

// deny looks for an explicit deny among the controls.
func (c *Controls) deny(r *Request, owner string) (Decision, bool) {
	for _, b := range c.binding(&r.Principal, owner) {
		for _, level := range b.levels {
			if d, ok := find(level, r, true); ok {
				d.By = b.by
				return d, true
			}
		}
	}
	return Decision{}, false
}

// stop looks for a level at which nothing allows.
func (c *Controls) stop(r *Request, owner string) (Decision, bool) {
	for _, b := range c.binding(&r.Principal, owner) {
		for _, level := range b.levels {
			if _, ok := find(level, r, false); !ok {
				return Decision{By: b.by}, true
			}
		}
	}
	return Decision{}, false
}

package world

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	policy "github.com/ripostehq/riposte/iam"
)

// enforcer judges calls by the policies of their callers, through the same evaluation that riposte itself uses.
type enforcer struct {
	parsed map[string]policy.Policy // by document: policies are read again and again
}

// mostParsed bounds the memory for an attacker who keeps writing policies.
const mostParsed = 4096

func newEnforcer() *enforcer { return &enforcer{parsed: map[string]policy.Policy{}} }

// authorize is the world's authorizer. A service that acts by its own role was granted everything by AWS; a policy that
// can't be read refuses, since it might deny. GetCallerIdentity and GetSessionToken need no permission, and no deny stops
// them: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html
func (e *enforcer) authorize(c *call, n need) *refusal {
	if c.by.service != "" || n.Action == "sts:GetCallerIdentity" {
		return nil
	}
	if c.by.halfway() && (c.service == "iam" || c.service == "sts" && !assumes(n.Action)) {
		return badKey(c.service)
	}
	if n.Action == "sts:GetSessionToken" {
		return nil
	}
	ps, err := e.policies(c)
	if err == nil && assumes(n.Action) {
		err = e.trust(c, n.Resource, &ps)
	}
	if err != nil {
		return c.denied(n, "because a policy can't be evaluated: "+err.Error())
	}
	d := policy.Evaluate(policy.Request{Action: n.Action, Resource: n.Resource, Principal: c.by.named(), Context: c.context(n)}, ps)
	if d.Effect == policy.Allowed {
		return nil
	}
	if c.service == "iam" {
		n.Resource = shown(n)
	}
	return c.denied(n, reason(d, n.Action))
}

// assumes reports the actions that a role's trust policy has a say in.
func assumes(action string) bool {
	return action == "sts:AssumeRole" || action == "sts:SetSourceIdentity"
}

// halfway reports a user's session without a second factor, which IAM and most of STS do not take.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
func (p principal) halfway() bool { return p.session != nil && p.role == nil && !p.session.MFA }

// reason ends the message of a refusal, as AWS does.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
func reason(d policy.Decision, action string) string {
	if d.Effect == policy.ExplicitDeny {
		article := "a"
		if d.By == policy.IdentitySource {
			article = "an"
		}
		return "with an explicit deny in " + article + " " + string(d.By)
	}
	return "because no " + string(d.By) + " allows the " + action + " action"
}

// policies are those of the caller, as they are enforced now.
func (e *enforcer) policies(c *call) (policy.Policies, error) {
	state := c.enforced(c.by.account)
	var ps policy.Policies
	var h holder
	switch {
	case c.by.role != nil:
		h = c.by.role.holder()
	case state.users[c.by.user] != nil:
		h = state.users[c.by.user].holder()
	default:
		return ps, nil
	}
	for _, name := range slices.Sorted(maps.Keys(h.inline)) {
		if err := e.add(&ps.Identity, name, h.inline[name]); err != nil {
			return ps, err
		}
	}
	for _, arn := range *h.attached {
		if err := e.addManaged(&ps.Identity, state, arn); err != nil {
			return ps, err
		}
	}
	return ps, e.limits(c, state, *h.boundary, &ps)
}

// limits adds the boundary and the session policy. A boundary that does not exist any more allows nothing.
func (e *enforcer) limits(c *call, state enforced, boundary string, ps *policy.Policies) error {
	if boundary != "" {
		b := []policy.Policy{}
		if err := e.addManaged(&b, state, boundary); err != nil {
			return err
		}
		ps.Boundary = &policy.Policy{Name: boundary}
		if len(b) > 0 {
			ps.Boundary = &b[0]
		}
	}
	if c.by.session != nil && c.by.session.Document != "" {
		return e.add(&ps.Session, "session", c.by.session.Document)
	}
	return nil
}

func (e *enforcer) addManaged(to *[]policy.Policy, state enforced, arn string) error {
	m := managedIn(state.policies, arn)
	if m == nil {
		return nil
	}
	return e.add(to, arn, m.Versions[m.Default])
}

func (e *enforcer) add(to *[]policy.Policy, name, document string) error {
	p, ok := e.parsed[document]
	if !ok {
		var err error
		if p, err = policy.Parse([]byte(document)); err != nil {
			return err
		}
		if len(e.parsed) >= mostParsed {
			clear(e.parsed)
		}
		e.parsed[document] = p
	}
	p.Name = name
	*to = append(*to, p)
	return nil
}

// trust adds the trust policy of a role that is to be assumed. A role that does not exist trusts nobody, and is refused
// in the same words, so that nobody learns which exist.
func (e *enforcer) trust(c *call, arn string, ps *policy.Policies) error {
	ps.Trust = &policy.Policy{}
	r, owner := c.roleOf(arn)
	if r == nil {
		return nil
	}
	p, err := policy.ParseTrust([]byte(r.Trust))
	ps.Trust, ps.Owner = &p, owner
	return err
}

// roleOf finds a role of any account, as it is enforced now.
func (s *state) roleOf(arn string) (*role, string) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return nil, ""
	}
	if r, ok := s.enforced(parts[4]).roles[lastPart(arn)]; ok && r.ARN == arn {
		return r, parts[4]
	}
	return nil, ""
}

// named is a principal as policies name it.
func (p principal) named() policy.Principal {
	out := policy.Principal{ARN: p.arn, Account: p.account}
	if p.role != nil {
		out.Role = p.role.ARN
	}
	return out
}

// context are the condition keys of a call. Those of sessions are absent for long-lived keys, so that a deny by token
// time does nothing to them, as in AWS.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
func (c *call) context(n need) policy.Context {
	x := policy.ContextOf(map[string]string{
		"aws:PrincipalArn": c.by.arn, "aws:PrincipalAccount": c.by.account, "aws:PrincipalType": "User",
		"aws:userid": c.by.id, "aws:SourceIp": c.from.SourceIP, "aws:UserAgent": c.from.UserAgent,
		"aws:CurrentTime": stamp(c.Now), "aws:EpochTime": strconv.FormatInt(c.Now.Unix(), 10),
		"aws:SecureTransport": "true", "aws:ViaAWSService": "false", "aws:RequestedRegion": c.place.Region,
	})
	if c.by.user != "" {
		x.Set("aws:username", c.by.user)
	}
	if c.by.role != nil {
		x.Set("aws:PrincipalArn", c.by.role.ARN)
		x.Set("aws:PrincipalType", "AssumedRole")
	}
	if s := c.by.session; s != nil {
		x.Set("aws:TokenIssueTime", stamp(s.Created))
		x.Set("aws:MultiFactorAuthPresent", strconv.FormatBool(s.MFA))
		if s.SourceIdentity != "" {
			x.Set("aws:SourceIdentity", s.SourceIdentity)
		}
	}
	for key, values := range n.Context {
		if len(values) > 0 { // iam knows one value a key
			x.Set(key, values[0])
		}
	}
	return x
}

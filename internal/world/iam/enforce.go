package iam

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	policy "github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/internal/world/core"
)

// Enforcer judges calls by the policies of their callers, through the same evaluation that riposte itself uses.
type Enforcer struct {
	parsed map[string]policy.Policy // by document: policies are read again and again
}

// mostParsed bounds the memory where an attacker keeps writing policies.
const mostParsed = 4096

// NewEnforcer makes one with an empty memory.
func NewEnforcer() *Enforcer { return &Enforcer{parsed: map[string]policy.Policy{}} }

// Authorize is the world's authorizer. A service that acts by its own role was granted everything by AWS; a policy that
// can't be read refuses, since it might deny. GetCallerIdentity and GetSessionToken need no permission, and no deny stops
// them: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html
func (e *Enforcer) Authorize(c *core.Call, n core.Need) *core.Refusal {
	if c.By.Service != "" || n.Action == "sts:GetCallerIdentity" {
		return nil
	}
	// A user's session without a second factor: IAM and most of STS do not take it.
	// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
	halfway := c.By.Session != nil && c.By.Role == nil && !c.By.Session.MFA
	if halfway && (c.Service.Name == "iam" || c.Service.Name == "sts" && !assumes(n.Action)) {
		bad := c.Service.Words.BadKey
		return &bad
	}
	if n.Action == "sts:GetSessionToken" {
		return nil
	}
	ps, err := e.policies(c)
	if err == nil && assumes(n.Action) {
		err = e.trust(c, n.Resource, &ps)
	}
	if err != nil {
		return c.Denied(n, "because a policy can't be evaluated: "+err.Error())
	}
	by := policy.Principal{ARN: c.By.ARN, Account: c.By.Account}
	if c.By.Role != nil {
		by.Role = c.By.Role.ARN
	}
	d := policy.Evaluate(policy.Request{Action: n.Action, Resource: n.Resource, Principal: by, Context: contextOf(c, n)}, ps)
	if d.Effect == policy.Allowed {
		return nil
	}
	if c.Service.Name == "iam" {
		n.Resource = shown(n)
	}
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
	switch {
	case d.Effect != policy.ExplicitDeny:
		return c.Denied(n, "because no "+string(d.By)+" allows the "+n.Action+" action")
	case d.By == policy.IdentitySource:
		return c.Denied(n, "with an explicit deny in an "+string(d.By))
	}
	return c.Denied(n, "with an explicit deny in a "+string(d.By))
}

// assumes reports the actions that a role's trust policy has a say in.
func assumes(action string) bool {
	return action == "sts:AssumeRole" || action == "sts:SetSourceIdentity"
}

// policies are those of the caller, its boundary and that of its session included, as they are enforced now.
func (e *Enforcer) policies(c *core.Call) (policy.Policies, error) {
	state := enforced(c.State, c.By.Account)
	var ps policy.Policies
	var h *holder
	switch {
	case c.By.Role != nil && state.Roles[c.By.Role.Name] != nil:
		h = &state.Roles[c.By.Role.Name].holder
	case state.Users[c.By.User] != nil:
		h = &state.Users[c.By.User].holder
	default:
		return ps, nil
	}
	for _, name := range slices.Sorted(maps.Keys(h.Inline)) {
		if err := e.add(&ps.Identity, name, h.Inline[name]); err != nil {
			return ps, err
		}
	}
	for _, arn := range h.Attached {
		if err := e.addManaged(&ps.Identity, state, arn); err != nil {
			return ps, err
		}
	}
	if h.Boundary != "" {
		b := []policy.Policy{{Name: h.Boundary}} // one that does not exist any more allows nothing
		if err := e.addManaged(&b, state, h.Boundary); err != nil {
			return ps, err
		}
		ps.Boundary = &b[len(b)-1]
	}
	if c.By.Session != nil && c.By.Session.Document != "" {
		return ps, e.add(&ps.Session, "session", c.By.Session.Document)
	}
	return ps, nil
}

func (e *Enforcer) addManaged(to *[]policy.Policy, state held, arn string) error {
	m := managedIn(state.Policies, arn)
	if m == nil {
		return nil
	}
	return e.add(to, arn, m.Versions[m.Default])
}

func (e *Enforcer) add(to *[]policy.Policy, name, document string) error {
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

// trust adds the trust policy of a role that is to be assumed. A role that does not exist trusts no one, and is refused
// in the same words, so that a caller does not learn which exist.
func (e *Enforcer) trust(c *core.Call, arn string, ps *policy.Policies) error {
	ps.Trust = &policy.Policy{}
	r, owner := findRole(c.State, arn)
	if r == nil {
		return nil
	}
	p, err := policy.ParseTrust([]byte(r.Trust))
	ps.Trust, ps.Owner = &p, owner
	return err
}

// roleOf finds a role of any account, as it is enforced now.
func findRole(s *core.State, arn string) (*role, string) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return nil, ""
	}
	if r, ok := enforced(s, parts[4]).Roles[lastPart(arn)]; ok && r.ARN == arn {
		return r, parts[4]
	}
	return nil, ""
}

// RoleAt is a role of any account by its ARN, and the account.
func RoleAt(s *core.State, arn string) (core.Role, string) {
	r, account := findRole(s, arn)
	if r == nil {
		return core.Role{}, ""
	}
	return core.Role{Name: r.Name, ID: r.ID, ARN: r.ARN}, account
}

// context are the condition keys of a call. Those of sessions are absent for long-lived keys, so that a deny by token
// time does nothing to them, as in AWS.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
func contextOf(c *core.Call, n core.Need) policy.Context {
	x := policy.ContextOf(map[string]string{
		"aws:PrincipalArn": c.By.ARN, "aws:PrincipalAccount": c.By.Account, "aws:PrincipalType": "User",
		"aws:userid": c.By.ID, "aws:UserAgent": c.From.UserAgent,
		"aws:CurrentTime": core.Stamp(c.Now), "aws:EpochTime": strconv.FormatInt(c.Now.Unix(), 10),
		"aws:SecureTransport": "true", "aws:ViaAWSService": "false", "aws:RequestedRegion": c.Place.Region,
	})
	if c.From.Endpoint == "" {
		x.Set("aws:SourceIp", c.From.SourceIP)
	} else {
		x.Set("aws:SourceVpc", c.From.VPC)
		x.Set("aws:SourceVpce", c.From.Endpoint)
		x.Set("aws:VpcSourceIp", c.From.SourceIP)
	}
	if c.By.User != "" {
		x.Set("aws:username", c.By.User)
	}
	if c.By.Role != nil {
		x.Set("aws:PrincipalArn", c.By.Role.ARN)
		x.Set("aws:PrincipalType", "AssumedRole")
	}
	if s := c.By.Session; s != nil {
		x.Set("aws:TokenIssueTime", core.Stamp(s.Created))
		x.Set("aws:MultiFactorAuthPresent", strconv.FormatBool(s.MFA))
		if s.SourceIdentity != "" {
			x.Set("aws:SourceIdentity", s.SourceIdentity)
		}
		if i := s.Instance; i != nil {
			x.Set("ec2:SourceInstanceARN", i.ARN)
			x.Set("ec2:RoleDelivery", "2.0")
			x.Set("aws:EC2InstanceSourceVPC", i.VPC)
			x.Set("aws:EC2InstanceSourcePrivateIPv4", i.Address)
		}
	}
	for key, values := range n.Context {
		switch {
		case len(values) == 0:
		case key == tagKeysKey:
			x.SetAll(key, values)
		default: // the first of what a call names several times
			x.Set(key, values[0])
		}
	}
	return x
}

package iam

import "testing"

const (
	account = "111122223333"
	eve     = "arn:aws:iam::111122223333:user/eve"
	ops     = "arn:aws:iam::111122223333:role/ops"
	session = "arn:aws:sts::111122223333:assumed-role/ops/eve@example.com"
)

func TestEvaluateStories(t *testing.T) {
	all := mustParse(t, statementOf(`{"Sid":"Admin","Effect":"Allow","Action":"*","Resource":"*"}`))
	all.Name = "admin"
	ec2 := mustParse(t, statementOf(`{"Sid":"Fleet","Effect":"Allow","Action":"ec2:*","Resource":"*"}`))
	ec2.Name = "ec2"
	noTerminate := mustParse(t, statementOf(`{"Sid":"Riposte","Effect":"Deny","Action":["ec2:TerminateInstances"],"Resource":"*"}`))
	noTerminate.Name = "riposte-deny"
	both := mustParse(t, statementOf(`{"Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"No","Effect":"Deny","Action":"iam:*","Resource":"*"}`))
	for _, c := range []struct {
		name, action string
		policies     Policies
		want         Decision
	}{
		{"no policy allows it", "ec2:RunInstances", Policies{}, Decision{By: IdentitySource}},
		{"allowed", "ec2:RunInstances", Policies{Identity: []Policy{ec2}}, Decision{Allowed, IdentitySource, "ec2", "Fleet"}},
		{"a deny wins whatever the order", "ec2:TerminateInstances", Policies{Identity: []Policy{all, noTerminate}}, Decision{ExplicitDeny, IdentitySource, "riposte-deny", "Riposte"}},
		{"a deny of something else", "ec2:RunInstances", Policies{Identity: []Policy{noTerminate, all}}, Decision{Allowed, IdentitySource, "admin", "Admin"}},
		{"the boundary limits", "iam:GetUser", Policies{Identity: []Policy{all}, Boundary: &ec2}, Decision{ImplicitDeny, BoundarySource, "ec2", ""}},
		{"the boundary gives nothing", "ec2:RunInstances", Policies{Boundary: &all}, Decision{By: IdentitySource}},
		{"the boundary denies", "ec2:TerminateInstances", Policies{Identity: []Policy{all}, Boundary: &noTerminate}, Decision{ExplicitDeny, BoundarySource, "riposte-deny", "Riposte"}},
		{"the session policy limits", "iam:GetUser", Policies{Identity: []Policy{all}, Session: []Policy{ec2}}, Decision{By: SessionSource}},
		{"session policies together", "iam:GetUser", Policies{Identity: []Policy{all}, Session: []Policy{ec2, all}}, Decision{Allowed, IdentitySource, "admin", "Admin"}},
		{"one statement allows, the next denies", "iam:GetUser", Policies{Identity: []Policy{both}}, Decision{ExplicitDeny, IdentitySource, "", "No"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Evaluate(Request{Action: c.action, Resource: "*"}, c.policies); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestTrustStories(t *testing.T) {
	allow := mustParse(t, statementOf(`{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}`))
	nothing := mustParse(t, statementOf(`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`))
	user := Principal{ARN: eve, Account: account}
	held := Principal{ARN: session, Role: ops, Account: account}
	foreign := Principal{ARN: "arn:aws:iam::444455556666:user/mallory", Account: "444455556666"}
	service := Principal{Service: "ec2.amazonaws.com"}
	names := func(p string) *Policy {
		return mustTrust(t, statementOf(`{"Effect":"Allow","Principal":`+p+`,"Action":"sts:AssumeRole"}`))
	}
	with, without := []Policy{allow}, []Policy(nil)
	for _, c := range []struct {
		name     string
		who      Principal
		trust    *Policy
		identity []Policy
		boundary *Policy
		session  []Policy
		want     Effect
		by       Source
	}{
		{"the account is trusted, the user is not allowed", user, names(`{"AWS":"` + account + `"}`), without, nil, nil, ImplicitDeny, IdentitySource},
		{"the account is trusted, the user is allowed", user, names(`{"AWS":"arn:aws:iam::` + account + `:root"}`), with, nil, nil, Allowed, IdentitySource},
		{"the user is named: that is enough", user, names(`{"AWS":"` + eve + `"}`), without, nil, nil, Allowed, TrustSource},
		{"the user is named: past an implicit deny of the boundary", user, names(`{"AWS":"` + eve + `"}`), without, &nothing, nil, Allowed, TrustSource},
		{"another is named", user, names(`{"AWS":"` + ops + `"}`), with, nil, nil, ImplicitDeny, TrustSource},
		{"the role is named", held, names(`{"AWS":"` + ops + `"}`), without, nil, nil, Allowed, TrustSource},
		{"the role is named: capped by the boundary", held, names(`{"AWS":"` + ops + `"}`), without, &nothing, nil, ImplicitDeny, BoundarySource},
		{"the role is named: capped by the session policy", held, names(`{"AWS":"` + ops + `"}`), without, nil, []Policy{nothing}, ImplicitDeny, SessionSource},
		{"the session is named: not capped", held, names(`{"AWS":"` + session + `"}`), without, &nothing, []Policy{nothing}, Allowed, TrustSource},
		{"any principal is trusted, also here", user, names(`"*"`), without, nil, nil, Allowed, TrustSource},
		{"any principal is trusted, another account must allow it", foreign, names(`"*"`), without, nil, nil, ImplicitDeny, IdentitySource},
		{"another account allows it", foreign, names(`{"AWS":["` + eve + `","` + foreign.ARN + `"]}`), with, nil, nil, Allowed, IdentitySource},
		{"the other account's boundary limits", foreign, names(`{"AWS":"` + foreign.ARN + `"}`), with, &nothing, nil, ImplicitDeny, BoundarySource},
		{"a service", service, names(`{"Service":"ec2.amazonaws.com"}`), without, nil, nil, Allowed, TrustSource},
		{"another service", service, names(`{"Service":"lambda.amazonaws.com"}`), without, nil, nil, ImplicitDeny, TrustSource},
		{"any principal is no service", service, names(`{"AWS":"*"}`), without, nil, nil, ImplicitDeny, TrustSource},
		{"a provider is no user", user, names(`{"Federated":"*"}`), with, nil, nil, ImplicitDeny, TrustSource},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Request{Action: "sts:AssumeRole", Resource: "arn:aws:iam::" + account + ":role/target", Principal: c.who}
			got := Evaluate(r, Policies{Identity: c.identity, Boundary: c.boundary, Session: c.session, Trust: c.trust, Owner: account})
			if got.Effect != c.want || got.By != c.by {
				t.Errorf("got %+v, want %v by %v", got, c.want, c.by)
			}
		})
	}
}

func TestTrustConditionsAndDenies(t *testing.T) {
	trust := mustTrust(t, `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":{"AWS":"`+eve+`"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"7"},"Bool":{"aws:MultiFactorAuthPresent":"true"}}},
		{"Sid":"Not","Effect":"Deny","Principal":{"AWS":"`+account+`"},"Action":"sts:AssumeRole","Condition":{"StringLike":{"sts:RoleSessionName":"bad*"}}}]}`)
	for _, c := range []struct {
		name, external, session, mfa string
		want                         Effect
	}{
		{"all is in order", "7", "eve", "true", Allowed},
		{"a wrong external id", "8", "eve", "true", ImplicitDeny},
		{"no MFA", "7", "eve", "false", ImplicitDeny},
		{"denied through the account", "7", "bad-eve", "true", ExplicitDeny},
	} {
		r := Request{Action: "sts:AssumeRole", Principal: Principal{ARN: eve, Account: account}, Context: ContextOf(map[string]string{
			"sts:ExternalId": c.external, "sts:RoleSessionName": c.session, "aws:MultiFactorAuthPresent": c.mfa})}
		if got := Evaluate(r, Policies{Trust: trust, Owner: account}); got.Effect != c.want {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestOneSessionOfARoleIsDenied(t *testing.T) {
	admin := mustParse(t, statementOf(`{"Effect":"Allow","Action":"*","Resource":"*"}`))
	one := mustParse(t, statementOf(`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:userId":"AROAEXAMPLE:eve"}}}`))
	older := mustParse(t, statementOf(`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-11-22T02:00:00Z"}}}`))
	for _, c := range []struct {
		name, id, issued string
		deny             Policy
		want             Effect
	}{
		{"this session", "AROAEXAMPLE:eve", "2026-11-22T01:00:00Z", one, ExplicitDeny},
		{"another session", "AROAEXAMPLE:bob", "2026-11-22T01:00:00Z", one, Allowed},
		{"an older session", "AROAEXAMPLE:bob", "2026-11-22T01:59:59Z", older, ExplicitDeny},
		{"a younger session", "AROAEXAMPLE:bob", "2026-11-22T02:00:00Z", older, Allowed},
		{"a long-lived key has no such time", "AIDAEXAMPLE", "", older, Allowed},
	} {
		x := ContextOf(map[string]string{"aws:userid": c.id})
		if c.issued != "" {
			x.Set("aws:TokenIssueTime", c.issued)
		}
		if got := Evaluate(Request{Action: "ec2:RunInstances", Resource: "*", Context: x}, Policies{Identity: []Policy{admin, c.deny}}); got.Effect != c.want {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

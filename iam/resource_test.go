package iam

import "testing"

// What a grant of the resource's own policy is worth, by whom it names:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html and
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-eval-logic
func TestResourceStories(t *testing.T) {
	const other = "444455556666"
	allow := mustParse(t, statementOf(`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`))
	nothing := mustParse(t, statementOf(`{"Effect":"Allow","Action":"sqs:*","Resource":"*"}`))
	user := Principal{ARN: eve, Account: account}
	held := Principal{ARN: session, Role: ops, Account: account}
	grants := func(p string) *Policy {
		return mustResource(t, statementOf(`{"Effect":"Allow","Principal":{"AWS":"`+p+`"},"Action":"s3:*","Resource":"arn:aws:s3:::b/*"}`))
	}
	with, without, bounded, narrow := []Policy{allow}, []Policy(nil), &nothing, []Policy{nothing}
	for _, c := range []struct {
		name     string
		who      Principal
		resource *Policy
		owner    string
		identity []Policy
		boundary *Policy
		session  []Policy
		want     Effect
		by       Source
	}{
		{"no policy, one's own right", user, nil, account, with, nil, nil, Allowed, IdentitySource},
		{"the policy names another, one's own right is enough", user, grants(ops), account, with, nil, nil, Allowed, IdentitySource},
		{"the user is named", user, grants(eve), account, without, nil, nil, Allowed, TrustSource},
		{"the user is named, past the boundary", user, grants(eve), account, without, bounded, nil, Allowed, TrustSource},
		{"the role is named", held, grants(ops), account, without, nil, nil, Allowed, TrustSource},
		{"the role is named, the boundary limits", held, grants(ops), account, without, bounded, nil, ImplicitDeny, BoundarySource},
		{"the role is named, the session policy limits", held, grants(ops), account, without, nil, narrow, ImplicitDeny, SessionSource},
		{"the session is named, past the boundary", held, grants(session), account, without, bounded, nil, Allowed, TrustSource},
		{"the session is named, past the session policy", held, grants(session), account, without, nil, narrow, Allowed, TrustSource},
		{"the account is named: one's own right is needed", user, grants(account), account, without, nil, nil, ImplicitDeny, IdentitySource},
		{"everybody is named, the boundary limits", user, grants("*"), account, without, bounded, nil, ImplicitDeny, BoundarySource},
		{"another account's resource without a policy", user, nil, other, with, nil, nil, ImplicitDeny, TrustSource},
		{"another account's resource names the user", user, grants(eve), other, without, nil, nil, ImplicitDeny, IdentitySource},
		{"another account's resource, both allow", user, grants(eve), other, with, nil, nil, Allowed, IdentitySource},
		{"an owner that is not said is another account", user, grants(eve), "", without, nil, nil, ImplicitDeny, IdentitySource},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k", Principal: c.who}
			got := Evaluate(r, Policies{Identity: c.identity, Boundary: c.boundary, Session: c.session, Resource: c.resource, Owner: c.owner})
			if got.Effect != c.want || got.By != c.by {
				t.Errorf("got %+v, want %v by %v", got, c.want, c.by)
			}
		})
	}
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html: a deny with NotPrincipal hits
// all but those named, account and role included, and always a principal with a boundary.
func TestNotPrincipalStories(t *testing.T) {
	allow := mustParse(t, statementOf(`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`))
	user := Principal{ARN: eve, Account: account}
	held := Principal{ARN: session, Role: ops, Account: account}
	for _, c := range []struct {
		name     string
		who      Principal
		excepted string
		boundary *Policy
		want     Effect
	}{
		{"the user and the account", user, `{"AWS":["` + eve + `","` + account + `"]}`, nil, Allowed},
		{"the user, and not the account", user, `{"AWS":"` + eve + `"}`, nil, ExplicitDeny},
		{"the account alone", user, `{"AWS":"arn:aws:iam::` + account + `:root"}`, nil, ExplicitDeny},
		{"another user", user, `{"AWS":["arn:aws:iam::` + account + `:user/bob","` + account + `"]}`, nil, ExplicitDeny},
		{"session, role and account", held, `{"AWS":["` + session + `","` + ops + `","` + account + `"]}`, nil, Allowed},
		{"role and account, another session", held, `{"AWS":["` + session + `2","` + ops + `","` + account + `"]}`, nil, ExplicitDeny},
		{"all are named, and there is a boundary", user, `{"AWS":["` + eve + `","` + account + `"]}`, &allow, ExplicitDeny},
		{"the account's root user", Principal{ARN: "arn:aws:iam::" + account + ":root", Account: account}, `{"AWS":"arn:aws:iam::` + account + `:root"}`, nil, Allowed},
		{"a service is not among them", user, `{"Service":"ec2.amazonaws.com"}`, nil, ExplicitDeny},
	} {
		t.Run(c.name, func(t *testing.T) {
			deny := mustResource(t, statementOf(`{"Effect":"Deny","NotPrincipal":`+c.excepted+`,"Action":"*","Resource":"*"}`))
			got := Evaluate(Request{Action: "s3:GetObject", Resource: "*", Principal: c.who},
				Policies{Identity: []Policy{allow}, Boundary: c.boundary, Resource: deny, Owner: account})
			if got.Effect != c.want {
				t.Errorf("got %+v, want %v", got, c.want)
			}
		})
	}
	service := mustResource(t, statementOf(`{"Effect":"Deny","NotPrincipal":{"Service":"ec2.amazonaws.com"},"Action":"*","Resource":"*"}`))
	for name, want := range map[string]Effect{"ec2.amazonaws.com": ImplicitDeny, "lambda.amazonaws.com": ExplicitDeny} {
		r := Request{Action: "s3:GetObject", Resource: "*", Principal: Principal{Service: name}}
		if got := Evaluate(r, Policies{Resource: service, Owner: account}); got.Effect != want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

package iam

import (
	"strings"
	"testing"
)

func mustParse(t testing.TB, document string) Policy {
	t.Helper()
	p, err := Parse([]byte(document))
	if err != nil {
		t.Fatalf("parse %s: %v", document, err)
	}
	return p
}

func mustTrust(t testing.TB, document string) *Policy {
	t.Helper()
	p, err := ParseTrust([]byte(document))
	if err != nil {
		t.Fatalf("parse %s: %v", document, err)
	}
	return &p
}

func mustResource(t testing.TB, document string) *Policy {
	t.Helper()
	p, err := ParseResource([]byte(document))
	if err != nil {
		t.Fatalf("parse %s: %v", document, err)
	}
	return &p
}

// statementOf wraps one statement into a policy of today's version.
func statementOf(s string) string { return `{"Version":"2012-10-17","Statement":[` + s + `]}` }

// allowIf is a statement that allows everything under a condition.
func allowIf(condition string) string {
	return statementOf(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":` + condition + `}`)
}

func TestParseAcceptsWhatAWSAccepts(t *testing.T) {
	for name, document := range map[string]string{
		"a statement that is an object": `{"Statement":{"Effect":"Allow","Action":"ec2:*","Resource":"*"}}`,
		"lists of one":                  statementOf(`{"Effect":"Deny","Action":["ec2:*"],"Resource":["*"]}`),
		"id and sid":                    `{"Id":"x y","Version":"2008-10-17","Statement":{"Sid":"A1","Effect":"Allow","NotAction":"iam:*","NotResource":"arn:aws:s3:::b"}}`,
		"values without quotes":         allowIf(`{"Bool":{"aws:SecureTransport":true},"NumericLessThan":{"aws:MultiFactorAuthAge":3600}}`),
		"an empty condition":            allowIf(`{}`),
		"a literal dollar":              allowIf(`{"StringEquals":{"aws:username":"a$b"}}`),
	} {
		if _, err := Parse([]byte(document)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ name, document, want string }{
		{"nothing", ``, "unexpected EOF"},
		{"a truncated document", `{"Version":"2012-10-17","Statement":[`, "unexpected EOF"},
		{"another value behind it", statementOf(`{"Effect":"Allow","Action":"*","Resource":"*"}`) + `{}`, "something follows"},
		{"a list", `[]`, "a list, not an object"},
		{"a duplicate key", statementOf(`{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}`), `key "Effect" stands twice`},
		{"a key of another case", statementOf(`{"effect":"Allow","Action":"*","Resource":"*"}`), "statement 1: effect: unknown element"},
		{"a duplicate key by escape", statementOf(`{"Effect":"Deny","\u0045ffect":"Allow","Action":"*","Resource":"*"}`), `stands twice`},
		{"an unknown element above", `{"Comment":"","Statement":[]}`, `unknown element "Comment"`},
		{"an unknown version", `{"Version":"2020-01-01","Statement":[]}`, "element Version must be"},
		{"no statement", `{"Version":"2012-10-17","Statement":[]}`, "no Statement"},
		{"no effect", statementOf(`{"Action":"*","Resource":"*"}`), "statement 1: it has no Effect"},
		{"a wrong effect", statementOf(`{"Effect":"allow","Action":"*","Resource":"*"}`), `Effect: it must be "Allow" or "Deny"`},
		{"both actions", statementOf(`{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}`), "either Action or NotAction"},
		{"no resource", statementOf(`{"Effect":"Allow","Action":"*"}`), "either Resource or NotResource"},
		{"an action without service", statementOf(`{"Effect":"Allow","Action":"Run*","Resource":"*"}`), "names no service"},
		{"an empty list", statementOf(`{"Effect":"Allow","Action":[],"Resource":"*"}`), "Action: it is empty"},
		{"a number as action", statementOf(`{"Effect":"Allow","Action":[1],"Resource":"*"}`), "a number, not a string"},
		{"a resource that is no ARN", statementOf(`{"Effect":"Allow","Action":"*","Resource":"bucket"}`), "neither an ARN"},
		{"a principal", statementOf(`{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}`), "Principal:"},
		{"NotPrincipal", statementOf(`{"Effect":"Deny","NotPrincipal":"*","Action":"*","Resource":"*"}`), "NotPrincipal: it belongs into the policies of resources"},
		{"a sid used twice", statementOf(`{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"}`), `statement 2: Sid "A" is used twice`},
		{"a sid with a space", statementOf(`{"Sid":"A b","Effect":"Allow","Action":"*","Resource":"*"}`), "letters and digits"},
		{"a set of an unknown operator", allowIf(`{"ForAllValues:Same":{"aws:TagKeys":"a"}}`), "Condition: ForAllValues:Same: this operator is not supported"},
		{"another quantifier", allowIf(`{"ForNoValue:StringEquals":{"aws:TagKeys":"a"}}`), "ForNoValue:StringEquals: this operator is not supported"},
		{"both quantifiers", allowIf(`{"ForAllValues:ForAnyValue:StringEquals":{"aws:TagKeys":"a"}}`), "not supported"},
		{"Null of a set", allowIf(`{"ForAnyValue:Null":{"aws:TagKeys":"true"}}`), "ForAnyValue:Null: this operator is not supported"},
		{"an operator of another case", allowIf(`{"stringEquals":{"aws:username":"a"}}`), "not supported"},
		{"NullIfExists", allowIf(`{"NullIfExists":{"aws:username":"true"}}`), "not supported"},
		{"BinaryEquals", allowIf(`{"BinaryEquals":{"k":"QQ=="}}`), "not supported"},
		{"an operator without keys", allowIf(`{"StringEquals":{}}`), "must be an object of keys"},
		{"a key without values", allowIf(`{"StringEquals":{"aws:username":[]}}`), "no values"},
		{"a value that is null", allowIf(`{"StringEquals":{"aws:username":null}}`), "a value is null"},
		{"a wrong number", allowIf(`{"NumericEquals":{"k":"0x10"}}`), `"0x10" is no number`},
		{"a wrong date", allowIf(`{"DateLessThan":{"aws:CurrentTime":"yesterday"}}`), `"yesterday" is no date`},
		{"a wrong boolean", allowIf(`{"Bool":{"aws:SecureTransport":"yes"}}`), "neither"},
		{"a wrong network", allowIf(`{"IpAddress":{"aws:SourceIp":"10.0.0.0/33"}}`), "no network"},
		{"an open variable", allowIf(`{"StringEquals":{"aws:username":"${aws:userid"}}`), "not closed"},
		{"an empty variable", allowIf(`{"StringEquals":{"aws:username":"${}"}}`), "no variable"},
		{"a default without quotes", allowIf(`{"StringEquals":{"aws:username":"${aws:userid, x}"}}`), "single quotes"},
		{"a variable where none may stand", allowIf(`{"NumericEquals":{"k":"${aws:userid}"}}`), "no number"},
		{"deep nesting", `{"Statement":` + strings.Repeat("[", 10000), "nested deeper"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(c.document))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestParseTrustRefuses(t *testing.T) {
	for _, c := range []struct{ name, statement, want string }{
		{"a resource", `{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}`, "a trust policy has none"},
		{"no principal", `{"Effect":"Allow","Action":"sts:AssumeRole"}`, "no Principal"},
		{"an unknown kind", `{"Effect":"Allow","Principal":{"Canonical":"x"},"Action":"sts:AssumeRole"}`, `unknown kind "Canonical"`},
		{"a wildcard in the middle", `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/*"},"Action":"sts:AssumeRole"}`, "may only stand alone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseTrust([]byte(statementOf(c.statement)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestParseResourceRefuses(t *testing.T) {
	for _, c := range []struct{ name, statement, want string }{
		{"no principal", `{"Effect":"Deny","Action":"s3:*","Resource":"*"}`, "either Principal or NotPrincipal"},
		{"both principals", `{"Effect":"Deny","Principal":"*","NotPrincipal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"}`, "either Principal or NotPrincipal"},
		{"no resource", `{"Effect":"Deny","Principal":"*","Action":"s3:*"}`, "either Resource or NotResource"},
		{"NotPrincipal that allows", `{"Effect":"Allow","NotPrincipal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"}`, "for Deny only"},
		{"NotPrincipal of everybody", `{"Effect":"Deny","NotPrincipal":"*","Action":"s3:*","Resource":"*"}`, "NotPrincipal: \"*\" is not supported"},
		{"NotPrincipal of a canonical user", `{"Effect":"Deny","NotPrincipal":{"CanonicalUser":"x"},"Action":"s3:*","Resource":"*"}`, `unknown kind "CanonicalUser"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseResource([]byte(statementOf(c.statement)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want %q in it", err, c.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(statementOf(`{"Sid":"A","Effect":"Allow","Action":["ec2:*","s3:Get?"],"Resource":"arn:aws:s3:::${aws:username, 'x'}/*"}`), "a")
	f.Add(allowIf(`{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/${aws:username}"},"IpAddressIfExists":{"aws:SourceIp":["10.0.0.0/8","::1"]}}`), "10.0.0.1")
	f.Add(allowIf(`{"ForAllValues:StringLike":{"aws:TagKeys":["a*","${aws:username}"]},"ForAnyValue:ArnNotLikeIfExists":{"aws:TagKeys":"arn:*"}}`), "a")
	f.Add(statementOf(`{"Effect":"Deny","Principal":{"AWS":["111122223333","*"]},"Action":"sts:AssumeRole","Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-11-22T02:00Z"}}}`), "2026-11-22")
	f.Add(statementOf(`{"Effect":"Deny","NotPrincipal":{"AWS":["111122223333"],"Service":"ec2.amazonaws.com"},"NotAction":"s3:Get*","Resource":"*"}`), "b")
	f.Fuzz(func(t *testing.T, document, value string) {
		r := Request{Principal: Principal{ARN: value, Account: value}, Action: "s3:GetObject", Resource: "arn:aws:s3:::" + value, Context: ContextOf(map[string]string{
			"aws:username": value, "aws:PrincipalArn": value, "aws:SourceIp": value, "aws:TokenIssueTime": value})}
		r.Context.SetAll("aws:TagKeys", strings.Split(value, ","))
		if p, err := Parse([]byte(document)); err == nil {
			if len(p.statements) == 0 {
				t.Fatal("a policy without statements was accepted")
			}
			Evaluate(r, Policies{Identity: []Policy{p}, Boundary: &p})
		}
		if p, err := ParseTrust([]byte(document)); err == nil {
			Evaluate(r, Policies{Trust: &p})
		}
		if p, err := ParseResource([]byte(document)); err == nil {
			Evaluate(r, Policies{Resource: &p, Controls: Controls{Resources: []Level{{p}}}})
		}
	})
}

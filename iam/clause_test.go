package iam

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func knownBut(unknown ...string) func(string) bool {
	return func(key string) bool { return !slices.Contains(unknown, key) }
}

func TestAnswersOfClauses(t *testing.T) {
	x := ContextOf(map[string]string{"aws:username": "eve"})
	for _, c := range []struct {
		name, statement, resource string
		known                     func(string) bool
		want                      Answer
		keys                      string
	}{
		{"all is known", `{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::*:user/${aws:username}"}`, eve, knownBut(), Yes, ""},
		{"another resource", `{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::*:user/${aws:username}"}`, eve + "x", knownBut(), No, ""},
		{"a variable that is not known", `{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::*:user/${aws:userid}"}`, eve, knownBut("aws:userid"), Maybe, ""},
		{"one that can't help", `{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::*:role/${aws:userid}"}`, eve, knownBut("aws:userid"), No, ""},
		{"a variable without value", `{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::*:user/${aws:userid}"}`, eve, knownBut(), No, ""},
		{"one in NotResource", `{"Effect":"Allow","Action":"iam:*","NotResource":"arn:aws:iam::*:user/${aws:userid}"}`, eve, knownBut(), Maybe, ""},
		{"a condition that is not known", `{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}`, eve, knownBut("aws:sourceip"), Maybe, "aws:sourceip"},
		{"one that fails beside it", `{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"},"StringEquals":{"aws:username":"bob"}}}`, eve, knownBut("aws:sourceip"), No, ""},
		{"a value that is not known", `{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"StringEquals":{"aws:username":"${aws:userid}"}}}`, eve, knownBut("aws:userid"), Maybe, "aws:userid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := mustParse(t, statementOf(c.statement))
			allow, _ := p.Clauses("iam:GetUser")
			got := allow[0].Resource(c.resource, x, c.known)
			a, keys := allow[0].Conditions(x, c.known)
			if got = min(got, a); got != c.want || a != No && strings.Join(keys, " ") != c.keys {
				t.Errorf("%v, hanging on %v", got, keys)
			}
		})
	}
}

func TestWitnessesAreWhatTheClauseSpeaksOf(t *testing.T) {
	p := mustParse(t, statementOf(`{"Effect":"Allow","Action":"lambda:*","Resource":["arn:aws:lambda:*:*:function:team-*","arn:aws:s3:::b"]}`))
	allow, _ := p.Clauses("lambda:CreateFunction")
	got := allow[0].Witnesses("arn:aws:lambda:eu-west-1:111122223333:function:*", Context{})
	if want := []string{"arn:aws:lambda:eu-west-1:111122223333:function:team-riposte"}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

// What is read of a policy that can't be read whole makes answers possible, and is never permission.
func TestSalvage(t *testing.T) {
	for _, c := range []struct {
		name, document string
		other          Answer // about an action of another service
		wrong          string
	}{
		{"an operator", `{"Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"BinaryEquals":{"k":"a"}}}]}`, No, "this operator is not supported"},
		{"an action", `{"Statement":[{"Effect":"Allow","Action":7,"Resource":"*"}]}`, Maybe, "it holds a number"},
		{"an unknown element beside", `{"Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*","When":"now"}]}`, No, "unknown element"},
		{"no JSON", `{"Statement":[`, Maybe, "unexpected EOF"},
		{"nothing", ``, Maybe, "unexpected EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := Salvage([]byte(c.document))
			if err == nil || !strings.Contains(err.Error(), c.wrong) {
				t.Fatalf("%v", err)
			}
			for action, want := range map[string]Answer{"iam:CreateUser": Maybe, "s3:GetObject": c.other} {
				got := No
				allow, _ := p.Clauses(action)
				for _, k := range allow {
					a, _ := k.Conditions(Context{}, knownBut())
					got = max(got, a)
				}
				if got != want {
					t.Errorf("%s: %v", action, got)
				}
				if d := Evaluate(Request{Action: action, Resource: "*"}, Policies{Identity: []Policy{p}}); d.Effect == Allowed {
					t.Errorf("%s is allowed by what can't be read: %+v", action, d)
				}
			}
		})
	}
}

func TestWhatCanBeReadIsSalvagedAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, d := drawRequest(t), Document{Statement: rapid.SliceOfN(rapid.Custom(drawStatement), 1, 3).Draw(t, "statements")}
		b, err := d.JSON()
		if err != nil {
			t.Fatal(err)
		}
		whole, _ := Parse(b)
		p, err := Salvage(b)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := Evaluate(r, Policies{Identity: []Policy{whole}}), Evaluate(r, Policies{Identity: []Policy{p}}); a != b {
			t.Fatalf("%+v and %+v", a, b)
		}
	})
}

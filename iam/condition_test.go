package iam

import (
	"fmt"
	"testing"
)

const absent = "\x00absent" // stands for a key that the request does not have

func TestOperators(t *testing.T) {
	const role = "arn:aws:iam::111122223333:role/team/a"
	for _, c := range []struct {
		operator, values, key string
		want                  bool
	}{
		{"StringEquals", `"a"`, "a", true},
		{"StringEquals", `"a"`, "A", false},
		{"StringEquals", `["b","a"]`, "a", true},
		{"StringEquals", `"a*"`, "ab", false},
		{"StringEquals", `"a"`, absent, false},
		{"StringEqualsIfExists", `"a"`, absent, true},
		{"StringEqualsIfExists", `"a"`, "b", false},
		{"StringNotEquals", `["a","b"]`, "b", false},
		{"StringNotEquals", `["a","b"]`, "c", true},
		{"StringNotEquals", `"a"`, absent, true},
		{"StringNotEqualsIfExists", `"a"`, absent, true},
		{"StringNotEqualsIfExists", `"a"`, "a", false},
		{"StringEqualsIgnoreCase", `"Ab"`, "aB", true},
		{"StringNotEqualsIgnoreCase", `"Ab"`, "aB", false},
		{"StringLike", `"a*c?"`, "abbcd", true},
		{"StringLike", `"a*c?"`, "abbc", false},
		{"StringLike", `"a${*}"`, "ab", false},
		{"StringLike", `"a${*}${?}${$}"`, "a*?$", true},
		{"StringLike", `"*"`, "", true},
		{"StringLike", `"*"`, absent, false},
		{"StringNotLike", `"a*"`, "ab", false},
		{"StringNotLike", `"a*"`, absent, true},
		{"ArnLike", `"arn:aws:iam::*:role/*"`, role, true},
		{"ArnLike", `"arn:aws:*:role/*"`, role, false}, // a wildcard does not reach across a colon
		{"ArnLike", `"arn:*"`, role, false},
		{"ArnLike", `"*:*:*:*:*:*"`, role, true},
		{"ArnLike", `"arn:aws:iam::111122223333:role/Team/a"`, role, false},
		{"ArnLike", `"arn:aws:logs:*:*:log-group:*"`, "arn:aws:logs:eu-west-1:111122223333:log-group:x:y", true},
		{"ArnEquals", `"arn:aws:iam::1111*:role/team/?"`, role, true},
		{"ArnEquals", `"arn:aws:iam::*:role/*"`, "no arn", false},
		{"ArnNotEquals", `"arn:aws:iam::*:role/*"`, "no arn", true},
		{"ArnNotLike", `"arn:aws:iam::*:role/*"`, absent, true},
		{"ArnNotLike", `"arn:aws:iam::*:role/*"`, role, false},
		{"ArnLikeIfExists", `"arn:aws:iam::*:role/*"`, absent, true},
		{"NumericEquals", `10`, "10.0", true},
		{"NumericNotEquals", `10`, "10.0", false},
		{"NumericNotEquals", `10`, "ten", true},
		{"NumericLessThan", `10`, "9.5", true},
		{"NumericLessThan", `10`, "10", false},
		{"NumericLessThan", `10`, "-Inf", false},
		{"NumericLessThanEquals", `10`, "10", true},
		{"NumericGreaterThan", `["10","5"]`, "6", true},
		{"NumericGreaterThanEquals", `10`, "9", false},
		{"NumericGreaterThanEquals", `10`, absent, false},
		{"NumericGreaterThanEqualsIfExists", `10`, absent, true},
		{"DateEquals", `"2026-11-22T02:00:00Z"`, "2026-11-22T03:00:00+01:00", true},
		{"DateNotEquals", `"2026-11-22T02:00:00Z"`, "2026-11-22T02:00:01Z", true},
		{"DateLessThan", `"2026-11-22T02:00:00Z"`, "2026-11-22T01:59:59.5Z", true},
		{"DateLessThan", `"2026-11-22T02:00:00Z"`, "2026-11-22T02:00:00Z", false},
		{"DateLessThan", `"2026-11-22T02:00:00Z"`, absent, false},
		{"DateLessThanIfExists", `"2026-11-22T02:00:00Z"`, absent, true},
		{"DateLessThanEquals", `"2026-11-22"`, "2026-11-22T00:00Z", true},
		{"DateGreaterThan", `"2026"`, "2026-02", true},
		{"DateGreaterThan", `"1763776800"`, "2025-11-22T02:00:01Z", true},
		{"DateGreaterThanEquals", `"2026-11-22T03:00+01:00"`, "2026-11-22T02:00:00Z", true},
		{"Bool", `"true"`, "True", true},
		{"Bool", `false`, "true", false},
		{"Bool", `"false"`, absent, false},
		{"BoolIfExists", `"false"`, absent, true},
		{"IpAddress", `"203.0.113.0/24"`, "203.0.113.9", true},
		{"IpAddress", `"203.0.113.9"`, "203.0.113.9", true},
		{"IpAddress", `"203.0.113.0/24"`, "::ffff:203.0.113.9", true},
		{"IpAddress", `"2001:db8::/32"`, "2001:db8::1", true},
		{"IpAddress", `"203.0.113.0/24"`, "ec2.amazonaws.com", false},
		{"NotIpAddress", `"203.0.113.0/24"`, "203.0.113.9", false},
		{"NotIpAddress", `"203.0.113.0/24"`, "198.51.100.1", true},
		{"NotIpAddress", `"203.0.113.0/24"`, absent, true}, // facts: denies every call through an endpoint
		{"NotIpAddressIfExists", `"203.0.113.0/24"`, "203.0.113.9", false},
		{"Null", `"true"`, absent, true},
		{"Null", `"true"`, "a", false},
		{"Null", `false`, "a", true},
		{"Null", `"false"`, absent, false},
		{"Null", `["true","false"]`, absent, true},
	} {
		t.Run(c.operator+" "+c.values+" "+c.key, func(t *testing.T) {
			p := mustParse(t, allowIf(`{"`+c.operator+`":{"test:Key":`+c.values+`}}`))
			var x Context
			if c.key != absent {
				x.Set("TEST:key", c.key)
			}
			got := Evaluate(Request{Action: "a:B", Resource: "*", Context: x}, Policies{Identity: []Policy{p}}).Effect == Allowed
			if got != c.want {
				t.Errorf("holds = %v, want %v", got, c.want)
			}
		})
	}
}

// What AWS says of operators on keys with several values:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
func TestOperatorsOnSets(t *testing.T) {
	ab, ac, none := []string{"a", "b"}, []string{"a", "c"}, []string(nil)
	for _, c := range []struct {
		operator, values string
		request          []string
		want             bool
	}{
		{"ForAllValues:StringEquals", `["a","b","x"]`, ab, true},
		{"ForAllValues:StringEquals", `["a","b"]`, ac, false},
		{"ForAllValues:StringEquals", `"a"`, none, true}, // also where the key is absent
		{"ForAllValues:StringNotEquals", `"x"`, ab, true},
		{"ForAllValues:StringNotEquals", `"b"`, ab, false},
		{"ForAllValues:StringNotEquals", `"b"`, none, true},
		{"ForAllValues:StringLike", `["a*"]`, []string{"a1", "a2"}, true},
		{"ForAllValues:StringEqualsIfExists", `"a"`, none, true},
		{"ForAnyValue:StringEquals", `["b","x"]`, ab, true},
		{"ForAnyValue:StringEquals", `"x"`, ab, false},
		{"ForAnyValue:StringEquals", `"a"`, none, false},
		{"ForAnyValue:StringNotEquals", `"a"`, ab, true}, // b is another
		{"ForAnyValue:StringNotEquals", `["a","b"]`, ab, false},
		{"ForAnyValue:StringNotEquals", `"a"`, none, false}, // unlike the operator alone
		{"ForAnyValue:StringEqualsIfExists", `"a"`, none, true},
		{"ForAnyValue:IpAddress", `"10.0.0.0/8"`, []string{"192.0.2.1", "10.1.1.1"}, true},
		{"ForAllValues:ArnLike", `"arn:aws:iam::*:role/*"`, []string{"arn:aws:iam::111122223333:role/a", "no arn"}, false},
		{"StringEquals", `"b"`, ab, true},
		{"StringNotEquals", `"b"`, ab, false},
		{"StringNotEquals", `"b"`, none, true},
		{"Null", `"true"`, none, true}, // no values is absent
		{"Null", `"false"`, ab, true},
	} {
		t.Run(fmt.Sprint(c.operator, c.values, c.request), func(t *testing.T) {
			var x Context
			x.SetAll("test:Key", c.request)
			p := mustParse(t, allowIf(`{"`+c.operator+`":{"test:Key":`+c.values+`}}`))
			if got := Evaluate(Request{Action: "a:B", Resource: "*", Context: x}, Policies{Identity: []Policy{p}}).Effect == Allowed; got != c.want {
				t.Errorf("holds = %v, want %v", got, c.want)
			}
		})
	}
}

func TestAQuantifierTakesOneValueToo(t *testing.T) {
	for _, q := range []string{"ForAllValues:", "ForAnyValue:"} {
		p := mustParse(t, allowIf(`{"`+q+`StringEquals":{"aws:username":"eve"}}`))
		for name, want := range map[string]Effect{"eve": Allowed, "bob": ImplicitDeny} {
			r := Request{Action: "a:B", Resource: "*", Context: ContextOf(map[string]string{"aws:username": name})}
			if got := Evaluate(r, Policies{Identity: []Policy{p}}).Effect; got != want {
				t.Errorf("%s of %s: %v", q, name, got)
			}
		}
	}
}

func TestASetIsNoVariable(t *testing.T) {
	p := mustParse(t, allowIf(`{"StringEquals":{"k:a":"${aws:TagKeys}"}}`))
	x := ContextOf(map[string]string{"k:a": "x"})
	x.SetAll("aws:TagKeys", []string{"x"})
	if got := Evaluate(Request{Action: "a:B", Resource: "*", Context: x}, Policies{Identity: []Policy{p}}).Effect; got != ImplicitDeny {
		t.Errorf("got %v", got)
	}
}

func TestAllOperatorsAndKeysMustHold(t *testing.T) {
	p := mustParse(t, allowIf(`{"StringEquals":{"k:a":"1","k:b":"2"},"Bool":{"k:c":"true"}}`))
	for _, c := range []struct {
		a, b, c string
		want    Effect
	}{{"1", "2", "true", Allowed}, {"1", "3", "true", ImplicitDeny}, {"1", "2", "false", ImplicitDeny}} {
		x := ContextOf(map[string]string{"k:a": c.a, "k:b": c.b, "k:c": c.c})
		if got := Evaluate(Request{Action: "a:B", Resource: "*", Context: x}, Policies{Identity: []Policy{p}}); got.Effect != c.want {
			t.Errorf("%v: %v", c, got)
		}
	}
}

// The lock on a stolen role credential: a missing key makes a bare negated operator deny too much.
func TestCredentialLockNeedsItsNullGuard(t *testing.T) {
	const bare = `{"StringNotEquals":{"aws:SourceVpc":"${aws:EC2InstanceSourceVPC}"}}`
	const guarded = `{"Null":{"aws:SourceVpc":"false"},"StringNotEquals":{"aws:SourceVpc":"${aws:EC2InstanceSourceVPC}"}}`
	nat := ContextOf(map[string]string{"aws:EC2InstanceSourceVPC": "vpc-1", "aws:SourceIp": "203.0.113.1"})
	elsewhere := ContextOf(map[string]string{"aws:EC2InstanceSourceVPC": "vpc-1", "aws:SourceVpc": "vpc-2"})
	home := ContextOf(map[string]string{"aws:EC2InstanceSourceVPC": "vpc-1", "aws:SourceVpc": "vpc-1"})
	for _, c := range []struct {
		name, condition string
		from            Context
		denied          bool
	}{
		{"bare, through NAT", bare, nat, true},
		{"guarded, through NAT", guarded, nat, false},
		{"guarded, from another network", guarded, elsewhere, true},
		{"guarded, from home", guarded, home, false},
	} {
		p := mustParse(t, statementOf(`{"Effect":"Deny","Action":"*","Resource":"*","Condition":`+c.condition+`}`))
		got := Evaluate(Request{Action: "s3:GetObject", Resource: "*", Context: c.from}, Policies{Identity: []Policy{p}})
		if (got.Effect == ExplicitDeny) != c.denied {
			t.Errorf("%s: %v", c.name, got.Effect)
		}
	}
}

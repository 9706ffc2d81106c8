package differential

import (
	"math/rand/v2"
	"strings"
)

const (
	home    = "111122223333"
	other   = "444455556666"
	user    = "arn:aws:iam::" + home + ":user/eve"
	role    = "arn:aws:iam::" + home + ":role/app"
	session = "arn:aws:sts::" + home + ":assumed-role/app/s1"
)

// target is an action on a resource that it is of.
type target struct{ action, resource string }

// generator draws cases: few actions, resources and values, so that statements often speak of the request.
type generator struct{ *rand.Rand }

func pick[T any](g generator, from ...T) T { return from[g.IntN(len(from))] }

// in reports a chance of one in n.
func (g generator) in(n int) bool { return g.IntN(n) == 0 }

func targets(owner string) []target {
	return []target{
		{"s3:GetObject", "arn:aws:s3:::b/eve/k"}, {"s3:PutObject", "arn:aws:s3:::b/k"},
		{"sqs:SendMessage", "arn:aws:sqs:eu-west-1:" + owner + ":q"}, {"dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:" + owner + ":table/t"},
		{"sts:AssumeRole", "arn:aws:iam::" + owner + ":role/admin"}, {"kms:Decrypt", "arn:aws:kms:eu-west-1:" + owner + ":key/k1"},
		{"lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:" + owner + ":function:f"},
	}
}

func (g generator) draw() testCase {
	c := testCase{Principal: pick(g, user, session), Owner: home, Context: g.context()}
	if g.in(4) {
		c.Owner = other
	}
	t := pick(g, targets(c.Owner)...)
	c.Action, c.Resource = t.action, t.resource
	for range 1 + g.IntN(3) {
		c.Identity = append(c.Identity, g.policy(c, nil))
	}
	if g.in(3) {
		p := g.policy(c, nil)
		c.Boundary = &p
	}
	if c.Principal == session && g.in(3) {
		p := g.policy(c, nil)
		c.Session = &p
	}
	if g.in(3) {
		for range 1 + g.IntN(2) {
			l := []policy{g.policy(c, nil)}
			if g.in(2) {
				l = append(l, g.policy(c, nil))
			}
			c.Services = append(c.Services, l)
		}
	}
	if g.in(4) && !strings.HasPrefix(c.Action, "lambda:") { // resource control policies bind some services
		c.Resources = append(c.Resources, []policy{g.policy(c, g.controlling)})
	}
	if c.Action == "sts:AssumeRole" || c.Action == "kms:Decrypt" || g.in(2) {
		p := g.policy(c, g.speaking)
		c.Based = &p
	}
	return c
}

// context draws keys of one value and of several.
func (g generator) context() map[string]any {
	out := map[string]any{}
	one := map[string][]string{
		"aws:SourceIp":               {"203.0.113.7", "198.51.100.9", "2001:db8::7"},
		"aws:username":               {"eve", "bob"},
		"aws:RequestedRegion":        {"eu-west-1", "us-east-1"},
		"aws:MultiFactorAuthPresent": {"true", "false"},
		"aws:MultiFactorAuthAge":     {"10", "3600"},
		"aws:CurrentTime":            {"2026-11-30T12:00:00Z", "2024-01-01T00:00:00Z"},
		"aws:PrincipalTag/team":      {"a", "b", ""},
		"aws:SourceVpc":              {"vpc-1", "vpc-2"},
		"aws:SourceArn":              {"arn:aws:sns:eu-west-1:" + home + ":topic"},
	}
	for _, k := range []string{"aws:SourceIp", "aws:username", "aws:RequestedRegion", "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:CurrentTime", "aws:PrincipalTag/team", "aws:SourceVpc", "aws:SourceArn"} {
		if g.in(2) {
			out[k] = pick(g, one[k]...)
		}
	}
	if g.in(2) {
		out["aws:TagKeys"] = pick(g, []string{"a"}, []string{"a", "b"}, []string{"c"})
	}
	return out
}

// policy draws a document; whom, where it is set, says of whom each statement speaks.
func (g generator) policy(c testCase, whom func(c testCase, s *statement)) policy {
	p := policy{Version: "2012-10-17"}
	for range 1 + g.IntN(3) {
		s := statement{Effect: pick(g, "Allow", "Allow", "Allow", "Deny")}
		service, _, _ := strings.Cut(c.Action, ":")
		actions := []string{pick(g, c.Action, c.Action, service+":*", "*", service+":"+c.Action[len(service)+1:][:3]+"*", strings.ToUpper(c.Action), "ec2:RunInstances", service+":?"+c.Action[len(service)+2:])}
		if g.in(6) {
			s.NotAction = actions
		} else {
			s.Action = actions
		}
		resources := []string{pick(g, "*", "*", c.Resource, c.Resource, c.Resource[:len(c.Resource)-1]+"*", c.Resource[:len(c.Resource)-1]+"?", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::other/*")}
		if g.in(6) {
			s.NotResource = resources
		} else {
			s.Resource = resources
		}
		if whom != nil {
			whom(c, &s)
		}
		if g.in(2) {
			s.Condition = conditions{}
			for range 1 + g.IntN(2) {
				g.condition(s.Condition)
			}
		}
		p.Statement = append(p.Statement, s)
	}
	return p
}

// speaking fills in a resource's own policy.
func (g generator) speaking(c testCase, s *statement) {
	one := pick[any](g, "*", map[string]any{"AWS": home}, map[string]any{"AWS": "arn:aws:iam::" + home + ":root"}, map[string]any{"AWS": c.Principal}, map[string]any{"AWS": role},
		map[string]any{"AWS": other}, map[string]any{"Service": "lambda.amazonaws.com"}, map[string]any{"AWS": "*"})
	if strings.HasPrefix(c.Action, "sts:") {
		s.Resource, s.NotResource = nil, nil
		if s.Action == nil {
			s.Action, s.NotAction = s.NotAction, nil
		}
	} else if s.Effect == "Deny" && g.in(4) {
		s.NotPrincipal = map[string]any{"AWS": pick(g, []string{home, c.Principal}, []string{home, role, c.Principal}, []string{other})}
		return
	}
	s.Principal = one
}

// controlling fills in a resource control policy: it denies, everybody, and names actions of a service.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
func (g generator) controlling(c testCase, s *statement) {
	s.Effect, s.Principal, s.NotAction = "Deny", "*", nil
	if len(s.Action) == 0 || s.Action[0] == "*" {
		s.Action = []string{pick(g, c.Action, "s3:*")}
	}
	if strings.HasPrefix(s.Action[0], "ec2:") {
		s.Action = []string{"s3:Put*"}
	}
}

func (g generator) condition(into conditions) {
	type choice struct {
		operators []string
		key       string
		values    []string
	}
	of := pick(g,
		choice{[]string{"StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase", "StringEqualsIfExists", "StringNotEqualsIfExists"}, "aws:RequestedRegion", []string{"eu-west-1", "eu-*", "US-EAST-1"}},
		choice{[]string{"StringEquals", "StringNotEquals", "StringLike", "Null"}, "aws:PrincipalTag/team", []string{"a", "${aws:username}", "${aws:PrincipalTag/none}", "${aws:username, 'eve'}", ""}},
		choice{[]string{"IpAddress", "NotIpAddress", "IpAddressIfExists"}, "aws:SourceIp", []string{"203.0.113.0/24", "198.51.100.9/32", "2001:db8::/32"}},
		choice{[]string{"Bool", "BoolIfExists", "Null"}, "aws:MultiFactorAuthPresent", []string{"true", "false"}},
		choice{[]string{"NumericLessThan", "NumericGreaterThanEquals", "NumericEquals", "NumericNotEquals", "NumericLessThanIfExists"}, "aws:MultiFactorAuthAge", []string{"10", "300", "3600"}},
		choice{[]string{"DateGreaterThan", "DateLessThan", "DateLessThanEquals", "DateEquals", "DateNotEquals"}, "aws:CurrentTime", []string{"2025-01-01T00:00:00Z", "2026-11-30T12:00:00Z"}},
		choice{[]string{"ForAllValues:StringEquals", "ForAnyValue:StringEquals", "ForAllValues:StringNotEquals", "ForAnyValue:StringNotEquals", "ForAnyValue:StringLike"}, "aws:TagKeys", []string{"a", "b", "*"}},
		choice{[]string{"ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals"}, "aws:SourceArn", []string{"arn:aws:sns:*:" + home + ":*", "arn:aws:sns:eu-west-1:" + home + ":topic", "arn:aws:sqs:*:*:*"}},
		choice{[]string{"StringEquals", "StringNotEquals", "Null"}, "aws:SourceVpc", []string{"vpc-1", "vpc-3"}},
	)
	op := pick(g, of.operators...)
	values := []string{pick(g, of.values...)}
	if g.in(4) {
		values = append(values, pick(g, of.values...))
	}
	if op == "Null" {
		values = []string{pick(g, "true", "false")}
	}
	if into[op] == nil {
		into[op] = map[string][]string{}
	}
	into[op][of.key] = values
}

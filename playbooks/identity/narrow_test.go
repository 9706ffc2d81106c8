package identity

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam"
)

const target = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/0123456789abcdef"

func web() scope {
	place := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	return scope{Role: place.In(event.Role, "app/web"), Regions: []string{"eu-west-1"}, Groups: []ownGroup{
		{Region: "eu-west-1", Name: "web", Classic: []string{"front"}, Targets: []string{target}},
	}}
}

// The policy of seed 003, and others that say the same otherwise.
func TestNarrow(t *testing.T) {
	const group = `"arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:*:autoScalingGroupName/web"`
	const balancers = `"arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/front","` + target + `"`
	const s3 = `{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":["arn:aws:s3:::AppCodeBucket/*"]}`
	for _, c := range []struct{ name, statements, want, refused string }{
		{
			"everything of both services, beside another statement", s3 + `,{"Sid":"Deploy","Effect":"Allow","Action":["elasticloadbalancing:*","autoscaling:*"],"Resource":["*"]}`,
			s3 + `,{"Effect":"Allow","Action":["elasticloadbalancing:Describe*","elasticloadbalancing:Get*","autoscaling:Describe*","autoscaling:Get*"],"Resource":["*"]},` +
				`{"Effect":"Allow","Action":["autoscaling:*"],"Resource":[` + group + `]},{"Effect":"Allow","Action":["elasticloadbalancing:*"],"Resource":[` + balancers + `]}`, "",
		},
		{
			"among other services, under a condition", `{"Sid":"All","Effect":"Allow","Action":["s3:Get*","autoscaling:EnterStandby"],"Resource":"*","Condition":{"Bool":{"aws:SecureTransport":true}}}`,
			`{"Sid":"All","Effect":"Allow","Action":["s3:Get*"],"Resource":"*","Condition":{"Bool":{"aws:SecureTransport":true}}},` +
				`{"Effect":"Allow","Action":["autoscaling:EnterStandby"],"Resource":[` + group + `],"Condition":{"Bool":{"aws:SecureTransport":true}}}`, "",
		},
		{"denies stay", `{"Effect":"Deny","Action":"autoscaling:*","Resource":"*"}`, `{"Effect":"Deny","Action":"autoscaling:*","Resource":"*"}`, ""},
		{"a statement that names its group stays", `{"Effect":"Allow","Action":"autoscaling:*","Resource":` + group + `}`, `{"Effect":"Allow","Action":"autoscaling:*","Resource":` + group + `}`, ""},
		{"one that is tied by a tag stays", `{"Effect":"Allow","Action":"autoscaling:*","Resource":"*","Condition":{"StringEquals":{"autoscaling:ResourceTag/app":"web"}}}`,
			`{"Effect":"Allow","Action":"autoscaling:*","Resource":"*","Condition":{"StringEquals":{"autoscaling:ResourceTag/app":"web"}}}`, ""},
		{"every service", `{"Effect":"Allow","Action":"*","Resource":"*"}`, "", `action "*" is of every service`},
		{"all but some actions", `{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`, "", "NotAction"},
		{"all but some resources", `{"Effect":"Allow","Action":"autoscaling:*","NotResource":"arn:aws:s3:::b"}`, "", "NotResource"},
		{"a list of resources", `{"Effect":"Allow","Action":"autoscaling:*","Resource":["arn:aws:autoscaling:*:*:autoScalingGroup:*","arn:aws:s3:::b"]}`, "", "a list of resources of its own"},
		{"reads and changes in one pattern", `{"Effect":"Allow","Action":"autoscaling:De*","Resource":"*"}`, "", `action "autoscaling:De*" may mean`},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := `{"Version":"2012-10-17","Statement":[` + c.statements + `]}`
			got, err := web().narrow(before)
			switch {
			case c.refused != "":
				if err == nil || !strings.Contains(err.Error(), c.refused) {
					t.Errorf("got %s, %v", got, err)
				}
			case err != nil:
				t.Error(err)
			case got != `{"Version":"2012-10-17","Statement":[`+c.want+`]}`:
				t.Errorf("got  %s\nwant %s", got, c.want)
			default:
				if err := web().prove(before, got); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// Where no group is known, the tag that it shares with the role tells it: not where either has none, nor where both are empty.
func TestNarrowByTag(t *testing.T) {
	s := web()
	s.Groups, s.Tag = nil, sharedTag{"app", "web"}
	const tied = `"Condition":{"Null":{"aws:PrincipalTag/app":"false","aws:ResourceTag/app":"false"},"StringEquals":{"aws:ResourceTag/app":"${aws:PrincipalTag/app}"},"StringNotEquals":{"aws:PrincipalTag/app":""}}`
	const before = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["autoscaling:*","s3:Get*"],"Resource":"*"}]}`
	const want = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*"],"Resource":"*"},{"Effect":"Allow","Action":["autoscaling:Describe*","autoscaling:Get*"],"Resource":"*"},` +
		`{"Effect":"Allow","Action":["autoscaling:*"],"Resource":"*",` + tied + `}]}`
	got, err := s.narrow(before)
	if err == nil {
		err = s.prove(before, got)
	}
	if err != nil || got != want {
		t.Errorf("%v\ngot  %s\nwant %s", err, got, want)
	}
	policy, err := iam.Parse([]byte(got))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		principal, resource map[string]string
		want                iam.Effect
	}{
		{map[string]string{"aws:PrincipalTag/app": "web"}, map[string]string{"aws:ResourceTag/app": "web"}, iam.Allowed},
		{map[string]string{"aws:PrincipalTag/app": "web"}, map[string]string{"aws:ResourceTag/app": "api"}, iam.ImplicitDeny},
		{map[string]string{"aws:PrincipalTag/app": ""}, map[string]string{"aws:ResourceTag/app": ""}, iam.ImplicitDeny},
		{nil, nil, iam.ImplicitDeny},
	} {
		maps.Copy(c.resource, c.principal)
		if got := iam.Evaluate(iam.Request{Action: "autoscaling:EnterStandby", Resource: "*", Context: iam.ContextOf(c.resource)}, iam.Policies{Identity: []iam.Policy{policy}}); got.Effect != c.want {
			t.Errorf("%v: %v", c.resource, got.Effect)
		}
	}
	for name, document := range map[string]string{
		"an old version, which knows no variables": strings.Replace(before, "2012-10-17", "2008-10-17", 1),
		"a condition of its own on the tag":        strings.Replace(before, `"Resource":"*"`, `"Resource":"*","Condition":{"Null":{"aws:PrincipalTag/app":"false"}}`, 1),
	} {
		got, err := s.narrow(document)
		if err == nil {
			err = s.prove(document, got)
		}
		if err == nil {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// What the proof is for: a replacement that is wrong is refused, and the call named.
func TestAWrongReplacementIsNotProved(t *testing.T) {
	const before = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["autoscaling:*","elasticloadbalancing:*","s3:Get*"],"Resource":"*"}]}`
	right, err := web().narrow(before)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"the group is another", "autoScalingGroupName/web", "autoScalingGroupName/api", "autoscaling:EnterStandby on arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:" + otherUUID + ":autoScalingGroupName/web would be cut off"},
		{"groups by prefix", "autoScalingGroupName/web", "autoScalingGroupName/web*", "autoScalingGroupName/web-2 would still be allowed"},
		{"every target group", target, strings.Replace(target, "targetgroup/web/0123456789abcdef", "targetgroup/*", 1), "elasticloadbalancing:AddListenerCertificates on what is not its own would still be allowed"},
		{"the target group is left out", `,"` + target + `"`, "", "elasticloadbalancing:RegisterTargets on " + target + " would be cut off"},
		{"reads are lost", `"autoscaling:Describe*",`, "", "autoscaling:DescribeAutoScalingInstances on * would be cut off"},
		{"another service loses", `"s3:Get*"`, `"s3:GetObject"`, "s3:getx on * would be decided otherwise"},
		{"another service wins", `"s3:Get*"`, `"s3:*"`, "s3:x on * would be decided otherwise"},
	} {
		wrong := strings.Replace(right, c.old, c.new, 1)
		if wrong == right {
			t.Fatalf("%s: nothing was changed in %s", c.name, right)
		}
		if err := web().prove(before, wrong); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Whatever a policy says: a replacement allows nothing that the policy did not, and of other services exactly what it did.
func TestAReplacementNeverAllowsMore(t *testing.T) {
	actions := []string{"autoscaling:*", "autoscaling:EnterStandby", "AutoScaling:Describe*", "elasticloadbalancing:*", "elasticloadbalancing:Register*", "s3:*", "ec2:Describe*", "*"}
	resources := []string{"*", "*", "arn:aws:autoscaling:*:*:autoScalingGroup:*:autoScalingGroupName/web", "arn:aws:s3:::b/*"}
	rapid.Check(t, func(t *rapid.T) {
		var d iam.Document
		for range rapid.IntRange(1, 3).Draw(t, "statements") {
			st := iam.Statement{Effect: rapid.SampledFrom([]string{"Allow", "Allow", "Deny"}).Draw(t, "effect")}
			st.Action = rapid.SliceOfN(rapid.SampledFrom(actions), 1, 3).Draw(t, "actions")
			st.Resource = rapid.SliceOfN(rapid.SampledFrom(resources), 1, 2).Draw(t, "resources")
			if rapid.Bool().Draw(t, "conditioned") {
				st.Condition = map[string]map[string][]string{"StringEquals": {"aws:RequestedRegion": {"eu-west-1"}}}
			}
			d.Statement = append(d.Statement, st)
		}
		before, err := d.JSON()
		if err != nil {
			t.Fatal(err)
		}
		s := web()
		after, err := s.narrow(string(before))
		if err != nil {
			return // a person's work
		}
		session := s.session()
		old, now := must(t, string(before)), must(t, after)
		probes := append(s.others("autoscaling"), append(s.others("elasticloadbalancing"), asked{"eu-west-1", "arn:aws:s3:::b/k", ""}, asked{"eu-west-1", target, ""})...)
		for _, a := range append(append(ChangesGroups(), ChangesBalancers()...), append(deployReads(), "s3:GetObject", "ec2:DescribeInstances", "iam:PassRole")...) {
			for _, r := range probes {
				was, is := session.may(old, a, r), session.may(now, a, r)
				scaling := strings.HasPrefix(a, "autoscaling:") || strings.HasPrefix(a, "elasticloadbalancing:")
				if is && !was || !scaling && is != was {
					t.Fatalf("%s on %s: %v, then %v by %s", a, r.resource, was, is, after)
				}
			}
		}
	})
}

func must(t *rapid.T, document string) iam.Policies {
	if !json.Valid([]byte(document)) {
		t.Fatalf("no JSON: %s", document)
	}
	p, err := iam.Parse([]byte(document))
	if err != nil {
		return iam.Policies{} // nothing is left of it
	}
	return iam.Policies{Identity: []iam.Policy{p}}
}

package engine_test

import (
	"errors"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/identity"
)

const (
	deployRole = "identity.deploy-role"
	everyGroup = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["elasticloadbalancing:*","autoscaling:*"],"Resource":["*"]}]}`
)

// fleets is a shop with two groups, of which the machines of one have the role web. The account may assume it, so that its rights
// can be tried.
const fleets = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    name: shop
    users:
      - name: mallory
        keys: [{id: AKIAMALLORY000000001, secret: first}]
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
      - name: riposte
        keys: [{id: AKIARIPOSTE000000001, secret: own}]
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
    roles:
      - name: web
        path: /app/
        id: AROAWEB0000000000001
        trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com, AWS: "arn:aws:iam::111122223333:root"}, Action: "sts:AssumeRole"}]}
    regions:
      eu-west-1:
        images: [{id: ami-0bbbbbbbbbbbbbbbb, name: golden, created: 2029-11-01T00:00:00Z}]
        templates:
          - {name: web, id: lt-0cccccccccccccccc, versions: [{image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, profile: web}]}
          - {name: api, id: lt-0dddddddddddddddd, versions: [{image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro}]}
        groups:
          - {name: web, template: web, min: 0, max: 4, desired: 1, load_balancers: [front], instances: [i-0web]}
          - {name: api, template: api, min: 0, max: 4, desired: 1, instances: [i-0api]}
        instances: [{id: i-0web, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, profile: web}, {id: i-0api, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro}]
`

func narrowing(t *testing.T) *stage {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	s := setOn(t, fleets, store, world.Options{})
	book, err := identity.DeployRole().Bind(func(p any) error {
		params := p.(*identity.DeployRoleParams)
		params.Regions, params.WithoutAsking = []string{"eu-west-1"}, []string{"AROAWEB0000000000001"}
		return nil
	})
	s.must(err)
	s.e = engine.New(engine.Options{
		Store: s.store, Playbooks: []playbook.Playbook{book}, Policy: s.policy, AWS: s, Reporter: s, Codec: action.NewCodec(action.Kinds()...),
		Timing: engine.DefaultTiming(), Now: s.w.Now, Name: "test", Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	return s
}

// write is the owner's call, or an attacker's.
func write(s *stage) {
	s.Helper()
	_, err := clients{w: s.w, by: mallory}.iam(ireland).PutRolePolicy(s.Context(), &iam.PutRolePolicyInput{
		RoleName: aws.String("web"), PolicyName: aws.String("deploy"), PolicyDocument: aws.String(everyGroup),
	})
	s.must(err)
}

func deployPolicy(s *stage) string {
	s.Helper()
	out, err := clients{w: s.w, by: own}.iam(ireland).GetRolePolicy(s.Context(), &iam.GetRolePolicyInput{RoleName: aws.String("web"), PolicyName: aws.String("deploy")})
	s.must(err)
	document, err := url.PathUnescape(aws.ToString(out.PolicyDocument))
	s.must(err)
	return document
}

// standby takes a machine out of its group, as one that has the role; "" where AWS lets it.
func standby(s *stage, group, instance string) (code string) {
	s.Helper()
	out, err := sts.NewFromConfig(s.w.Config(ireland, mallory)).AssumeRole(s.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::111122223333:role/app/web"), RoleSessionName: aws.String("i-0web"),
	})
	s.must(err)
	as := aws.Credentials{AccessKeyID: *out.Credentials.AccessKeyId, SecretAccessKey: *out.Credentials.SecretAccessKey, SessionToken: *out.Credentials.SessionToken}
	_, err = clients{w: s.w, by: as}.asg(ireland).EnterStandby(s.Context(), &autoscaling.EnterStandbyInput{
		AutoScalingGroupName: aws.String(group), InstanceIds: []string{instance}, ShouldDecrementDesiredCapacity: aws.Bool(true),
	})
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	s.must(err)
	return ""
}

// Seed 003: what one machine could do to every group ends, its own deployment goes on; written so again, a person is asked; undone, it
// is as it was.
func TestAPolicyOfEveryGroupIsNarrowedOnce(t *testing.T) {
	s := narrowing(t)
	write(s)
	s.pass(20 * time.Minute)
	c := s.only(deployRole)
	if c.State != ledger.Verified || steps(c) != "done" {
		t.Fatalf("%s: %s\n%s", c.State, steps(c), s.history(c))
	}
	if code := standby(s, "api", "i-0api"); code != "AccessDenied" {
		t.Errorf("another's group: %q", code)
	}
	if code := standby(s, "web", "i-0web"); code != "" {
		t.Errorf("the own group: %s", code)
	}

	write(s)
	s.pass(20 * time.Minute)
	cases, err := s.store.Cases(s.Context(), ledger.Filter{Playbook: deployRole, State: ledger.Asked})
	s.must(err)
	if len(cases) != 1 || deployPolicy(s) != everyGroup {
		t.Errorf("written again: %s, %d cases that ask", deployPolicy(s), len(cases))
	}
	s.whole()
}

func TestANarrowedPolicyIsGivenBack(t *testing.T) {
	s := narrowing(t)
	write(s)
	s.pass(20 * time.Minute)
	if !strings.Contains(deployPolicy(s), "autoScalingGroupName/web") {
		t.Fatalf("got %s", deployPolicy(s))
	}
	s.order(s.only(deployRole), ledger.Order{Verb: ledger.Undo, Reason: "it is a build server"})
	s.pass(time.Hour)
	if c := s.only(deployRole); c.State != ledger.Undone || deployPolicy(s) != everyGroup {
		t.Errorf("%s: %s\n%s", c.State, deployPolicy(s), s.history(c))
	}
	s.whole()
}

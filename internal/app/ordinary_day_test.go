package app_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbooks"
)

// office is an account in which every playbook acts, with nothing excepted but what the organisation is.
const office = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "137112412989"
    name: Amazon
    alias: amazon
    regions: {eu-west-1: {images: [{id: ami-0aaaaaaaaaaaaaaaa, name: al2023, public: true, created: 2029-12-01T00:00:00Z}]}}
  - id: "111122223333"
    name: shop
    roles:
      - name: admin
        path: /people/
        trust: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}]}'
        inline: {all: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'}
      - name: app
        trust: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
        inline: {work: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["autoscaling:*","ec2:*"],"Resource":"*"}]}'}
    users:
      - name: deployer
        keys: [{id: AKIADEPLOYER00000001, secret: own}]
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
      - name: dana
        keys: [{id: AKIADANA000000000001, secret: own}]
        inline: {assume: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "sts:AssumeRole", Resource: "*"}]}}
      - name: intern
        keys: [{id: AKIAINTERN0000000001, secret: own}]
        inline: {look: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "ec2:Describe*", Resource: "*"}]}}
      - name: riposte
        keys: [{id: AKIARIPOSTE000000001, secret: own}]
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
    regions:
      eu-west-1:
        images:
          - {id: ami-0900d1ea9e0900d1e, name: golden-1, created: 2029-12-10T00:00:00Z}
          - {id: ami-0900d1ea9e0900d2e, name: golden-2, created: 2030-01-02T00:00:00Z}
        security_groups:
          - {name: riposte-isolation, id: sg-0900d1ea9e0900d23, tags: {"riposte:isolation": "true"}}
          - {name: web, id: sg-0900d1ea9e0900d24}
        templates: [{name: app, id: lt-0a11ce00000000004, versions: [{image: ami-0900d1ea9e0900d1e, type: t3.small, profile: app}]}]
        groups: [{name: checkout, template: app, version: $Default, min: 1, max: 3, desired: 1, instances: [i-0cccccccccccccc00]}]
        instances: [{id: i-0bbbbbbbbbbbbbb00, for: 240h, image: ami-0900d1ea9e0900d1e, profile: app}]
        rows:
          ec2.address:
            - {AllocationId: eipalloc-0a11ce0000000001, PublicIp: 203.0.113.80, InstanceId: i-0cccccccccccccc00}
            - {AllocationId: eipalloc-0a11ce0000000002, PublicIp: 203.0.113.81, InstanceId: i-0bbbbbbbbbbbbbb00}
`

const officeConfig = `
organization:
  accounts: [{id: "111122223333", name: shop, environment: production}]
  regions: [eu-west-1, us-east-1]
  offices: [198.51.100.0/24]
people: {issuers: ["arn:aws:iam::*:role/people/*"]}
playbooks: {defaults: {mode: act}}
limits: {incidents_per_hour: 1000, destroy_per_hour: 1000}
`

// day is an ordinary one, as those who work in the account make it.
type day struct {
	*testing.T
	world *world.World
	app   *app.App
	store ledger.Store

	patience time.Duration // for letters, as a function has it; 0: as long as it takes
}

func begin(t *testing.T) *day {
	t.Helper()
	return opened(t, officeConfig, nil)
}

// opened is the office with another configuration, and people who are written to.
func opened(t *testing.T, says string, channels app.Channels) *day {
	t.Helper()
	w, err := world.New([]byte(office), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	c, err := config.Parse("office.yaml", []byte(says), playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	d := &day{T: t, world: w, store: store}
	d.app = app.New(app.Parts{
		Kinds: action.Kinds(), Config: c, Store: store, Now: w.Now, Name: "office", Log: slog.New(slog.DiscardHandler), Channels: channels,
		AWS: func(p event.Place) aws.Config {
			return w.Config(p, aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "own"})
		},
	})
	for _, past := range w.Past() {
		_, err := d.app.Handle(t.Context(), past.Body)
		d.must(err)
	}
	return d
}

func (d *day) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// pass lets time go by, in steps that nothing is lost between.
func (d *day) pass(of time.Duration) {
	d.Helper()
	for end := d.world.Now().Add(of); d.world.Now().Before(end); {
		d.must(d.world.AdvanceTo(d.world.Now().Add(min(of, 20*time.Second))))
		for _, m := range d.world.Deliveries() {
			_, err := d.app.Handle(d.Context(), m.Body)
			d.must(err)
			d.must(d.world.Ack(m.ID))
		}
		_, err := d.app.Engine.RunDue(d.Context())
		d.must(err)
		d.must(d.letters())
	}
}

// letters are sent as long as the time lasts that there is for it.
func (d *day) letters() error {
	ctx, cancel := d.Context(), func() {}
	if d.patience > 0 {
		ctx, cancel = context.WithTimeout(ctx, d.patience)
	}
	defer cancel()
	_, err := d.app.SendLetters(ctx)
	return err
}

// colleague is one of those who work there, calling from somewhere.
type colleague struct {
	ec2     *ec2.Client
	scaling *autoscaling.Client
	iam     *iam.Client
	sts     *sts.Client
}

func (d *day) with(c aws.Credentials, address, agent string) colleague {
	from := world.Origin{SourceIP: address, UserAgent: agent}
	cfg := d.world.ConfigFrom(event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}, c, from)
	global := d.world.ConfigFrom(event.Place{Partition: "aws", Account: "111122223333", Region: "us-east-1"}, c, from)
	return colleague{ec2.NewFromConfig(cfg), autoscaling.NewFromConfig(cfg), iam.NewFromConfig(global), sts.NewFromConfig(cfg)}
}

// pipeline is a build server's user, which is not listed as trusted.
func (d *day) pipeline() colleague {
	return d.with(aws.Credentials{AccessKeyID: "AKIADEPLOYER00000001", SecretAccessKey: "own"}, "192.0.2.20", "APN/1.0 HashiCorp/1.0 Terraform/1.11.4")
}

func (d *day) intern() colleague {
	return d.with(aws.Credentials{AccessKeyID: "AKIAINTERN0000000001", SecretAccessKey: "own"}, "198.51.100.9", "aws-cli/2.22.0")
}

// dana is a person at the office, signed in to the role of people.
func (d *day) dana(ctx context.Context) colleague {
	own := d.with(aws.Credentials{AccessKeyID: "AKIADANA000000000001", SecretAccessKey: "own"}, "198.51.100.7", "aws-cli/2.22.0")
	out, err := own.sts.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::111122223333:role/people/admin"), RoleSessionName: aws.String("dana")})
	d.must(err)
	c := out.Credentials
	return d.with(aws.Credentials{AccessKeyID: *c.AccessKeyId, SecretAccessKey: *c.SecretAccessKey, SessionToken: *c.SessionToken}, "198.51.100.7", "console.amazonaws.com")
}

// on is what runs on an instance.
func (d *day) on(instance, address string) colleague {
	c, err := d.world.OnInstance(event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}, instance)
	d.must(err)
	return d.with(c, address, "aws-sdk-go-v2/1.41.0")
}

// refused wants AWS to say no: what was tried and not done is no reason for anything.
func refused(err error) error {
	var api smithy.APIError
	if errors.As(err, &api) {
		return nil
	}
	return errors.Join(errors.New("it was not refused"), err)
}

// TestAnOrdinaryDayContainsNothing: every playbook acts, no caller is trusted, and none of what people, a pipeline and instances do on an
// ordinary day is answered by a change.
func TestAnOrdinaryDayContainsNothing(t *testing.T) {
	d, ctx := begin(t), t.Context()
	var mine string // an instance that the pipeline makes
	for _, work := range []struct {
		what string
		do   func() error
	}{
		{"the pipeline rolls out a new image", func() error {
			_, err := d.pipeline().ec2.CreateLaunchTemplateVersion(ctx, &ec2.CreateLaunchTemplateVersionInput{LaunchTemplateName: aws.String("app"),
				SourceVersion: aws.String("1"), LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: aws.String("ami-0900d1ea9e0900d2e")}})
			return err
		}},
		{"and makes it the default", func() error {
			_, err := d.pipeline().ec2.ModifyLaunchTemplate(ctx, &ec2.ModifyLaunchTemplateInput{LaunchTemplateName: aws.String("app"), DefaultVersion: aws.String("2")})
			return err
		}},
		{"and refreshes the group", func() error {
			_, err := d.pipeline().scaling.StartInstanceRefresh(ctx, &autoscaling.StartInstanceRefreshInput{AutoScalingGroupName: aws.String("checkout")})
			return err
		}},
		{"terraform makes a protected instance", func() error {
			out, err := d.pipeline().ec2.RunInstances(ctx, &ec2.RunInstancesInput{ImageId: aws.String("ami-0900d1ea9e0900d2e"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1), DisableApiTermination: aws.Bool(true)})
			if err == nil {
				mine = *out.Instances[0].InstanceId
			}
			return err
		}},
		{"and destroys it: first the protection", func() error {
			_, err := d.pipeline().ec2.ModifyInstanceAttribute(ctx, &ec2.ModifyInstanceAttributeInput{InstanceId: &mine, DisableApiTermination: &types.AttributeBooleanValue{Value: aws.Bool(false)}})
			return err
		}},
		{"then itself", func() error {
			_, err := d.pipeline().ec2.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{mine}})
			return err
		}},
		{"a new group", func() error {
			_, err := d.pipeline().scaling.CreateAutoScalingGroup(ctx, &autoscaling.CreateAutoScalingGroupInput{AutoScalingGroupName: aws.String("batch"), MinSize: aws.Int32(1),
				MaxSize: aws.Int32(2), LaunchTemplate: &astypes.LaunchTemplateSpecification{LaunchTemplateName: aws.String("app")}})
			return err
		}},
		{"is scaled by a person", func() error {
			_, err := d.dana(ctx).scaling.SetDesiredCapacity(ctx, &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: aws.String("batch"), DesiredCapacity: aws.Int32(2)})
			return err
		}},
		{"and deleted by the pipeline", func() error {
			_, err := d.pipeline().scaling.DeleteAutoScalingGroup(ctx, &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String("batch"), ForceDelete: aws.Bool(true)})
			return err
		}},
		{"the web port is opened to the world", func() error { return opens(ctx, d.pipeline(), 443, "0.0.0.0/0") }},
		{"a person opens ssh to the office", func() error { return opens(ctx, d.dana(ctx), 22, "198.51.100.7/32") }},
		{"a service user is made by the pipeline", func() error {
			_, err := d.pipeline().iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("mailer")})
			return err
		}},
		{"and gets a key", func() error {
			_, err := d.pipeline().iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("mailer")})
			return err
		}},
		{"an instance looks around, from its own address", func() error {
			_, err := d.on("i-0bbbbbbbbbbbbbb00", "203.0.113.81").ec2.DescribeInstances(ctx, &ec2.DescribeInstancesInput{})
			return err
		}},
		{"and proves to a vault elsewhere who it is", func() error {
			_, err := d.on("i-0bbbbbbbbbbbbbb00", "192.0.2.99").sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
			return err
		}},
		{"a person stops an instance", func() error {
			_, err := d.dana(ctx).ec2.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{"i-0bbbbbbbbbbbbbb00"}})
			return err
		}},
		{"starts it again", func() error {
			_, err := d.dana(ctx).ec2.StartInstances(ctx, &ec2.StartInstancesInput{InstanceIds: []string{"i-0bbbbbbbbbbbbbb00"}})
			return err
		}},
		{"and ends it", func() error {
			_, err := d.dana(ctx).ec2.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{"i-0bbbbbbbbbbbbbb00"}})
			return err
		}},
		{"an intern tries to launch a public image, and may not", func() error {
			_, err := d.intern().ec2.RunInstances(ctx, &ec2.RunInstancesInput{ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1)})
			return refused(err)
		}},
		{"a person tries the same dry", func() error {
			_, err := d.dana(ctx).ec2.RunInstances(ctx, &ec2.RunInstancesInput{ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1), DryRun: aws.Bool(true)})
			return refused(err)
		}},
		{"a role gets a right that names its own group", func() error {
			_, err := d.pipeline().iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String("app"), PolicyName: aws.String("deploy"), PolicyDocument: aws.String(
				`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"autoscaling:EnterStandby","Resource":"arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:*:autoScalingGroupName/checkout"}]}`)})
			return err
		}},
	} {
		if err := work.do(); err != nil {
			t.Fatalf("%s: %v", work.what, err)
		}
		d.pass(2 * time.Minute)
	}
	d.pass(3 * time.Hour)
	if diff := cmp.Diff([]string{"launch.termination-unprotected"}, d.asking()); diff != "" {
		t.Errorf("people are asked:\n%s", diff)
	}
}

// asking are the playbooks of which a case waits for a person. A case that changed anything, but for the tags that name a creator, is an error.
func (d *day) asking() (asking []string) {
	cases, err := d.store.Cases(d.Context(), ledger.Filter{})
	d.must(err)
	if len(cases) < 10 {
		d.Errorf("%d cases: the day was not seen", len(cases))
	}
	for _, c := range cases {
		if c.State == ledger.Asked {
			asking = append(asking, c.Playbook)
		}
		if c.Playbook == "ownership.creator" {
			continue
		}
		for _, r := range c.Revisions {
			for i, s := range r.Steps {
				if s.State != ledger.Pending && s.State != ledger.Dropped && s.State != ledger.Skipped {
					d.Errorf("%s, %s: step %d is %q: %s", c.Playbook, c.Title, i+1, s.State, s.Reason)
				}
			}
		}
	}
	return asking
}

// opens lets addresses in on a port of group web.
func opens(ctx context.Context, c colleague, port int32, from string) error {
	_, err := c.ec2.AuthorizeSecurityGroupIngress(ctx, &ec2.AuthorizeSecurityGroupIngressInput{GroupId: aws.String("sg-0900d1ea9e0900d24"), IpPermissions: []types.IpPermission{
		{IpProtocol: aws.String("tcp"), FromPort: &port, ToPort: &port, IpRanges: []types.IpRange{{CidrIp: &from}}}}})
	return err
}

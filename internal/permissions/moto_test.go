package permissions_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/internal/permissions"
	"github.com/ripostehq/riposte/playbook"
)

// moto takes the generated policies, and with its authorization on they let riposte's calls through and no others. It checks
// the names of actions, and resources here and there; conditions are the world's to check. A user's boundary it lacks.
func TestMotoLetsRiposteDoItsWork(t *testing.T) {
	s := mototest.Start(t)
	place := event.Place{Partition: "aws", Account: mototest.Account, Region: "eu-west-1"}
	m := deployer{t, awsiam.NewFromConfig(s.Config(place))}
	names, key := m.deploy([]playbook.Definition{{ID: "test.all", Changes: action.Kinds()}})
	instance, spare, victim := m.shop(s.Config(place))
	demand(t, s)

	c := cloud.New(cloud.Options{
		Base: func(p event.Place) aws.Config {
			cfg := s.Config(p)
			cfg.Credentials = credentials.NewStaticCredentialsProvider(key[0], key[1], "")
			return cfg
		},
		Roles: names, ExternalID: "xyzzy", Guard: guard(), Now: time.Now,
	})
	mallory, builder := place.In(event.User, "staff/mallory"), place.In(event.Role, "ci/builder")
	for _, a := range []action.Action{
		action.Suspend{Group: place.In(event.Group, "web"), Processes: []string{"Launch"}},
		action.Protect{Instance: place.In(event.Instance, instance), Attribute: action.AgainstTermination},
		action.DeactivateKey{User: mallory, Key: victim},
		action.AttachUserDeny{User: mallory},
		action.AttachRoleDeny{Role: builder},
		action.Stop{Instance: place.In(event.Instance, instance)},
		action.DenyUser{User: mallory, Case: "c_1", Scope: action.Everything},
		action.DenySession{Role: builder, UserID: "AROAEXAMPLE:job-1", Case: "c_1", Scope: action.Destructive},
		action.Terminate{Instance: place.In(event.Instance, spare)},
	} {
		perform(t, c, a, func() {})
	}
	refused(t, c, place, instance)
}

// guard lets out what the tiers have no right to, so that it is moto that refuses.
func guard() cloud.Guard {
	g := cloud.GuardFor(nil, action.Kinds())
	g[cloud.Audit] = append(g[cloud.Audit], "ec2:TerminateInstances")
	g[cloud.Report] = append(g[cloud.Report], "iam:ListUsers")
	g[cloud.Destroy] = append(g[cloud.Destroy], "iam:PutUserPolicy")
	return g
}

// refused are calls for which a tier has no right.
func refused(t *testing.T, c *cloud.Cloud, place event.Place, instance string) {
	t.Helper()
	for tier, do := range map[cloud.Purpose]func(aws.Config) error{
		cloud.Audit: func(cfg aws.Config) error {
			_, err := ec2.NewFromConfig(cfg).TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{instance}})
			return err
		},
		cloud.Report: func(cfg aws.Config) error {
			_, err := awsiam.NewFromConfig(cfg).ListUsers(t.Context(), &awsiam.ListUsersInput{})
			return err
		},
		cloud.Destroy: func(cfg aws.Config) error {
			_, err := awsiam.NewFromConfig(cfg).PutUserPolicy(t.Context(), &awsiam.PutUserPolicyInput{
				UserName: aws.String("mallory"), PolicyName: aws.String("all"), PolicyDocument: aws.String(anything),
			})
			return err
		},
	} {
		if err := do(c.Visit(place, tier)); err == nil || !strings.Contains(err.Error(), "StatusCode: 403") {
			t.Errorf("%s may do what it should not: %v", tier, err)
		}
	}
}

type deployer struct {
	t   *testing.T
	iam *awsiam.Client
}

func (d deployer) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// deploy makes riposte's user, and the tiers' roles and policies as they are generated.
func (d deployer) deploy(of []playbook.Definition) (names map[cloud.Purpose]string, key [2]string) {
	ctx := d.t.Context()
	roles := permissions.Roles{Principal: "arn:aws:iam::" + mototest.Account + ":user/riposte"}
	all, err := roles.For(of, action.Kinds())
	d.must(err)
	trust, err := permissions.Trust(permissions.Trustee{Principal: roles.Principal, ExternalID: "xyzzy"})
	d.must(err)
	entry, err := trust.JSON()
	d.must(err)
	names = map[cloud.Purpose]string{}
	for _, tier := range all {
		b, err := tier.Document.JSON()
		d.must(err)
		_, err = d.iam.CreateRole(ctx, &awsiam.CreateRoleInput{RoleName: &tier.Role, AssumeRolePolicyDocument: aws.String(string(entry))})
		d.must(err)
		_, err = d.iam.PutRolePolicy(ctx, &awsiam.PutRolePolicyInput{RoleName: &tier.Role, PolicyName: aws.String("rights"), PolicyDocument: aws.String(string(b))})
		d.must(err)
		names[cloud.Purpose(tier.Tier)] = tier.Role
	}
	ready, err := permissions.Predeployed()
	d.must(err)
	for _, p := range ready {
		_, err := d.iam.CreatePolicy(ctx, &awsiam.CreatePolicyInput{PolicyName: &p.Name, PolicyDocument: aws.String(string(p.Document))})
		d.must(err)
	}
	own, err := roles.Own(permissions.AnyHub(), all)
	d.must(err)
	b, err := own.Document.JSON()
	d.must(err)
	_, err = d.iam.CreateUser(ctx, &awsiam.CreateUserInput{UserName: aws.String("riposte")})
	d.must(err)
	_, err = d.iam.PutUserPolicy(ctx, &awsiam.PutUserPolicyInput{UserName: aws.String("riposte"), PolicyName: aws.String("own"), PolicyDocument: aws.String(string(b))})
	d.must(err)
	out, err := d.iam.CreateAccessKey(ctx, &awsiam.CreateAccessKeyInput{UserName: aws.String("riposte")})
	d.must(err)
	return names, [2]string{*out.AccessKey.AccessKeyId, *out.AccessKey.SecretAccessKey}
}

// shop is what is attacked: a user with a key, a role, a group, two instances.
func (d deployer) shop(cfg aws.Config) (instance, spare, key string) {
	ctx := d.t.Context()
	_, err := d.iam.CreateUser(ctx, &awsiam.CreateUserInput{UserName: aws.String("mallory"), Path: aws.String("/staff/")})
	d.must(err)
	out, err := d.iam.CreateAccessKey(ctx, &awsiam.CreateAccessKeyInput{UserName: aws.String("mallory")})
	d.must(err)
	_, err = d.iam.CreateRole(ctx, &awsiam.CreateRoleInput{RoleName: aws.String("builder"), Path: aws.String("/ci/"), AssumeRolePolicyDocument: aws.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)})
	d.must(err)
	machines, scaling := ec2.NewFromConfig(cfg), autoscaling.NewFromConfig(cfg)
	subnets, err := machines.DescribeSubnets(ctx, nil)
	d.must(err)
	image, err := machines.RegisterImage(ctx, &ec2.RegisterImageInput{Name: aws.String("golden"), RootDeviceName: aws.String("/dev/xvda")})
	d.must(err)
	run, err := machines.RunInstances(ctx, &ec2.RunInstancesInput{ImageId: image.ImageId, MinCount: aws.Int32(2), MaxCount: aws.Int32(2)})
	d.must(err)
	_, err = scaling.CreateAutoScalingGroup(ctx, &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("web"), InstanceId: run.Instances[0].InstanceId, MinSize: aws.Int32(0), MaxSize: aws.Int32(1), DesiredCapacity: aws.Int32(0),
		VPCZoneIdentifier: subnets.Subnets[0].SubnetId, Tags: []astypes.Tag{},
	})
	d.must(err)
	return *run.Instances[0].InstanceId, *run.Instances[1].InstanceId, *out.AccessKey.AccessKeyId
}

// demand switches moto's authorization on: http://docs.getmoto.org/en/latest/docs/iam.html
func demand(t *testing.T, s *mototest.Server) {
	t.Helper()
	resp, err := http.Post(s.URL+"/moto-api/reset-auth", "text/plain", strings.NewReader("0"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("moto's authorization can't be switched on: %s", resp.Status)
	}
}

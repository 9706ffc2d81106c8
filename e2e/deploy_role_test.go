package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	evaluator "github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/internal/mototest"
)

// Seed 003's other half: a person lets the instances of one group change every group. The policy that was written so is narrowed to
// the own group, and with it the same instance can no longer put another team's group on standby.
func TestADeployRoleIsNarrowedToItsOwnGroup(t *testing.T) {
	t.Parallel()
	s := mototest.Start(t)
	h, q := openShop(t, ireland, s.Config(ireland)), openQueue(t, s)
	roleID := h.roleBehindAProfile(iam.NewFromConfig(s.Config(ireland)))
	h.group("checkout", h.profiled("app"))
	h.searched()
	config := strings.Replace(acting(q, "sqlite:riposte.db"), "launch.unapproved-image: {mode: act}",
		"identity.deploy-role: {mode: act, params: {wait: 1s, regions: [eu-west-1], without_asking: ["+roleID+"]}}", 1)
	r := serve(t, config, before(t, s, nil).env(s))

	wide := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["autoscaling:*","s3:GetObject"],"Resource":"*"}]}`
	_, err := iam.NewFromConfig(s.Config(ireland)).PutRolePolicy(h.ctx, &iam.PutRolePolicyInput{
		RoleName: aws.String("app"), PolicyName: aws.String("deploy"), PolicyDocument: &wide})
	must(t, err)
	q.send(t, delivered(t, iamRecord("PutRolePolicy", object{"roleName": "app", "policyName": "deploy", "policyDocument": wide})), 1)

	own, other := groupARN("checkout"), groupARN("search")
	admin := clientOf(t, s)
	eventually(t, 2*time.Minute, "the policy is narrowed", func() error {
		var now struct{ PolicyDocument json.RawMessage }
		if err := admin.call(t, &now, "iam", "get-role-policy", "--role-name", "app", "--policy-name", "deploy"); err != nil {
			return err
		}
		p, err := evaluator.Parse(now.PolicyDocument)
		must(t, err)
		for _, c := range []struct {
			call, on string
			want     bool
		}{
			{"autoscaling:EnterStandby", own, true}, {"autoscaling:ExitStandby", own, true}, {"s3:GetObject", "arn:aws:s3:::releases/app.zip", true},
			{"autoscaling:EnterStandby", other, false}, {"autoscaling:UpdateAutoScalingGroup", other, false}, {"autoscaling:DeleteAutoScalingGroup", other, false},
		} {
			d := evaluator.Evaluate(evaluator.Request{Action: c.call, Resource: c.on}, evaluator.Policies{Identity: []evaluator.Policy{p}})
			if got := d.Effect == evaluator.Allowed; got != c.want {
				return fmt.Errorf("%s on %s: allowed %v", c.call, c.on, got)
			}
		}
		return nil
	})
	every(t, 5*time.Second, patience, "the case is verified", func() error {
		cases, err := r.cases()
		if err != nil {
			return err
		}
		for _, c := range cases {
			if c.Playbook == "identity.deploy-role" && c.State == "verified" {
				return nil
			}
		}
		return fmt.Errorf("cases: %+v", cases)
	})
}

// groupARN is of a group by its name, whatever its unique part.
func groupARN(name string) string {
	return fmt.Sprintf("arn:aws:autoscaling:%s:%s:autoScalingGroup:0b1c2d3e-0000-4000-8000-000000000001:autoScalingGroupName/%s", ireland.Region, mototest.Account, name)
}

// roleBehindAProfile makes role app and the instance profile of its name, and says the role's unique id.
func (h *shop) roleBehindAProfile(as *iam.Client) (id string) {
	app := aws.String("app")
	role, err := as.CreateRole(h.ctx, &iam.CreateRoleInput{RoleName: app,
		AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)})
	must(h.t, err)
	_, err = as.CreateInstanceProfile(h.ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: app})
	must(h.t, err)
	_, err = as.AddRoleToInstanceProfile(h.ctx, &iam.AddRoleToInstanceProfileInput{InstanceProfileName: app, RoleName: app})
	must(h.t, err)
	return *role.Role.RoleId
}

// profiled is a template whose instances have an instance profile.
func (h *shop) profiled(profile string) string {
	out, err := h.ec2.CreateLaunchTemplate(h.ctx, &ec2.CreateLaunchTemplateInput{LaunchTemplateName: &profile, LaunchTemplateData: &types.RequestLaunchTemplateData{
		ImageId: &h.golden, InstanceType: types.InstanceTypeT3Micro, IamInstanceProfile: &types.LaunchTemplateIamInstanceProfileSpecificationRequest{Name: &profile}}})
	must(h.t, err)
	return *out.LaunchTemplate.LaunchTemplateId
}

// iamRecord is what CloudTrail writes, in us-east-1, of a person's change to IAM.
func iamRecord(name string, in object) object {
	return object{
		"eventVersion": "1.09", "eventTime": time.Now().UTC().Format(time.RFC3339), "eventSource": "iam.amazonaws.com", "eventName": name, "awsRegion": "us-east-1",
		"userIdentity": object{"type": "IAMUser", "principalId": "AIDAEXAMPLEEXAMPLE01", "accountId": mototest.Account, "userName": "dana",
			"arn": "arn:aws:iam::" + mototest.Account + ":user/dana", "accessKeyId": "AKIADANA000000000001"},
		"sourceIPAddress": "203.0.113.80", "userAgent": "aws-cli/2.22.0", "requestParameters": in, "responseElements": nil, "requestID": random(), "eventID": random(),
		"readOnly": false, "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": mototest.Account, "eventCategory": "Management",
	}
}

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/internal/mototest"
)

// Seed 003: an instance of one team puts the group of another on standby, and its sizes to zero. Its session is denied, and the group
// is in service again. What became of it is asked with the aws command line.
func TestAnotherTeamsGroupIsPutBack(t *testing.T) {
	t.Parallel()
	s := mototest.Start(t)
	h, q := openShop(t, ireland, s.Config(ireland)), openQueue(t, s)
	role, err := iam.NewFromConfig(s.Config(ireland)).CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("app"),
		AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)})
	must(t, err)
	thief := h.group("checkout", h.goldenWeb)
	members := h.searched()
	p := before(t, s, nil)
	config := strings.Replace(acting(q, "sqlite:riposte.db"), "launch.unapproved-image:", "scaling.foreign-group:", 1)
	r := serve(t, config, p.env(s))

	owner := object{"type": "IAMUser", "principalId": "AIDAEXAMPLEEXAMPLE01", "accountId": mototest.Account, "userName": "deployer",
		"arn": "arn:aws:iam::" + mototest.Account + ":user/deployer", "accessKeyId": "AKIADEPLOYER00000001"}
	q.send(t, delivered(t, scalingRecord(owner, "CreateAutoScalingGroup", time.Now().Add(-time.Hour), object{"minSize": 1, "maxSize": 4, "desiredCapacity": 2})), 1)
	eventually(t, time.Minute, "the owner's record is heard", func() error { return q.empty(t) })

	_, err = h.scaling.EnterStandby(h.ctx, &autoscaling.EnterStandbyInput{
		AutoScalingGroupName: aws.String("search"), InstanceIds: members, ShouldDecrementDesiredCapacity: aws.Bool(true),
	})
	must(t, err)
	zero := aws.Int32(0)
	_, err = h.scaling.UpdateAutoScalingGroup(h.ctx, &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("search"), MinSize: zero, MaxSize: zero, DesiredCapacity: zero,
	})
	must(t, err)
	session := instanceSession(*role.Role.RoleId, thief)
	q.send(t, delivered(t, scalingRecord(session, "EnterStandby", time.Now(), object{"instanceIds": members, "shouldDecrementDesiredCapacity": true})), 1)
	q.send(t, delivered(t, scalingRecord(session, "UpdateAutoScalingGroup", time.Now(), object{"minSize": 0, "maxSize": 0, "desiredCapacity": 0})), 2)

	admin := clientOf(t, s)
	ask := []string{"autoscaling", "describe-auto-scaling-groups", "--auto-scaling-group-names", "search"}
	for what, says := range map[string][2]string{
		"its instances are in service": {"2", "length(AutoScalingGroups[0].Instances[?LifecycleState=='InService'])"},
		"its smallest size is back":    {"1", "AutoScalingGroups[0].MinSize"},
		"its largest size is back":     {"4", "AutoScalingGroups[0].MaxSize"},
		"its capacity is back":         {"2", "AutoScalingGroups[0].DesiredCapacity"},
	} {
		eventually(t, 2*time.Minute, what, func() error { return admin.says(t, says[0], says[1], ask...) })
	}
	if err := admin.says(t, "1", "length(PolicyNames[?contains(@, '"+thief+"')])", "iam", "list-role-policies", "--role-name", "app"); err != nil {
		t.Error(err)
	}
	every(t, 5*time.Second, patience, "the case is verified", func() error {
		cases, err := r.cases()
		if err != nil {
			return err
		}
		for _, c := range cases {
			if c.Playbook == "scaling.foreign-group" && c.State == "verified" && strings.HasSuffix(c.Resource, ":assumed-role/app/"+thief) {
				return nil
			}
		}
		return fmt.Errorf("cases: %+v", cases)
	})
}

// searched makes the group of the other team, and says which its instances are.
func (h *shop) searched() (members []string) {
	name := aws.String("search")
	_, err := h.scaling.CreateAutoScalingGroup(h.ctx, &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: name, MinSize: aws.Int32(1), MaxSize: aws.Int32(4), DesiredCapacity: aws.Int32(2), VPCZoneIdentifier: &h.subnet,
		LaunchTemplate: &astypes.LaunchTemplateSpecification{LaunchTemplateId: &h.goldenWeb, Version: aws.String("$Default")},
	})
	must(h.t, err)
	out, err := h.scaling.DescribeAutoScalingGroups(h.ctx, &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{*name}})
	must(h.t, err)
	for _, i := range out.AutoScalingGroups[0].Instances {
		members = append(members, *i.InstanceId)
	}
	return members
}

// instanceSession is a caller with the credentials of role app that the metadata service gave to an instance.
func instanceSession(roleID, instance string) object {
	return object{"type": "AssumedRole", "principalId": roleID + ":" + instance, "accountId": mototest.Account, "accessKeyId": "ASIAEXAMPLEEXAMPLE01",
		"arn": fmt.Sprintf("arn:aws:sts::%s:assumed-role/app/%s", mototest.Account, instance),
		"sessionContext": object{"ec2RoleDelivery": "2.0", "sessionIssuer": object{"type": "Role", "principalId": roleID, "accountId": mototest.Account, "userName": "app",
			"arn": "arn:aws:iam::" + mototest.Account + ":role/app"}}}
}

// scalingRecord is what CloudTrail writes of a change of group search.
func scalingRecord(who object, name string, at time.Time, in object) object {
	in["autoScalingGroupName"] = "search"
	return object{
		"eventVersion": "1.09", "userIdentity": who, "eventTime": at.UTC().Format(time.RFC3339), "eventSource": "autoscaling.amazonaws.com",
		"eventName": name, "awsRegion": ireland.Region, "sourceIPAddress": "203.0.113.80", "userAgent": "aws-cli/2.22.0", "requestParameters": in, "responseElements": nil,
		"requestID": random(), "eventID": random(), "readOnly": false, "eventType": "AwsApiCall", "managementEvent": true,
		"recipientAccountId": ireland.Account, "eventCategory": "Management",
	}
}

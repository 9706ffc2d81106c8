package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/playbooks"
)

// A drill tells the account's bus of an instance that there is; what a rule delivers is what the playbook would look at.
func TestADrillReachesTheBus(t *testing.T) {
	server := mototest.Start(t)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE000000001", "AWS_SECRET_ACCESS_KEY": "example", "AWS_REGION": "eu-west-1",
	} {
		t.Setenv(name, value)
	}
	attack := func(flags ...string) (int, string) { return attacked(t, append([]string{"deputy"}, flags...)...) }
	if code, said := attack(); code != exitFailed || !strings.Contains(said, "no Auto Scaling group has an instance in eu-west-1") {
		t.Errorf("without a group: %d, %s", code, said)
	}
	config := server.Config(event.Place{Partition: "aws", Account: mototest.Account, Region: "eu-west-1"})
	instance := launched(t, config)
	read := delivered(t, config)

	code, said := attack()
	if code != exitDone || strings.Contains(said, "111122223333") || !strings.Contains(said, instance) {
		t.Fatalf("printed: %d, %s", code, said)
	}
	var printed []struct{ Source, DetailType, Detail string }
	if err := json.Unmarshal([]byte(said[strings.Index(said, "["):]), &printed); err != nil || len(printed) != 2 || !json.Valid([]byte(printed[1].Detail)) {
		t.Errorf("what put-events takes: %v in %s", err, said)
	}
	code, said = attack("--send", "--instance", instance)
	if code != exitDone || !strings.Contains(said, "sent: 2 events") || !strings.Contains(said, "what answers it is no drill") {
		t.Fatalf("sent: %d, %s", code, said)
	}
	for _, want := range []string{`"detail-type": "EC2 Instance State-change Notification"`, "riposte attack deputy (a drill)"} {
		if got := read(); !strings.Contains(got, want) && !strings.Contains(strings.ReplaceAll(got, `":"`, `": "`), want) {
			t.Errorf("the queue holds no %s", want)
		}
	}
	queue(t, config, instance, attack)
}

func attacked(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	sh := &shell{out: &out, err: &out, now: time.Now}
	code := run(t.Context(), append([]string{"attack"}, args...), sh, playbooks.All(), action.Kinds())
	return code, out.String()
}

// Each drill finds what it is about in an account, by reading alone, and names it in records that riposte reads; where there is no such thing it says so.
func TestEachDrillFindsItsThings(t *testing.T) {
	server := mototest.Start(t)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE000000001", "AWS_SECRET_ACCESS_KEY": "example", "AWS_REGION": "eu-west-1",
	} {
		t.Setenv(name, value)
	}
	for name, says := range map[string]string{
		"template": "there is no launch template in eu-west-1", "demolition": "there is not an instance in eu-west-1 that runs", "theft": "there is not an instance with a role in eu-west-1 that runs",
	} {
		if code, said := attacked(t, name); code != exitFailed || !strings.Contains(said, says) {
			t.Errorf("%s in an empty account: %d, %s", name, code, said)
		}
	}
	c := server.Config(event.Place{Partition: "aws", Account: mototest.Account, Region: "eu-west-1"})
	member := launched(t, c)
	machine, role, tester := furnished(t, c)
	for _, x := range []struct {
		args  []string
		names []string // what the records name
	}{
		{[]string{"deputy"}, []string{member, "checkout-asg"}},
		{[]string{"template"}, []string{"SetDefaultVersion", "checkout-template", "user/riposte-drill"}},
		{[]string{"demolition", "--instance", machine}, []string{machine, "disableApiTermination", "user/riposte-drill"}},
		{[]string{"demolition", "--by", tester}, []string{tester, `"userName":"tester"`}},
		{[]string{"approval", "--by", role}, []string{"assumed-role/machines/riposte-drill", `"arn":"` + role}},
		{[]string{"foreign-group"}, []string{"checkout-asg", member, "assumed-role/machines/" + machine}},
		{[]string{"theft"}, []string{"assumed-role/machines/" + machine, "instance/" + machine}},
		{[]string{"lock"}, []string{"StartInstances", machine}},
		{[]string{"by-hand"}, []string{"RunInstances", "assumed-role/riposte-drill/riposte-drill"}},
		{[]string{"decoy", "--by", tester}, []string{tester, "Client.UnauthorizedOperation"}},
	} {
		code, said := attacked(t, x.args...)
		var printed []struct{ Detail string }
		if at := strings.Index(said, "["); code != exitDone || at < 0 || json.Unmarshal([]byte(said[at:]), &printed) != nil || len(printed) == 0 {
			t.Errorf("%v: %d, %s", x.args, code, said)
			continue
		}
		detail := printed[len(printed)-1].Detail
		for _, want := range append(x.names, mototest.Account, "riposte attack "+x.args[0]+" (a drill)") {
			if !strings.Contains(detail, want) && !strings.Contains(printed[0].Detail, want) {
				t.Errorf("%v: %s is not named in %s", x.args, want, detail)
			}
		}
	}
	for _, x := range []struct {
		args []string
		says string
	}{
		{[]string{"theft"}, "--instance "}, {[]string{"template"}, "--template lt-"}, {[]string{"foreign-group", "--instance", machine}, "--group checkout-asg"},
	} {
		if code, said := attacked(t, append(x.args, "--send")...); code != exitUsage || !strings.Contains(said, x.says) || strings.Contains(said, "sent:") {
			t.Errorf("%v is sent, and nobody named what the answer changes: %d, %s", x.args, code, said)
		}
	}
	for _, by := range []string{"arn:aws:iam::999988887777:user/tester", role, "tester"} {
		if code, said := attacked(t, "demolition", "--by", by); code != exitUsage || !strings.Contains(said, "--by wants the ARN of a user of account "+mototest.Account) {
			t.Errorf("--by %s: %d, %s", by, code, said)
		}
	}
}

// furnished is an account with an instance of a role, a launch template and a user.
func furnished(t *testing.T, c aws.Config) (instance, role, user string) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	people := iam.NewFromConfig(c)
	made, err := people.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("machines"), AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[]}`)})
	must(err)
	_, err = people.CreateInstanceProfile(t.Context(), &iam.CreateInstanceProfileInput{InstanceProfileName: aws.String("machines")})
	must(err)
	_, err = people.AddRoleToInstanceProfile(t.Context(), &iam.AddRoleToInstanceProfileInput{InstanceProfileName: aws.String("machines"), RoleName: aws.String("machines")})
	must(err)
	tester, err := people.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("tester"), Path: aws.String("/drills/")})
	must(err)
	machines := ec2.NewFromConfig(c)
	image, err := machines.RegisterImage(t.Context(), &ec2.RegisterImageInput{Name: aws.String("plain")})
	must(err)
	_, err = machines.CreateLaunchTemplate(t.Context(), &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String("checkout-template"), LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: image.ImageId},
	})
	must(err)
	out, err := machines.RunInstances(t.Context(), &ec2.RunInstancesInput{
		ImageId: image.ImageId, MinCount: aws.Int32(1), MaxCount: aws.Int32(1), IamInstanceProfile: &types.IamInstanceProfileSpecification{Name: aws.String("machines")},
	})
	must(err)
	return aws.ToString(out.Instances[0].InstanceId), aws.ToString(made.Role.Arn), aws.ToString(tester.User.Arn)
}

// On AWS no bus takes them: they go into riposte's own queue, each as a rule would have delivered it, and the same records as before.
func queue(t *testing.T, c aws.Config, instance string, attack func(...string) (int, string)) {
	t.Helper()
	queues := sqs.NewFromConfig(c)
	q, err := queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("riposte-events")})
	if err != nil {
		t.Fatal(err)
	}
	if code, said := attack("--queue", aws.ToString(q.QueueUrl)); code != exitUsage || !strings.Contains(said, "--instance "+instance+" is the first that fits") || strings.Contains(said, "sent:") {
		t.Errorf("nobody named what the answer changes: %d, %s", code, said)
	}
	if code, said := attack("--queue", aws.ToString(q.QueueUrl), "--instance", instance); code != exitDone || !strings.Contains(said, "sent: 2 events") {
		t.Fatalf("sent: %d, %s", code, said)
	}
	notices, records := 0, 0
	for range 2 {
		out, err := queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: q.QueueUrl, MaxNumberOfMessages: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range out.Messages {
			contents, err := event.Unwrap([]byte(aws.ToString(m.Body)))
			if err != nil || len(contents) != 1 {
				t.Fatalf("%v: %s", err, aws.ToString(m.Body))
			}
			if contents[0].Notice != nil {
				notices++
				continue
			}
			e, err := event.Decode(contents[0].Record)
			if err != nil || e.Account != mototest.Account || e.UserAgent != "riposte attack deputy (a drill)" {
				t.Errorf("the record is %+v, %v", e, err)
			}
			records++
		}
	}
	if notices != 1 || records != 1 {
		t.Errorf("the queue holds %d notices and %d records", notices, records)
	}
	if code, _ := attack("--send", "--queue", "https://example.com"); code != exitUsage {
		t.Errorf("both ways at once: %d", code)
	}
}

// launched is an instance that a group launches.
func launched(t *testing.T, c aws.Config) string {
	t.Helper()
	image, err := ec2.NewFromConfig(c).RegisterImage(t.Context(), &ec2.RegisterImageInput{Name: aws.String("golden")})
	if err != nil {
		t.Fatal(err)
	}
	scaling := autoscaling.NewFromConfig(c)
	if _, err := scaling.CreateLaunchConfiguration(t.Context(), &autoscaling.CreateLaunchConfigurationInput{
		LaunchConfigurationName: aws.String("web"), ImageId: image.ImageId, InstanceType: aws.String("t3.small"),
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := scaling.CreateAutoScalingGroup(t.Context(), &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("checkout-asg"), LaunchConfigurationName: aws.String("web"), MinSize: aws.Int32(1), MaxSize: aws.Int32(1), DesiredCapacity: aws.Int32(1),
		AvailabilityZones: []string{"eu-west-1a"},
	}); err != nil {
		t.Fatal(err)
	}
	groups, err := scaling.DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(groups.AutoScalingGroups[0].Instances[0].InstanceId)
}

// delivered reads, at most twice, what a rule for EC2's events brings into a queue.
func delivered(t *testing.T, c aws.Config) func() string {
	t.Helper()
	queues, bus := sqs.NewFromConfig(c), eventbridge.NewFromConfig(c)
	q, err := queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("riposte"), Attributes: map[string]string{"VisibilityTimeout": "0"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bus.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: aws.String("ec2"), EventPattern: aws.String(`{"source":["aws.ec2"]}`)}); err != nil {
		t.Fatal(err)
	}
	arn := fmt.Sprintf("arn:aws:sqs:eu-west-1:%s:riposte", mototest.Account)
	if _, err := bus.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: aws.String("ec2"), Targets: []eventtypes.Target{{Id: aws.String("1"), Arn: &arn}}}); err != nil {
		t.Fatal(err)
	}
	return func() (all string) {
		out, err := queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: q.QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: []sqstypes.MessageSystemAttributeName{}})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range out.Messages {
			all += aws.ToString(m.Body) + "\n"
		}
		return all
	}
}

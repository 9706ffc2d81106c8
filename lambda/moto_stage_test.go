package lambda

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger/dynamodb"
	"github.com/ripostehq/riposte/internal/mototest"
)

type object = map[string]any

// account is one account and region of moto, with what a hub deploys there: table, wake queue, bus, and Security Hub.
type account struct {
	*testing.T
	place   event.Place
	table   *sdk.Client
	ec2     *ec2.Client
	scaling *autoscaling.Client
	hub     *securityhub.Client
	queues  *sqs.Client

	image, template string // public
	events          string // URL of the queue of events
	wake, told      string // and of others; told gets what a rule of the bus matches
	bus             string // ARN
}

func open(t *testing.T, server *mototest.Server) *account {
	t.Helper()
	place := event.Place{Partition: "aws", Account: mototest.Account, Region: "eu-west-1"}
	cfg := server.Config(place)
	a := &account{
		T: t, place: place, table: sdk.NewFromConfig(cfg), ec2: ec2.NewFromConfig(cfg), scaling: autoscaling.NewFromConfig(cfg),
		hub: securityhub.NewFromConfig(cfg), queues: sqs.NewFromConfig(cfg),
	}
	must(t, dynamodb.Create(t.Context(), a.table, "riposte"))
	_, err := a.hub.EnableSecurityHub(t.Context(), &securityhub.EnableSecurityHubInput{})
	must(t, err)
	_, err = organizations.NewFromConfig(cfg).CreateOrganization(t.Context(), &organizations.CreateOrganizationInput{})
	must(t, err)
	a.events, _ = a.queue("riposte-events")
	a.wake, _ = a.queue("riposte-wake")
	a.subscribe(eventbridge.NewFromConfig(cfg))
	a.shop()
	return a
}

func (a *account) queue(name string) (url, arn string) {
	a.Helper()
	made, err := a.queues.CreateQueue(a.Context(), &sqs.CreateQueueInput{QueueName: &name})
	must(a, err)
	about, err := a.queues.GetQueueAttributes(a.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: made.QueueUrl, AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameQueueArn},
	})
	must(a, err)
	return *made.QueueUrl, about.Attributes["QueueArn"]
}

// subscribe makes the bus, and a queue that gets the cases that are contained.
func (a *account) subscribe(events *eventbridge.Client) {
	a.Helper()
	bus, err := events.CreateEventBus(a.Context(), &eventbridge.CreateEventBusInput{Name: aws.String("riposte")})
	must(a, err)
	a.bus = *bus.EventBusArn
	url, arn := a.queue("told")
	a.told = url
	_, err = events.PutRule(a.Context(), &eventbridge.PutRuleInput{Name: aws.String("contained"), EventBusName: aws.String("riposte"),
		EventPattern: aws.String(`{"source":["riposte"],"detail":{"state":["contained"]}}`)})
	must(a, err)
	_, err = events.PutTargets(a.Context(), &eventbridge.PutTargetsInput{Rule: aws.String("contained"), EventBusName: aws.String("riposte"),
		Targets: []ebtypes.Target{{Id: aws.String("queue"), Arn: &arn}}})
	must(a, err)
}

// shop makes an image that anybody may launch, and a template of it.
func (a *account) shop() {
	a.Helper()
	image, err := a.ec2.RegisterImage(a.Context(), &ec2.RegisterImageInput{Name: aws.String("windfall"), RootDeviceName: aws.String("/dev/xvda")})
	must(a, err)
	a.image = *image.ImageId
	_, err = a.ec2.ModifyImageAttribute(a.Context(), &ec2.ModifyImageAttributeInput{ImageId: image.ImageId, Attribute: aws.String("launchPermission"),
		LaunchPermission: &types.LaunchPermissionModifications{Add: []types.LaunchPermission{{Group: types.PermissionGroupAll}}}})
	must(a, err)
	template, err := a.ec2.CreateLaunchTemplate(a.Context(), &ec2.CreateLaunchTemplateInput{LaunchTemplateName: aws.String("web"),
		LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: image.ImageId, InstanceType: types.InstanceTypeT3Micro}})
	must(a, err)
	a.template = *template.LaunchTemplate.LaunchTemplateId
}

// group lets a new group launch one instance, and returns its id and what CloudTrail says of that.
func (a *account) group(name string) (instance, event string) {
	a.Helper()
	subnets, err := a.ec2.DescribeSubnets(a.Context(), &ec2.DescribeSubnetsInput{})
	must(a, err)
	_, err = a.scaling.CreateAutoScalingGroup(a.Context(), &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: &name, MinSize: aws.Int32(0), MaxSize: aws.Int32(2), DesiredCapacity: aws.Int32(1), VPCZoneIdentifier: subnets.Subnets[0].SubnetId,
		LaunchTemplate: &astypes.LaunchTemplateSpecification{LaunchTemplateId: &a.template, Version: aws.String("$Default")},
	})
	must(a, err)
	groups, err := a.scaling.DescribeAutoScalingGroups(a.Context(), &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{name}})
	must(a, err)
	instance = *groups.AutoScalingGroups[0].Instances[0].InstanceId
	return instance, a.launched(name, instance)
}

// launched is the record of a launch by a group's service-linked role, in EventBridge's envelope.
func (a *account) launched(group, instance string) string {
	a.Helper()
	at, role := time.Now().UTC().Format(time.RFC3339), "AWSServiceRoleForAutoScaling"
	who := object{
		"type": "AssumedRole", "principalId": "AROAEXAMPLEEXAMPLE01:AutoScaling", "accountId": a.place.Account, "invokedBy": "autoscaling.amazonaws.com",
		"arn": "arn:aws:sts::" + a.place.Account + ":assumed-role/" + role + "/AutoScaling",
		"sessionContext": object{
			"attributes": object{"creationDate": at, "mfaAuthenticated": "false"},
			"sessionIssuer": object{"type": "Role", "principalId": "AROAEXAMPLEEXAMPLE01", "accountId": a.place.Account, "userName": role,
				"arn": "arn:aws:iam::" + a.place.Account + ":role/aws-service-role/autoscaling.amazonaws.com/" + role},
		},
	}
	made := object{"instanceId": instance, "imageId": a.image, "tagSet": object{"items": []object{{"key": "aws:autoscaling:groupName", "value": group}}}}
	record := object{
		"eventVersion": "1.09", "userIdentity": who, "eventTime": at, "eventSource": "ec2.amazonaws.com", "eventName": "RunInstances",
		"awsRegion": a.place.Region, "sourceIPAddress": "autoscaling.amazonaws.com", "userAgent": "autoscaling.amazonaws.com",
		"requestParameters": object{"instancesSet": object{"items": []object{{"imageId": a.image, "minCount": 1, "maxCount": 1}}}},
		"responseElements":  object{"instancesSet": object{"items": []object{made}}},
		"requestID":         "11111111-2222-4333-8444-" + instance[len(instance)-12:], "eventID": "55555555-6666-4777-8888-" + instance[len(instance)-12:],
		"readOnly": false, "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": a.place.Account, "eventCategory": "Management",
	}
	b, err := json.Marshal(object{
		"version": "0", "id": "99999999-aaaa-4bbb-8ccc-" + instance[len(instance)-12:], "detail-type": "AWS API Call via CloudTrail", "source": "aws.ec2",
		"account": a.place.Account, "time": at, "region": a.place.Region, "resources": []any{}, "detail": record,
	})
	must(a, err)
	return string(b)
}

// stopped: the group launches no more, and the instance is gone.
func (a *account) stopped(group, instance string) error {
	a.Helper()
	groups, err := a.scaling.DescribeAutoScalingGroups(a.Context(), &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{group}})
	must(a, err)
	var suspended []string
	for _, p := range groups.AutoScalingGroups[0].SuspendedProcesses {
		suspended = append(suspended, *p.ProcessName)
	}
	out, err := a.ec2.DescribeInstances(a.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{instance}})
	must(a, err)
	state := out.Reservations[0].Instances[0].State.Name
	if !strings.Contains(fmt.Sprint(suspended), "Launch") || state != types.InstanceStateNameTerminated {
		return fmt.Errorf("group %s has suspended %v, instance %s is %s", group, suspended, instance, state)
	}
	return nil
}

// findings are the titles of what Security Hub was told.
func (a *account) findings() (titles []string) {
	a.Helper()
	out, err := a.hub.GetFindings(a.Context(), &securityhub.GetFindingsInput{})
	must(a, err)
	for _, f := range out.Findings {
		titles = append(titles, *f.Title)
	}
	return titles
}

// received waits for a message of a queue, and takes it.
func (a *account) received(url string) string {
	a.Helper()
	m := a.handed(url)
	_, err := a.queues.DeleteMessage(a.Context(), &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: m.ReceiptHandle})
	must(a, err)
	return *m.Body
}

// handed waits for a message of a queue that hides it for six minutes then, as one that invokes a function does.
func (a *account) handed(url string) sqstypes.Message {
	a.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		out, err := a.queues.ReceiveMessage(a.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url, WaitTimeSeconds: 1, VisibilityTimeout: 360,
			MessageSystemAttributeNames: []sqstypes.MessageSystemAttributeName{sqstypes.MessageSystemAttributeNameAll}})
		must(a, err)
		if len(out.Messages) > 0 {
			return out.Messages[0]
		}
	}
	a.Fatalf("nothing came by %s", url)
	return sqstypes.Message{}
}

// delivered puts events into their queue, and is what Lambda passes on of it.
func (a *account) delivered(events ...string) string {
	a.Helper()
	for _, e := range events {
		_, err := a.queues.SendMessage(a.Context(), &sqs.SendMessageInput{QueueUrl: &a.events, MessageBody: &e})
		must(a, err)
	}
	return a.passedOn(len(events))
}

// passedOn is a batch of what the queue of events hands out.
func (a *account) passedOn(n int) string {
	a.Helper()
	var records []object
	for range n {
		m := a.handed(a.events)
		records = append(records, object{
			"messageId": m.MessageId, "receiptHandle": m.ReceiptHandle, "body": m.Body, "attributes": m.Attributes,
			"eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-west-1:" + a.place.Account + ":riposte-events", "awsRegion": "eu-west-1",
		})
	}
	b, err := json.Marshal(object{"Records": records})
	must(a, err)
	return string(b)
}

// faulty stands before moto, and fails writes to the ledger while it is told to.
type faulty struct {
	url  string
	full atomic.Bool
}

func before(t testing.TB, server *mototest.Server) *faulty {
	t.Helper()
	to, err := url.Parse(server.URL)
	must(t, err)
	f := &faulty{}
	proxy := httputil.NewSingleHostReverseProxy(to)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := r.Header.Get("X-Amz-Target")
		if f.full.Load() && strings.HasPrefix(call, "DynamoDB_") && (strings.HasSuffix(call, "Items") || strings.HasSuffix(call, "Item")) && !strings.Contains(call, "Get") {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "application/x-amz-json-1.0")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.Copy(w, bytes.NewBufferString(`{"__type":"com.amazonaws.dynamodb.v20120810#AccessDeniedException","message":"not now"}`))
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	f.url = s.URL
	return f
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

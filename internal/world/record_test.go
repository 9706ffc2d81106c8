package world_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/world"
)

// Seed 001: one call in several spellings leaves several shapes of record.
func TestARecordKeepsItsCallersSpelling(t *testing.T) {
	id := aws.String("i-0protected")
	for name, c := range map[string]struct {
		in   *ec2.ModifyInstanceAttributeInput
		want string
	}{
		"a member": {
			&ec2.ModifyInstanceAttributeInput{InstanceId: id, DisableApiTermination: &types.AttributeBooleanValue{Value: aws.Bool(false)}},
			`{"instanceId":"i-0protected","disableApiTermination":{"value":false}}`,
		},
		"a named attribute": {
			&ec2.ModifyInstanceAttributeInput{InstanceId: id, Attribute: types.InstanceAttributeNameDisableApiTermination, Value: aws.String("false")},
			`{"instanceId":"i-0protected","attribute":"disableApiTermination","value":"false"}`,
		},
		"stop protection": {
			&ec2.ModifyInstanceAttributeInput{InstanceId: id, DisableApiStop: &types.AttributeBooleanValue{Value: aws.Bool(false)}},
			`{"instanceId":"i-0protected","disableApiStop":{"value":false}}`,
		},
		"shutdown behaviour": {
			&ec2.ModifyInstanceAttributeInput{InstanceId: id, InstanceInitiatedShutdownBehavior: &types.AttributeValue{Value: aws.String("terminate")}},
			`{"instanceId":"i-0protected","instanceInitiatedShutdownBehavior":{"value":"terminate"}}`,
		},
		"groups": {
			&ec2.ModifyInstanceAttributeInput{InstanceId: id, Groups: []string{"sg-0isolated"}},
			`{"instanceId":"i-0protected","groupSet":{"items":[{"groupId":"sg-0isolated"}]}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := made(t, world.Options{DeliveryDelay: -1})
			if _, err := ec2.NewFromConfig(w.Config(ireland, mallory)).ModifyInstanceAttribute(context.Background(), c.in); err != nil {
				t.Fatal(err)
			}
			same(t, c.want, delivered(t, w)[0].RequestParameters)
		})
	}
}

func TestOneAttributeAtATime(t *testing.T) {
	w := made(t, world.Options{})
	off := &types.AttributeBooleanValue{Value: aws.Bool(false)}
	for want, in := range map[string]*ec2.ModifyInstanceAttributeInput{
		"InvalidParameterCombination": {DisableApiTermination: off, DisableApiStop: off},
		"MissingParameter":            {},
		"InvalidParameterValue":       {Attribute: types.InstanceAttributeNameDisableApiTermination, Value: aws.String("maybe")},
	} {
		in.InstanceId = aws.String("i-0protected")
		if _, err := ec2.NewFromConfig(w.Config(ireland, mallory)).ModifyInstanceAttribute(context.Background(), in); code(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestTheRecordOfATemplateVersion(t *testing.T) {
	w := made(t, world.Options{DeliveryDelay: -1})
	_, err := ec2.NewFromConfig(w.Config(ireland, mallory)).CreateLaunchTemplateVersion(context.Background(), &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateName: aws.String("web"), SourceVersion: aws.String("1"), ClientToken: aws.String("once"),
		LaunchTemplateData: &types.RequestLaunchTemplateData{
			ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), SecurityGroupIds: []string{"sg-0isolated"}, UserData: aws.String("c2VjcmV0"),
			TagSpecifications: []types.LaunchTemplateTagSpecificationRequest{{
				ResourceType: types.ResourceTypeInstance,
				Tags:         []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}, {Key: aws.String("b"), Value: aws.String("2")}},
			}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	same(t, `{"CreateLaunchTemplateVersionRequest":{
		"LaunchTemplateName":"web","SourceVersion":"1","ClientToken":"once",
		"LaunchTemplateData":{
			"ImageId":"ami-0aaaaaaaaaaaaaaaa","UserData":"<sensitiveDataRemoved>",
			"SecurityGroupId":{"tag":1,"content":"sg-0isolated"},
			"TagSpecification":{"tag":1,"ResourceType":"instance","Tag":[{"tag":1,"Key":"a","Value":"1"},{"tag":2,"Key":"b","Value":"2"}]}}}}`,
		delivered(t, w)[0].RequestParameters)
}

// The envelope is what an EventBridge rule hands on.
func TestARecordComesInEventBridgesEnvelope(t *testing.T) {
	w := made(t, world.Options{})
	stop(t, w, "i-0neighbour")
	pass(t, w, 5*time.Second)
	d := w.Deliveries()[0]
	var got map[string]any
	if err := json.Unmarshal(d.Body, &got); err != nil {
		t.Fatal(err)
	}
	delete(got, "detail")
	same(t, `{"version":"0","id":"`+d.ID+`","detail-type":"AWS API Call via CloudTrail","source":"aws.ec2","account":"111122223333",
		"time":"2030-01-07T09:00:00Z","region":"eu-west-1","resources":[]}`, got)
}

// same compares a part of a record with JSON.
func same(t *testing.T, want string, got map[string]any) {
	t.Helper()
	var w map[string]any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(w, got); diff != "" {
		t.Error(diff)
	}
}

// EC2 tells of an instance's states of its own accord, sooner than the trail tells who caused them.
func TestEC2SendsNoticesOfAnInstancesStates(t *testing.T) {
	w := made(t, world.Options{NoticeDelay: time.Second})
	stop(t, w, "i-0neighbour")
	pass(t, w, time.Second)
	d := w.Deliveries()
	if len(d) != 1 {
		t.Fatalf("%d deliveries a second after the call, want the notice alone", len(d))
	}
	var got map[string]any
	if err := json.Unmarshal(d[0].Body, &got); err != nil {
		t.Fatal(err)
	}
	same(t, `{"version":"0","id":"`+d[0].ID+`","detail-type":"EC2 Instance State-change Notification","source":"aws.ec2","account":"111122223333",
		"time":"2030-01-07T09:00:00Z","region":"eu-west-1","resources":["arn:aws:ec2:eu-west-1:111122223333:instance/i-0neighbour"],
		"detail":{"instance-id":"i-0neighbour","state":"stopping"}}`, got)
	pass(t, w, 10*time.Second)
	if last := w.Deliveries()[2]; !strings.Contains(string(last.Body), `"state":"stopped"`) {
		t.Errorf("when it has stopped: %s", last.Body)
	}
}

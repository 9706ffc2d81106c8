package launch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

const shop = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "137112412989"
    name: Amazon
    alias: amazon
    regions:
      eu-west-1:
        images: [{id: ami-0aaaaaaaaaaaaaaaa, name: al2023-ami-2023.6, public: true, created: 2029-12-01T00:00:00Z}]
  - id: "999988887777"
    name: stranger
    users: [{name: owner, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIASTRANGER00000001, secret: stranger}]}]
    regions:
      eu-west-1:
        images: [{id: ami-0eeeeeeeeeeeeeeee, name: golden-2029, shared: ["111122223333"], created: 2029-12-01T00:00:00Z}]
  - id: "444455556666"
    name: images of the organisation
    regions:
      eu-west-1:
        images: [{id: ami-0cccccccccccccccc, name: base, shared: ["111122223333"], created: 2029-12-01T00:00:00Z}]
  - id: "111122223333"
    name: shop
    users:
      - {name: operator, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAOPERATOR00000001, secret: operator}]}
      - {name: builder, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIABUILDER000000001, secret: builder}]}
      - name: short
        keys: [{id: AKIASHORT00000000001, secret: short}]
        inline: {see: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["ec2:DescribeInstances", "ec2:DescribeImages"], Resource: "*"}]}}
      - name: close
        keys: [{id: AKIACLOSE00000000001, secret: close}]
        inline: {see: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["ec2:Describe*"], Resource: "*"}]}}
      - {name: blind, keys: [{id: AKIABLIND00000000001, secret: blind}]}
    regions:
      eu-west-1:
        images:
          - {id: ami-0bbbbbbbbbbbbbbbb, name: golden-2029, created: 2029-11-01T00:00:00Z, tags: {approved: "yes"}}
          - {id: ami-0dddddddddddddddd, name: old, created: 2027-01-01T00:00:00Z, deprecated: 2029-01-01T00:00:00Z}
        parameters:
          - {name: /golden, values: [ami-0bbbbbbbbbbbbbbbb]}
          - {name: /labelled, values: [ami-0bbbbbbbbbbbbbbbb, ami-0aaaaaaaaaaaaaaaa]}
          - {name: /moved, values: [ami-0bbbbbbbbbbbbbbbb, ami-0aaaaaaaaaaaaaaaa]}
        templates:
          - {name: web, id: lt-0web, default: 2, versions: [{image: ami-0bbbbbbbbbbbbbbbb}, {image: ami-0aaaaaaaaaaaaaaaa}]}
          - {name: sound, id: lt-0sound, versions: [{image: ami-0bbbbbbbbbbbbbbbb}]}
          - {name: latest, id: lt-0latest, versions: [{image: ami-0bbbbbbbbbbbbbbbb}, {image: ami-0aaaaaaaaaaaaaaaa}]}
          - {name: only, id: lt-0only, versions: [{image: ami-0aaaaaaaaaaaaaaaa}]}
          - {name: idle, id: lt-0idle, versions: [{image: ami-0aaaaaaaaaaaaaaaa}]}
          - {name: pinned, id: lt-0pinned, versions: [{image: ami-0bbbbbbbbbbbbbbbb}, {image: ami-0aaaaaaaaaaaaaaaa}]}
          - {name: byname, id: lt-0byname, default: 3, versions: [{image: "resolve:ssm:/golden"}, {image: "resolve:ssm:/moved"}, {image: "resolve:ssm:/moved"}]}
          - {name: bylabel, id: lt-0bylabel, versions: [{image: "resolve:ssm:/labelled:prod"}]}
        launch_configurations:
          - {name: bad, image: ami-0aaaaaaaaaaaaaaaa, type: t3.micro}
          - {name: unused, image: ami-0aaaaaaaaaaaaaaaa, type: t3.micro}
          - {name: good, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro}
        groups:
          - {name: web, template: web, min: 0, max: 4, desired: 0}
          - {name: latest, template: latest, version: $Latest, min: 0, max: 4, desired: 0}
          - {name: latest-default, template: latest, min: 0, max: 4, desired: 0}
          - {name: steady, template: sound, min: 0, max: 4, desired: 0}
          - {name: only, template: only, min: 0, max: 4, desired: 0}
          - {name: pinned, template: pinned, version: "2", min: 0, max: 4, desired: 0}
          - {name: byname, template: byname, min: 0, max: 4, desired: 0}
          - {name: bylabel, template: bylabel, min: 0, max: 4, desired: 0}
          - {name: configured, launch_configuration: bad, min: 0, max: 4, desired: 0}
        instances:
          - {id: i-0public, image: ami-0aaaaaaaaaaaaaaaa, tags: {"aws:autoscaling:groupName": web}}
          - {id: i-0public2, image: ami-0aaaaaaaaaaaaaaaa, tags: {"aws:autoscaling:groupName": web}}
          - {id: i-0latest, image: ami-0aaaaaaaaaaaaaaaa, tags: {"aws:autoscaling:groupName": latest}}
          - {id: i-0only, image: ami-0aaaaaaaaaaaaaaaa, tags: {"aws:autoscaling:groupName": only}}
          - {id: i-0configured, image: ami-0aaaaaaaaaaaaaaaa, tags: {"aws:autoscaling:groupName": configured}}
          - {id: i-0golden, image: ami-0bbbbbbbbbbbbbbbb, tags: {"aws:autoscaling:groupName": web}}
          - {id: i-0alone, image: ami-0aaaaaaaaaaaaaaaa}
          - {id: i-0stolen, image: ami-0aaaaaaaaaaaaaaaa, tags: {"aws:autoscaling:groupName": gone}}
          - {id: i-0fleeted, image: ami-0aaaaaaaaaaaaaaaa, tags: {"aws:ec2:fleet-id": fleet-0a, "aws:autoscaling:groupName": web}}
          - {id: i-0shared, image: ami-0eeeeeeeeeeeeeeee}
          - {id: i-0sister, image: ami-0cccccccccccccccc}
          - {id: i-0strange, image: ami-0aaaaaaaaaaaaaaaa}
          - {id: i-0steady, image: ami-0bbbbbbbbbbbbbbbb, tags: {"aws:autoscaling:groupName": steady}}
          - {id: i-0old, image: ami-0dddddddddddddddd}
          - {id: i-0ended, image: ami-0aaaaaaaaaaaaaaaa}
          - {id: i-0protected, image: ami-0bbbbbbbbbbbbbbbb, protected: true, stop_protected: true}
          - {id: i-0mended, image: ami-0aaaaaaaaaaaaaaaa, tags: {"aws:ec2:fleet-id": fleet-0sound}}
          - {id: i-0masked, image: ami-0aaaaaaaaaaaaaaaa, tags: {"aws:ec2:fleet-id": fleet-0over}}
          - {id: i-0bare, image: ami-0aaaaaaaaaaaaaaaa, tags: {"aws:ec2:fleet-id": fleet-0bare}}
          - {id: i-0orphan, image: ami-0aaaaaaaaaaaaaaaa, tags: {"aws:ec2:fleet-id": fleet-0gone}}
        fleets:
          - {id: fleet-0a, template: lt-0only, total: 2, instances: [i-0fleet, i-0fleet2]}
          - {id: fleet-0sound, template: lt-0sound, total: 1}
          - {id: fleet-0over, template: lt-0only, image: ami-0bbbbbbbbbbbbbbbb, total: 1}
          - {id: fleet-0bare, template: lt-0deleted, total: 1}
          - {id: fleet-0param, template: lt-0byname, total: 1}
          - {id: fleet-0once, type: request, template: lt-0only, total: 1, instances: [i-0once]}
        spot_fleets: [{id: sfr-0a, image: ami-0aaaaaaaaaaaaaaaa, total: 1, instances: [i-0spotfleet]}, {id: sfr-0sound, template: lt-0sound, total: 1}]
        spot_requests:
          - {id: sir-0a, type: persistent, image: ami-0aaaaaaaaaaaaaaaa, instance: i-0lasting}
          - {id: sir-0b, image: ami-0aaaaaaaaaaaaaaaa, instance: i-0single}
`

var ireland = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}

func open(t *testing.T) *world.World {
	t.Helper()
	w, err := world.New([]byte(shop), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// as opens AWS for one of the shop's users.
func as(w *world.World, key, secret string) *actiontest.AWS {
	credentials := aws.Credentials{AccessKeyID: key, SecretAccessKey: secret}
	return actiontest.On(func(p event.Place) aws.Config { return w.Config(p, credentials) })
}

func sighted(t *testing.T) (*actiontest.AWS, time.Time) {
	w := open(t)
	return as(w, "AKIAOPERATOR00000001", "operator"), w.Now()
}

func blind(t *testing.T) (*actiontest.AWS, time.Time) {
	w := open(t)
	return as(w, "AKIABLIND00000000001", "blind"), w.Now()
}

// shortSighted is the shop for a riposte that may see instances and images, and nothing that launches them.
func shortSighted(t *testing.T) (*actiontest.AWS, time.Time) {
	w := open(t)
	return as(w, "AKIASHORT00000000001", "short"), w.Now()
}

// ended is the shop after the instance i-0ended was terminated.
func ended(t *testing.T) (*actiontest.AWS, time.Time) {
	c, now := sighted(t)
	if err := (action.Terminate{Instance: ireland.In(event.Instance, "i-0ended")}).Do(t.Context(), c.Writes()); err != nil {
		t.Fatal(err)
	}
	return c, now
}

// unsafe is the shop where a shutdown from inside ends i-0alone.
func unsafe(t *testing.T) (*actiontest.AWS, time.Time) {
	c, now := sighted(t)
	_, err := c.Writes().EC2(ireland).ModifyInstanceAttribute(t.Context(), &ec2.ModifyInstanceAttributeInput{
		InstanceId: aws.String("i-0alone"), InstanceInitiatedShutdownBehavior: &types.AttributeValue{Value: aws.String("terminate")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, now
}

// later is the shop after some time.
func later(d time.Duration) func(*testing.T) (*actiontest.AWS, time.Time) {
	return func(t *testing.T) (*actiontest.AWS, time.Time) {
		c, now := sighted(t)
		return c, now.Add(d)
	}
}

// launchedBy really launches from an image, and gives the instance to no group.
func launchedBy(t *testing.T, c *actiontest.AWS, token string) string {
	t.Helper()
	client, ok := c.Writes().EC2(ireland).(*ec2.Client)
	if !ok {
		t.Fatal("the writing half is no client of the SDK")
	}
	out, err := client.RunInstances(context.Background(), &ec2.RunInstancesInput{
		ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1), ClientToken: aws.String(token),
	})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.Instances[0].InstanceId)
}

const (
	mallory = `{"type":"IAMUser","principalId":"AIDAMALLORY","arn":"arn:aws:iam::111122223333:user/staff/mallory","accountId":"111122223333","accessKeyId":"AKIAMALLORY000000001","userName":"mallory"}`
	session = `{"type":"AssumedRole","principalId":"AROABUILDER:job-1","arn":"arn:aws:sts::111122223333:assumed-role/builder/job-1","accountId":"111122223333","accessKeyId":"ASIABUILDER000000001",` +
		`"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROABUILDER","arn":"arn:aws:iam::111122223333:role/ci/builder","accountId":"111122223333","userName":"builder"},"attributes":{"creationDate":"2030-01-07T08:00:00Z","mfaAuthenticated":"false"}}}`
	sso = `{"type":"AssumedRole","principalId":"AROASSO:ann@example.com","arn":"arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ann@example.com","accountId":"111122223333","accessKeyId":"ASIASSO0000000000001",` +
		`"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROASSO","arn":"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef","accountId":"111122223333","userName":"AWSReservedSSO_Admin_0123456789abcdef"},"attributes":{"creationDate":"2030-01-07T08:00:00Z","mfaAuthenticated":"false"}}}`
	root = `{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333","accessKeyId":"AKIAROOT000000000001"}`
)

func modified(id string) string {
	return called(mallory, "ModifyLaunchTemplate", `{"ModifyLaunchTemplateRequest":{"LaunchTemplateName":"whatever","SetDefaultVersion":{"tag":1,"content":2}}}`,
		`{"ModifyLaunchTemplateResponse":{"launchTemplate":{"launchTemplateId":"`+id+`","launchTemplateName":"whatever"}}}`)
}

const public = "would launch ami-0aaaaaaaaaaaaaaaa: it is public"

// called is a record; the sources are told by the call.
func called(identity, name, request, response string, more ...string) string {
	source := "ec2.amazonaws.com"
	if strings.Contains(name, "AutoScaling") || strings.Contains(name, "LaunchConfiguration") {
		source = "autoscaling.amazonaws.com"
	} else if name == "PutParameter" {
		source = "ssm.amazonaws.com"
	}
	return fmt.Sprintf(`{"eventVersion":"1.09","userIdentity":%s,"eventTime":"2030-01-07T09:00:00Z","eventSource":%q,"eventName":%q,`+
		`"awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","requestParameters":%s,"responseElements":%s,"requestID":"req-1",`+
		`"eventID":"ev-1","eventType":"AwsApiCall","recipientAccountId":"111122223333"%s}`,
		identity, source, name, request, response, strings.Join(more, ""))
}

func failed(code string) string { return fmt.Sprintf(`,"errorCode":%q`, code) }

// with writes one parameter, by its name in Go, over the defaults: in place of what stands there, which others share.
func with(field string, value any) func(any) error {
	return func(p any) error {
		b, err := json.Marshal(value)
		if err != nil {
			return err
		}
		f := reflect.ValueOf(p).Elem().FieldByName(field)
		fresh := reflect.New(f.Type())
		err = json.Unmarshal(b, fresh.Interface())
		f.Set(fresh.Elem())
		return err
	}
}

// preview is the plan on unchecked facts.
func preview(t *testing.T, book playbook.Playbook, record string) action.Plan {
	t.Helper()
	e, err := event.Decode([]byte(record))
	if err != nil {
		t.Fatal(err)
	}
	leads, err := book.Suspects(e)
	if err != nil || len(leads) != 1 {
		t.Fatalf("%d leads, %v", len(leads), err)
	}
	plan, err := book.Preview(leads[0])
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

package world_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
)

// locked is an account whose role web, which an instance has, can be used in the instance's network and by its address alone.
const locked = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    users: [{name: mallory, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAMALLORY000000001, secret: wJalrXUtnFEMI}]}]
    roles:
      - name: web
        trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: "sts:AssumeRole"}]}
        inline:
          work: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "ec2:*", Resource: "*"}]}
          lock:
            Version: "2012-10-17"
            Statement:
              - {Effect: Deny, Action: "*", Resource: "*", Condition: {"Null": {"ec2:SourceInstanceARN": "false", "aws:SourceIp": "false"}, BoolIfExists: {"aws:ViaAWSService": "false"}, NotIpAddress: {"aws:SourceIp": [192.0.2.10/32]}}}
              - {Effect: Deny, Action: "*", Resource: "*", Condition: {"Null": {"ec2:SourceInstanceARN": "false", "aws:SourceVpc": "false"}, BoolIfExists: {"aws:ViaAWSService": "false"}, StringNotEquals: {"aws:SourceVpc": "${aws:EC2InstanceSourceVPC}"}}}
    regions:
      eu-west-1:
        images: [{id: ami-0bbbbbbbbbbbbbbbb, name: golden}]
        instances: [{id: i-0a1b2c3d4e5f60718, image: ami-0bbbbbbbbbbbbbbbb, profile: web}]
        rows: {ec2.vpc-endpoint: [{VpcEndpointId: vpce-0own, VpcId: vpc-05df6c159c56810fa}, {VpcEndpointId: vpce-0other, VpcId: vpc-0other}]}
`

// history is a page of what CloudTrail says that a name called.
func history(t *testing.T, w *world.World, in cloudtrail.LookupEventsInput, name string) *cloudtrail.LookupEventsOutput {
	t.Helper()
	in.LookupAttributes = []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyUsername, AttributeValue: &name}}
	return must(t, func() (*cloudtrail.LookupEventsOutput, error) {
		return cloudtrail.NewFromConfig(w.Config(ireland, mallory)).LookupEvents(ctx, &in)
	})
}

// A lock judges a call by where it came from, and the history keeps what was refused, reads too.
func TestAnInstancesCredentialsAreJudgedByWhereTheyAreUsed(t *testing.T) {
	w, err := world.New([]byte(locked), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	on, err := w.OnInstance(ireland, "i-0a1b2c3d4e5f60718")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{}
	for _, c := range []struct {
		from   world.Origin
		denied bool
	}{
		{world.Origin{SourceIP: "192.0.2.10"}, false},
		{world.Origin{SourceIP: "198.51.100.7"}, true},
		{world.Origin{SourceIP: "10.0.0.5", Endpoint: "vpce-0own"}, false},
		{world.Origin{SourceIP: "10.0.0.5", Endpoint: "vpce-0other"}, true},
		{world.Origin{SourceIP: "10.0.0.5", Endpoint: "vpce-0stranger"}, true},
	} {
		_, err := ec2.NewFromConfig(w.ConfigFrom(ireland, on, c.from)).DescribeInstances(ctx, &ec2.DescribeInstancesInput{})
		if (code(err) == "UnauthorizedOperation") != c.denied {
			t.Errorf("from %+v: %v", c.from, err)
		}
		want = append([]string{fmt.Sprint(c.from.SourceIP, " ", c.from.Endpoint, " ", c.denied)}, want...)
	}
	if n := len(history(t, w, cloudtrail.LookupEventsInput{}, "i-0a1b2c3d4e5f60718").Events); n > 0 {
		t.Errorf("%d calls at once: history comes later", n)
	}
	pass(t, w, 10*time.Second)
	var got []string
	for in := (cloudtrail.LookupEventsInput{MaxResults: aws.Int32(2)}); ; {
		page := history(t, w, in, "i-0a1b2c3d4e5f60718")
		for _, e := range page.Events {
			d, err := event.Decode([]byte(*e.CloudTrailEvent))
			if err != nil || d.Actor.Instance != "i-0a1b2c3d4e5f60718" || !d.ReadOnly || *e.ReadOnly != "true" || *e.EventName != "DescribeInstances" {
				t.Errorf("%+v, %v", d, err)
			}
			got = append(got, fmt.Sprint(d.SourceIP, " ", d.Endpoint, " ", d.Error.Code == "Client.UnauthorizedOperation"))
		}
		if in.NextToken = page.NextToken; in.NextToken == nil {
			break
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q, want %q", got, want)
	}
	if n := len(w.Deliveries()); n != len(want) {
		t.Errorf("%d deliveries of %d reads by an instance", n, len(want))
	}
	pass(t, w, 91*24*time.Hour)
	if n := len(history(t, w, cloudtrail.LookupEventsInput{}, "i-0a1b2c3d4e5f60718").Events); n > 0 {
		t.Errorf("%d calls after ninety days", n)
	}
}

// Reads by others stand in the history alone: riposte's rules ask for those of instances.
func TestReadsByOthersAreNotDelivered(t *testing.T) {
	w := made(t, world.Options{})
	must(t, func() (*ec2.DescribeInstancesOutput, error) {
		return ec2.NewFromConfig(w.Config(ireland, mallory)).DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{"i-0protected"}})
	})
	pass(t, w, 10*time.Second)
	page := history(t, w, cloudtrail.LookupEventsInput{StartTime: aws.Time(w.Now().Add(-time.Hour)), EndTime: aws.Time(w.Now())}, "mallory")
	if len(page.Events) != 1 || len(w.Deliveries()) != 0 {
		t.Fatalf("%+v, %d deliveries", page.Events, len(w.Deliveries()))
	}
	var record struct{ RequestParameters map[string]any }
	if err := json.Unmarshal([]byte(*page.Events[0].CloudTrailEvent), &record); err != nil || fmt.Sprint(record.RequestParameters) != "map[instanceIds:[i-0protected]]" {
		t.Errorf("%v, %v", record, err)
	}
}

// The history has the call that opened a session by the key that it gave out: a resource of the record, though the request does not name it.
func TestWhoOpenedASessionIsFoundByItsKey(t *testing.T) {
	w, err := world.New([]byte(`
now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    users: [{name: mallory, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAMALLORY000000001, secret: wJalrXUtnFEMI}]}]
    roles: [{name: ops, trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {AWS: "arn:aws:iam::111122223333:root"}, Action: "sts:AssumeRole"}]}}]
  - id: "222233334444"
    users: [{name: lab, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIALAB0000000000001, secret: lab}]}]
    roles: [{name: lab, trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {AWS: "arn:aws:iam::111122223333:root"}, Action: "sts:AssumeRole"}]}}]
`), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	by := w.Config(ireland, mallory)
	var keys []string
	for _, name := range []string{"nadia", "bea"} {
		opened := must(t, func() (*sts.AssumeRoleOutput, error) {
			return sts.NewFromConfig(by).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::111122223333:role/ops"), RoleSessionName: &name})
		})
		keys = append(keys, *opened.Credentials.AccessKeyId)
	}
	if err := w.AdvanceTo(w.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	found := must(t, func() (*cloudtrail.LookupEventsOutput, error) {
		return cloudtrail.NewFromConfig(by).LookupEvents(ctx, &cloudtrail.LookupEventsInput{
			LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyResourceName, AttributeValue: &keys[0]}},
		})
	})
	if len(found.Events) != 1 {
		t.Fatalf("%d events", len(found.Events))
	}
	e, err := event.Decode([]byte(*found.Events[0].CloudTrailEvent))
	if err != nil || e.Minted() != keys[0] || e.Actor.UserName != "mallory" {
		t.Errorf("%s by %s, %v", e.Minted(), e.Actor.ARN, err)
	}

	// The role of another account: that account's copy has the key, too, and no name of the caller's.
	opened := must(t, func() (*sts.AssumeRoleOutput, error) {
		return sts.NewFromConfig(by).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::222233334444:role/lab"), RoleSessionName: aws.String("nadia")})
	})
	if err := w.AdvanceTo(w.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		account, key, secret string
		kind                 event.ActorKind
	}{{"111122223333", mallory.AccessKeyID, mallory.SecretAccessKey, event.UserActor}, {"222233334444", "AKIALAB0000000000001", "lab", event.AccountActor}} {
		place := event.Place{Partition: "aws", Account: c.account, Region: ireland.Region}
		found := must(t, func() (*cloudtrail.LookupEventsOutput, error) {
			return cloudtrail.NewFromConfig(w.Config(place, aws.Credentials{AccessKeyID: c.key, SecretAccessKey: c.secret})).LookupEvents(ctx, &cloudtrail.LookupEventsInput{
				LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyResourceName, AttributeValue: opened.Credentials.AccessKeyId}},
			})
		})
		if len(found.Events) != 1 {
			t.Fatalf("%d events in %s", len(found.Events), c.account)
		}
		e, err := event.Decode([]byte(*found.Events[0].CloudTrailEvent))
		if err != nil || e.Minted() != *opened.Credentials.AccessKeyId || e.Actor.Kind != c.kind || e.Actor.Account != "111122223333" || e.Account != c.account || e.SharedID == "" {
			t.Errorf("in %s: %+v, %v", c.account, e.Actor, err)
		}
	}
}

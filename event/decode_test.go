package event_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/event"
)

const launch = `{
	"eventVersion": "1.10", "eventID": "5d0c2f1a-0000-4000-8000-000000000001", "requestID": "r-1",
	"sharedEventID": "s-1", "eventTime": "2026-03-01T10:00:07Z", "eventSource": "ec2.amazonaws.com",
	"eventName": "RunInstances", "awsRegion": "eu-west-1", "sourceIPAddress": "203.0.113.7", "userAgent": "aws-cli/2",
	"recipientAccountId": "111122223333", "readOnly": false, "eventType": "AwsApiCall", "vpcEndpointId": "vpce-1",
	"tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "X", "clientProvidedHostHeader": "ec2.eu-west-1.amazonaws.com"},
	"requestParameters": {"imageId": "ami-1"}, "responseElements": null,
	"resources": [{"ARN": "arn:aws:iam::444455556666:role/shared", "accountId": "444455556666", "type": "AWS::IAM::Role"},
		{"ARNPrefix": "arn:aws:s3:::logs/", "type": "AWS::S3::Object"}],
	"userIdentity": {"type": "AssumedRole", "principalId": "AROAEXAMPLE:i-0123456789abcdef0",
		"arn": "arn:aws:sts::111122223333:assumed-role/web/i-0123456789abcdef0", "accountId": "111122223333",
		"accessKeyId": "ASIAEXAMPLE", "sessionContext": {"ec2RoleDelivery": "2.0", "sourceIdentity": "dana",
			"sessionIssuer": {"type": "Role", "principalId": "AROAEXAMPLE", "arn": "arn:aws:iam::111122223333:role/app/web",
				"accountId": "111122223333", "userName": "web"},
			"attributes": {"mfaAuthenticated": "false", "creationDate": "2026-03-01T09:00:00Z"}}}}`

func TestDecodeKeepsEverythingARecordSays(t *testing.T) {
	got, err := event.Decode([]byte(launch))
	if err != nil {
		t.Fatal(err)
	}
	want := event.Event{
		Kind: event.Call, ID: "5d0c2f1a-0000-4000-8000-000000000001", SharedID: "s-1", RequestID: "r-1",
		Time: time.Date(2026, 3, 1, 10, 0, 7, 0, time.UTC), Partition: "aws", Account: "111122223333", Region: "eu-west-1",
		Source: "ec2.amazonaws.com", Name: "RunInstances", SourceIP: "203.0.113.7", UserAgent: "aws-cli/2", Endpoint: "vpce-1",
		TLS:     event.TLS{Version: "TLSv1.3", Cipher: "X", Host: "ec2.eu-west-1.amazonaws.com"},
		Request: []byte(`{"imageId": "ami-1"}`),
		Resources: []event.Resource{
			{Partition: "aws", Account: "444455556666", Type: "AWS::IAM::Role", ID: "arn:aws:iam::444455556666:role/shared"},
			{Partition: "aws", Type: "AWS::S3::Object", ID: "arn:aws:s3:::logs/"},
		},
		Actor: event.Actor{
			Kind: event.RoleActor, Partition: "aws", Account: "111122223333", PrincipalID: "AROAEXAMPLE:i-0123456789abcdef0",
			ARN:  "arn:aws:sts::111122223333:assumed-role/web/i-0123456789abcdef0",
			Role: "web", Session: "i-0123456789abcdef0", Issuer: "arn:aws:iam::111122223333:role/app/web", IssuerID: "AROAEXAMPLE",
			AccessKey: "ASIAEXAMPLE", SourceIdentity: "dana", Instance: "i-0123456789abcdef0", Delivery: "2.0", MFA: event.MFAUnknown,
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// record is the smallest one, with more keys.
func record(more ...string) string {
	keys := append([]string{
		`"eventSource":"ec2.amazonaws.com"`, `"eventName":"RunInstances"`, `"eventTime":"2026-03-01T10:00:07Z"`,
	}, more...)
	return "{" + strings.Join(keys, ",") + "}"
}

func TestDecodeSurvivesTheShapesThatRecordsComeIn(t *testing.T) {
	for name, more := range map[string][]string{
		"nothing but the necessary":   nil,
		"no user identity":            {`"userIdentity":null`},
		"empty session issuer":        {`"userIdentity":{"type":"IAMUser","sessionContext":{"sessionIssuer":{},"webIdFederationData":{}}}`},
		"keys that differ by case":    {`"eventname":"Other"`, `"EventName":"Other"`, `"EVENTSOURCE":7`},
		"a nested event name":         {`"requestParameters":{"eventName":"Other","eventSource":"iam.amazonaws.com"}`},
		"read-only as text":           {`"readOnly":"false"`},
		"no resources":                {`"resources":null`},
		"escapes in a value":          {`"userAgent":"\"\\\u0041\ud83d\ude00"`},
		"numbers where text is usual": {`"errorCode":200`, `"recipientAccountId":111122223333`},
	} {
		e, err := event.Decode([]byte(record(more...)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if e.Source != "ec2.amazonaws.com" || e.Name != "RunInstances" || e.Failed() {
			t.Errorf("%s: read as %s %s, failed %v", name, e.Source, e.Name, e.Failed())
		}
	}
}

func TestDecodeRefusesWhatCanBeReadInTwoWays(t *testing.T) {
	for name, c := range map[string]struct{ record, want string }{
		"event name twice":            {record(`"eventName":"DescribeInstances"`), `the key "eventName" twice`},
		"event name twice, escaped":   {record(`"event\u004eame":"DescribeInstances"`), `the key "eventName" twice`},
		"any key twice":               {record(`"awsRegion":"eu-west-1"`, `"awsRegion":"eu-west-2"`), `the key "awsRegion" twice`},
		"identity with a key twice":   {record(`"userIdentity":{"type":"Root","type":"IAMUser"}`), `userIdentity has the key "type" twice`},
		"no source":                   {`{"eventName":"RunInstances","eventTime":"2026-03-01T10:00:07Z"}`, "has no eventSource"},
		"no name":                     {`{"eventSource":"ec2.amazonaws.com","eventTime":"2026-03-01T10:00:07Z"}`, "has no eventName"},
		"name of another case only":   {`{"eventSource":"a","eventname":"b","eventTime":"2026-03-01T10:00:07Z"}`, "has no eventName"},
		"name that is no text":        {`{"eventSource":"a","eventName":["b"],"eventTime":"2026-03-01T10:00:07Z"}`, "has no eventName"},
		"no time":                     {`{"eventSource":"a","eventName":"b"}`, "has no eventTime"},
		"a time that is none":         {`{"eventSource":"a","eventName":"b","eventTime":"yesterday"}`, "no RFC 3339 time"},
		"identity that is no object":  {record(`"userIdentity":"bar"`), "userIdentity is no JSON object"},
		"a list where text should be": {record(`"errorCode":["AccessDenied"]`), `no text in "errorCode"`},
		"cut off":                     {record()[:40], "no valid JSON"},
		"more than one":               {record() + record(), "no valid JSON"},
		"no object":                   {`["x"]`, "no JSON object"},
		"empty":                       {``, "no valid JSON"},
		"nested 10,001 deep": {
			record(`"requestParameters":` + strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001)), "no valid JSON",
		},
	} {
		_, err := event.Decode([]byte(c.record))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: want an error with %q, have %v", name, c.want, err)
		}
	}
}

func TestDecodeErrorsQuoteNoValue(t *testing.T) {
	_, err := event.Decode([]byte(record(`"responseElements":{"sessionToken":"hush"}`, `"errorMessage":{"hush":1}`)))
	if err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("want an error without the value, have %v", err)
	}
}

func TestDecodeKeepsNothingOfItsInput(t *testing.T) {
	raw := []byte(launch)
	e, err := event.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	clear(raw)
	if string(e.Request) != `{"imageId": "ami-1"}` || e.Name != "RunInstances" {
		t.Errorf("the event changed with its input: %s %s", e.Name, e.Request)
	}
}

func TestInsightsAreReadFromTheirDetails(t *testing.T) {
	e, err := event.Decode([]byte(`{"eventTime":"2026-03-01T10:00:07Z","awsRegion":"us-gov-west-1","eventType":"AwsCloudTrailInsight",
		"eventCategory":"Insight","recipientAccountId":"111122223333",
		"insightDetails":{"state":"Start","eventSource":"autoscaling.amazonaws.com","eventName":"CompleteLifecycleAction"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if e.Kind != event.Insight || e.Name != "CompleteLifecycleAction" || e.Partition != "aws-us-gov" {
		t.Errorf("read as %s %s in %s", e.Kind, e.Name, e.Partition)
	}
}

func TestLogstashMovesTheTime(t *testing.T) {
	e, err := event.Decode([]byte(`{"eventSource":"a","eventName":"b","@timestamp":"2026-03-01T10:00:07.000Z","@version":"1"}`))
	if err != nil || !e.Time.Equal(time.Date(2026, 3, 1, 10, 0, 7, 0, time.UTC)) {
		t.Errorf("read as %v, %v", e.Time, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(launch))
	f.Add([]byte(record(`"event\u004eame":"x"`, `"userIdentity":{"type":1}`)))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := event.Decode(b)
		if err == nil && (e.Source == "" || e.Name == "" || e.Time.IsZero() && !strings.Contains(string(b), "0001-01-01")) {
			t.Errorf("decoded without the necessary: %+v", e)
		}
	})
}

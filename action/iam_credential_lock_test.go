package action_test

import (
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/iam"
)

// The lock denies an instance's credentials elsewhere, and nothing else: not another user of the role, nor what a service calls on
// behalf, nor a way out of the instance's own.
func TestTheLockDeniesInstancesElsewhereAlone(t *testing.T) {
	document, err := action.CredentialLock{WaysOut: []string{"192.0.2.20/32", "2001:db8::/64"}}.Document()
	if err != nil {
		t.Fatal(err)
	}
	lock, err := iam.Parse(document)
	if err != nil {
		t.Fatal(err)
	}
	instance := map[string]string{"ec2:SourceInstanceARN": "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", "aws:EC2InstanceSourceVPC": "vpc-own", "aws:ViaAWSService": "false"}
	for story, c := range map[string]struct {
		by     map[string]string
		key    string
		value  string
		denied bool
	}{
		"an instance by a way out":                    {instance, "aws:SourceIp", "192.0.2.20", false},
		"an instance by IPv6":                         {instance, "aws:SourceIp", "2001:db8::7", false},
		"an instance from elsewhere":                  {instance, "aws:SourceIp", "198.51.100.7", true},
		"an instance through its network's endpoint":  {instance, "aws:SourceVpc", "vpc-own", false},
		"an instance through another's endpoint":      {instance, "aws:SourceVpc", "vpc-other", true},
		"a service on the instance's behalf":          {instance, "aws:ViaAWSService", "true", false},
		"a service, where the key is not there":       {map[string]string{"aws:SourceIp": "198.51.100.7"}, "aws:CalledVia", "athena.amazonaws.com", false},
		"a function or a person who assumed the role": {map[string]string{"aws:ViaAWSService": "false"}, "aws:SourceIp", "198.51.100.7", false},
		"the same, through an endpoint":               {map[string]string{"aws:ViaAWSService": "false"}, "aws:SourceVpc", "vpc-other", false},
		"an instance whose request has no such key":   {map[string]string{"ec2:SourceInstanceARN": instance["ec2:SourceInstanceARN"]}, "aws:SourceIp", "198.51.100.7", true},
	} {
		x := iam.ContextOf(c.by)
		x.Set(c.key, c.value)
		d := iam.Evaluate(iam.Request{Action: "s3:ListBuckets", Resource: "*", Context: x}, iam.Policies{Identity: []iam.Policy{lock}})
		if (d.Effect == iam.ExplicitDeny) != c.denied {
			t.Errorf("%s: %v", story, d)
		}
	}
}

// A lock is known again however AWS gives it back, and nothing that differs is one.
func TestALockIsKnownAgain(t *testing.T) {
	document, err := action.CredentialLock{WaysOut: []string{"192.0.2.20/32"}}.Document()
	if err != nil {
		t.Fatal(err)
	}
	if to, ok := action.LockedTo(string(document)); !ok || len(to) != 1 || to[0] != "192.0.2.20/32" {
		t.Errorf("%v, %v", to, ok)
	}
	for _, other := range []string{"", "{}", `{"Version":"2012-10-17","Statement":[]}`, string(document[:len(document)-2]) + `,{"Effect":"Allow","Action":"*","Resource":"*"}]}`} {
		if to, ok := action.LockedTo(other); ok {
			t.Errorf("%s is a lock to %v", other, to)
		}
	}
}

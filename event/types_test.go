package event_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/event"
)

var ireland = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}

func TestHowAResourceIsCalled(t *testing.T) {
	plain := func(id string) string { return id }
	for _, c := range []struct {
		what     event.Resource
		arn, say string
		patterns []string
	}{
		{ireland.In(event.Instance, "i-1"), "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", "", []string{"arn:aws:ec2:eu-west-1:111122223333:instance/i-1"}},
		{ireland.In(event.Image, "ami-1"), "arn:aws:ec2:eu-west-1::image/ami-1", "", []string{"arn:aws:ec2:eu-west-1::image/ami-1"}},
		{ireland.In(event.LaunchTemplate, "lt-1"), "arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-1", "",
			[]string{"arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-1"}},
		{ireland.In(event.LaunchTemplate, "web"), "", "111122223333/eu-west-1/launch-template/web", // IAM decides by the id
			[]string{"arn:aws:ec2:eu-west-1:111122223333:launch-template/*"}},
		{ireland.In(event.Group, "web"), "", "111122223333/eu-west-1/group/web",
			[]string{"arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:*:autoScalingGroupName/web"}},
		{ireland.In(event.SecurityGroup, "sg-1"), "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1", "",
			[]string{"arn:aws:ec2:eu-west-1:*:security-group/sg-1"}}, // another account's, in a shared VPC
		{ireland.In(event.User, "/staff/ann"), "arn:aws:iam::111122223333:user/staff/ann", "",
			[]string{"arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:user/*/ann"}},
		{ireland.In(event.Session, "ops/ann"), "arn:aws:sts::111122223333:assumed-role/ops/ann", "", []string{"arn:aws:sts::111122223333:assumed-role/ops/ann"}},
		{ireland.In(event.AccessKey, "AKIA1"), "", "111122223333//access-key/AKIA1", nil},
		{ireland.In("AWS::EFS::FileSystem", "fs-1"), "", "111122223333/eu-west-1/AWS::EFS::FileSystem/fs-1", nil},
		{ireland.In(event.Bucket, "logs"), "arn:aws:s3:::logs", "", []string{"arn:aws:s3:::logs"}},
		{event.Resource{Type: event.Instance, ID: "i-1"}, "", "//instance/i-1", []string{"arn:*:ec2:::instance/i-1"}},
	} {
		if got := c.what.ARN(); got != c.arn {
			t.Errorf("%+v: ARN %q, want %q", c.what, got, c.arn)
		}
		if got := c.what.String(); got != c.arn+c.say {
			t.Errorf("%+v is called %q, want %q", c.what, got, c.arn+c.say)
		}
		if got := c.what.Patterns(plain); !slices.Equal(got, c.patterns) {
			t.Errorf("%+v: patterns %q, want %q", c.what, got, c.patterns)
		}
	}
}

func TestTheTableOfTypesIsSound(t *testing.T) {
	nouns := map[string]string{}
	for _, kind := range event.Types() {
		noun := event.Noun(kind)
		if other, taken := nouns[noun]; taken || noun == "" || noun == kind {
			t.Errorf("%s is called %q, as %q is", kind, noun, other)
		}
		nouns[noun] = kind
		r := ireland.In(kind, "x")
		if (r.Region == "") != event.Global(kind) {
			t.Errorf("%s in a region: %+v", kind, r)
		}
		if !strings.Contains(kind, "::") {
			t.Errorf("%s is none of AWS's names", kind)
		}
	}
}

package action_test

import (
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
)

// machine is a region with an instance, an image and another machine at an address.
func machine(t *testing.T, instance, image string) *actiontest.AWS {
	t.Helper()
	w, err := world.New([]byte(`now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    users: [{name: operator, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAOPERATOR00000001, secret: secret}]}]
    regions:
      eu-west-1:
        images: [{id: ami-0a, name: golden}, {id: ami-0kept, name: kept, `+image+`}]
        instances: [{id: i-0a, image: ami-0a, type: t3.large, zone: eu-west-1b, subnet: subnet-0b, address: 10.0.0.7, key: ops, user_data: c2VjcmV0, metadata: {tokens: required, hops: 2}, `+instance+`}]
        rows:
          ec2.volume: [{VolumeId: vol-0a, Size: 8, State: in-use, Attachments: [{InstanceId: i-0a, VolumeId: vol-0a, Device: /dev/xvda, DeleteOnTermination: true}]}]
`), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return actiontest.On(func(p event.Place) aws.Config {
		return w.Config(p, aws.Credentials{AccessKeyID: "AKIAOPERATOR00000001", SecretAccessKey: "secret"})
	})
}

const (
	announcedMachine = `state: stopped, tags: {Name: old, "riposte:case": c_1}`
	wholeImage       = `created: 2030-01-06T09:00:00Z, disks: [/dev/xvda], tags: {"riposte:case": c_1, "riposte:of": i-0a}`
)

var theInstance = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}.In(event.Instance, "i-0a")

// TestAnInstanceIsTerminatedOnlyWhereItsImageHoldsIt tells what keeps it, one by one.
func TestAnInstanceIsTerminatedOnlyWhereItsImageHoldsIt(t *testing.T) {
	image := func(from, to string) string { return strings.Replace(wholeImage, from, to, 1) }
	for _, c := range []struct{ story, instance, image, refused string }{
		{"announced, and kept whole", announcedMachine, wholeImage, ""},
		{"it was started", `tags: {"riposte:case": c_1}`, wholeImage, "not stopped"},
		{"its tag was taken off", "state: stopped", wholeImage, "is not there"},
		{"announced by another case", `state: stopped, tags: {"riposte:case": c_2}`, wholeImage, "names another case"},
		{"protected from termination", announcedMachine + ", protected: true", wholeImage, "disableApiTermination protects it"},
		{"protected from stopping", announcedMachine + ", stop_protected: true", wholeImage, "disableApiStop protects it"},
		{"managed by a service", announcedMachine + ", shown: {Operator: {Managed: true, Principal: eks.amazonaws.com}}", wholeImage, "a service of AWS manages it"},
		{"the image is another case's", announcedMachine, image("c_1", "c_2"), "no image"},
		{"the image is another instance's", announcedMachine, image("i-0a", "i-0b"), "no image"},
		{"the image is older than the last use", announcedMachine, image("2030-01-06", "2029-10-01"), "older than the last use"},
		{"the image lacks a disk", announcedMachine, image("/dev/xvda", "/dev/sdf"), "does not hold its disk /dev/xvda"},
	} {
		t.Run(c.story, func(t *testing.T) {
			on := machine(t, c.instance, c.image)
			look, err := action.TerminateKept{Instance: theInstance, Case: "c_1", Unused: time.Date(2029, 11, 1, 0, 0, 0, 0, time.UTC)}.Look(t.Context(), on.Reads())
			switch {
			case err != nil:
				t.Fatal(err)
			case !strings.Contains(look.Refused, c.refused) || (look.Refused == "") != (c.refused == ""):
				t.Errorf("refused: %q, want %q", look.Refused, c.refused)
			case (look.Inverse != nil) != (c.refused == ""):
				t.Errorf("way back: %v", look.Inverse)
			}
		})
	}
}

// TestAnInstanceComesBackAsItWas: once, however often it is asked for; without the user data, which may hold secrets.
func TestAnInstanceComesBackAsItWas(t *testing.T) {
	on := machine(t, announcedMachine, wholeImage)
	gone := action.TerminateKept{Instance: theInstance, Case: "c_1"}
	look, err := gone.Look(t.Context(), on.Reads())
	must(t, err)
	run(t, on, gone)
	back := look.Inverse.(action.RestoreInstance)
	back.Address = "10.0.0.8"
	for range 2 {
		run(t, on, back)
	}
	i := launchedOf(t, on, "ami-0kept")
	if i.InstanceType != types.InstanceTypeT3Large || *i.SubnetId != "subnet-0b" || *i.Placement.AvailabilityZone != "eu-west-1b" || *i.KeyName != "ops" || *i.PrivateIpAddress != "10.0.0.8" {
		t.Errorf("it is another: %+v", i)
	}
	if i.MetadataOptions.HttpTokens != types.HttpTokensStateRequired || *i.MetadataOptions.HttpPutResponseHopLimit != 2 {
		t.Errorf("metadata options %+v", i.MetadataOptions)
	}
	tags := map[string]string{}
	for _, tag := range i.Tags {
		tags[*tag.Key] = *tag.Value
	}
	if len(tags) != 2 || tags["Name"] != "old" || tags[action.OfTag] != "i-0a" {
		t.Errorf("tags %v", tags)
	}
}

// TestAnAddressThatIsTakenIsNoReasonToStayAway: it comes back at another.
func TestAnAddressThatIsTakenIsNoReasonToStayAway(t *testing.T) {
	on := machine(t, announcedMachine, wholeImage) // the world frees the address only when the instance has ended
	gone := action.TerminateKept{Instance: theInstance, Case: "c_1"}
	look, err := gone.Look(t.Context(), on.Reads())
	must(t, err)
	run(t, on, gone)
	run(t, on, look.Inverse)
	if i := launchedOf(t, on, "ami-0kept"); *i.PrivateIpAddress == "10.0.0.7" {
		t.Errorf("it has the address that is taken: %+v", i)
	}
}

func launchedOf(t *testing.T, on *actiontest.AWS, image string) types.Instance {
	t.Helper()
	out, err := on.Reads().EC2(theInstance.Place()).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{Filters: []types.Filter{{Name: aws.String("image-id"), Values: []string{image}}}})
	must(t, err)
	if len(out.Reservations) != 1 || len(out.Reservations[0].Instances) != 1 {
		t.Fatalf("%d launches, want one", len(out.Reservations))
	}
	return out.Reservations[0].Instances[0]
}

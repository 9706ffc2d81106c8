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

// disks is a region with a volume and a snapshot of it, in the SDK's words.
func disks(t *testing.T, volume, snapshot string) (*world.World, *actiontest.AWS) {
	t.Helper()
	w, err := world.New([]byte(`now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    users: [{name: operator, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAOPERATOR00000001, secret: secret}]}]
    regions:
      eu-west-1:
        rows:
          ec2.volume: [{VolumeId: vol-0a, VolumeType: gp3, Size: 100, Iops: 4000, Throughput: 250, AvailabilityZone: eu-west-1b, `+volume+`}]
          ec2.snapshot: [{SnapshotId: snap-0a, VolumeId: vol-0a, `+snapshot+`}]
`), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return w, actiontest.On(func(p event.Place) aws.Config {
		return w.Config(p, aws.Credentials{AccessKeyID: "AKIAOPERATOR00000001", SecretAccessKey: "secret"})
	})
}

const (
	announcedVolume = `State: available, Tags: [{Key: Name, Value: data}, {Key: "riposte:case", Value: c_1}]`
	wholeSnapshot   = `State: completed, VolumeSize: 100, StartTime: 2030-01-06T09:00:00Z, Tags: [{Key: "riposte:case", Value: c_1}]`
)

var theVolume = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}.In(event.Volume, "vol-0a")

// TestAVolumeIsDeletedOnlyWhereItsSnapshotHoldsIt tells what keeps it, one by one.
func TestAVolumeIsDeletedOnlyWhereItsSnapshotHoldsIt(t *testing.T) {
	snapshot := func(from, to string) string { return strings.Replace(wholeSnapshot, from, to, 1) }
	for _, c := range []struct {
		story, volume, snapshot string
		refused, under          string
	}{
		{"announced, and kept whole", announcedVolume, wholeSnapshot, "", ""},
		{"attached", `State: in-use, Attachments: [{InstanceId: i-0a}], Tags: [{Key: "riposte:case", Value: c_1}]`, wholeSnapshot, "attached to instance i-0a", ""},
		{"in an unknown state", `State: error, Tags: [{Key: "riposte:case", Value: c_1}]`, wholeSnapshot, "its state is error", ""},
		{"managed by a service", announcedVolume + ", Operator: {Managed: true, Principal: eks.amazonaws.com}", wholeSnapshot, "a service of AWS manages it", ""},
		{"its tag was taken off", "State: available", wholeSnapshot, "is not there", ""},
		{"announced by another case", `State: available, Tags: [{Key: "riposte:case", Value: c_2}]`, wholeSnapshot, "names another case", ""},
		{"the snapshot is another's", announcedVolume, snapshot("c_1", "c_2"), "no snapshot", ""},
		{"the snapshot is pending", announcedVolume, snapshot("completed", "pending, Progress: 40%"), "", "at 40%"},
		{"the snapshot failed", announcedVolume, snapshot("completed", "error"), "in state error", ""},
		{"the snapshot is older than the last use", announcedVolume, snapshot("2030-01-06", "2029-10-01"), "older than the last use", ""},
		{"the volume was made larger since", announcedVolume, snapshot("VolumeSize: 100", "VolumeSize: 80"), "is of 80 GiB", ""},
		{"the snapshot is encrypted by another key", announcedVolume + ", Encrypted: true, KmsKeyId: key-1", wholeSnapshot + ", Encrypted: true, KmsKeyId: key-2", "not encrypted as", ""},
		{"the snapshot is not encrypted", announcedVolume + ", Encrypted: true", wholeSnapshot, "not encrypted as", ""},
	} {
		t.Run(c.story, func(t *testing.T) {
			_, on := disks(t, c.volume, c.snapshot)
			look, err := action.DeleteVolume{Volume: theVolume, Case: "c_1", Unused: time.Date(2029, 11, 1, 0, 0, 0, 0, time.UTC)}.Look(t.Context(), on.Reads())
			switch {
			case err != nil:
				t.Fatal(err)
			case !strings.Contains(look.Refused, c.refused) || (look.Refused == "") != (c.refused == ""):
				t.Errorf("refused: %q, want %q", look.Refused, c.refused)
			case !strings.Contains(look.Under, c.under) || (look.Under == "") != (c.under == ""):
				t.Errorf("under way: %q, want %q", look.Under, c.under)
			case (look.Inverse != nil) != (c.refused+c.under == ""):
				t.Errorf("way back: %v", look.Inverse)
			}
		})
	}
}

// TestAVolumeComesBackAsItWas: of the same zone, type, size, speed and owner's tags; and once, however often it is asked for.
func TestAVolumeComesBackAsItWas(t *testing.T) {
	_, on := disks(t, announcedVolume, wholeSnapshot)
	gone := action.DeleteVolume{Volume: theVolume, Case: "c_1"}
	look, err := gone.Look(t.Context(), on.Reads())
	must(t, err)
	run(t, on, gone)
	for range 2 {
		run(t, on, look.Inverse)
	}
	out, err := on.Reads().EC2(theVolume.Place()).DescribeVolumes(t.Context(), &ec2.DescribeVolumesInput{})
	must(t, err)
	if len(out.Volumes) != 1 {
		t.Fatalf("%d volumes, want one", len(out.Volumes))
	}
	v := out.Volumes[0]
	tags := map[string]string{}
	for _, tag := range v.Tags {
		tags[*tag.Key] = *tag.Value
	}
	if *v.VolumeId == "vol-0a" || v.VolumeType != types.VolumeTypeGp3 || *v.Size != 100 || *v.Iops != 4000 || *v.Throughput != 250 || *v.AvailabilityZone != "eu-west-1b" {
		t.Errorf("it is another: %+v", v)
	}
	if len(tags) != 2 || tags["Name"] != "data" || tags[action.OfTag] != "vol-0a" {
		t.Errorf("tags %v", tags)
	}
}

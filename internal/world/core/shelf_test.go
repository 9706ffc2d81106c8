package core_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/world/core"
)

// drive is a resource with a struct of its own.
type drive struct {
	Name  string
	Tags  map[string]string
	Since time.Time
}

const spins core.Happening = "a drive spins up"

// disks is a service with a shelf of the SDK's own rows and one of its own.
type disks struct {
	volumes core.Shelf[types.Volume]
	drives  core.Shelf[drive]
	heard   []string
}

func (d *disks) service() *core.Service {
	return &core.Service{Name: "ec2", SDK: "EC2", Words: core.EC2Words(), Resources: []core.Resource{
		{Shelf: &d.volumes, Operations: []core.Operation{
			core.List[ec2.DescribeVolumesInput, ec2.DescribeVolumesOutput](&d.volumes, core.Listing{IDs: "VolumeIds"}, core.AsIs),
			core.Define(core.Spec[ec2.DeleteVolumeInput, ec2.DeleteVolumeOutput]{
				Write: true, Knows: "VolumeId", Answer: core.Found(&d.volumes, "VolumeId",
					func(c *core.Call, in *ec2.DeleteVolumeInput, v *types.Volume) (*ec2.DeleteVolumeOutput, *core.Refusal) {
						delete(d.volumes.Of(c.At), *in.VolumeId)
						return &ec2.DeleteVolumeOutput{}, nil
					}),
			}),
			core.Define(core.Spec[ec2.CreateLaunchTemplateInput, ec2.CreateLaunchTemplateOutput]{
				Knows: "LaunchTemplateName LaunchTemplateData.ImageId",
			}),
		}},
		{Shelf: &d.drives, On: map[core.Happening]func(core.At, string){spins: func(at core.At, id string) {
			d.heard = append(d.heard, at.Now.Format("05")+" "+id)
		}}},
	}}
}

func newDisks() *disks {
	return &disks{
		volumes: core.Shelf[types.Volume]{
			Kind: "ec2.volume", ID: "VolumeId", Missing: core.Missing("InvalidVolume.NotFound", "The volume '%s' does not exist."),
			Filters: map[string]string{"status": "State", "attachment.instance-id": "Attachments.InstanceId", "tag": "Tags", "encrypted": "Encrypted"},
		},
		drives: core.Shelf[drive]{Kind: "ec2.drive", ID: "Name", Born: func(core.At) []drive { return []drive{{Name: "first"}} }},
	}
}

func open(d *disks) core.At {
	s := core.New(core.Services{d.service()})
	s.Open("111122223333", "shop", "")
	return s.At("111122223333", "eu-west-1")
}

// ask makes a call to which its caller has every right.
func ask[O any](at core.At, operation string, in any) (*O, *core.Refusal) {
	out, refused := at.As(core.Linked{Service: "test.amazonaws.com"}, "ec2."+operation, in).Perform(func(*core.Call, core.Need) *core.Refusal { return nil })
	if refused != nil {
		return nil, refused
	}
	return out.(*O), nil
}

func volume(id, state, team string) *types.Volume {
	return &types.Volume{
		VolumeId: aws.String(id), State: types.VolumeState(state), Encrypted: aws.Bool(team == "a"), Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String(team)}},
		Attachments: []types.VolumeAttachment{{InstanceId: aws.String("i-" + team)}},
	}
}

func TestAListingOfTheSDKsOwnRows(t *testing.T) {
	d := newDisks()
	at := open(d)
	for _, v := range []*types.Volume{volume("vol-3", "in-use", "a"), volume("vol-1", "in-use", "b"), volume("vol-2", "available", "a"), volume("vol-4", "in-use", "a")} {
		d.volumes.Put(at, v)
	}
	by := func(name string, values ...string) []types.Filter {
		return []types.Filter{{Name: aws.String(name), Values: values}}
	}
	for _, c := range []struct {
		name string
		in   ec2.DescribeVolumesInput
		want string
	}{
		{"all, by id", ec2.DescribeVolumesInput{}, "vol-1 vol-2 vol-3 vol-4"},
		{"some", ec2.DescribeVolumesInput{VolumeIds: []string{"vol-4", "vol-1"}}, "vol-4 vol-1"},
		{"by a field", ec2.DescribeVolumesInput{Filters: by("status", "avail*")}, "vol-2"},
		{"by a truth", ec2.DescribeVolumesInput{Filters: by("encrypted", "false")}, "vol-1"},
		{"by what lies in a list", ec2.DescribeVolumesInput{Filters: by("attachment.instance-id", "i-b", "i-c")}, "vol-1"},
		{"by a tag", ec2.DescribeVolumesInput{Filters: by("tag:team", "a")}, "vol-2 vol-3 vol-4"},
		{"by a tag that none has", ec2.DescribeVolumesInput{Filters: by("tag:owner", "*")}, ""},
		{"a page", ec2.DescribeVolumesInput{MaxResults: aws.Int32(2), NextToken: aws.String("1")}, "vol-2 vol-3 ..3"},
		{"one that is not there", ec2.DescribeVolumesInput{VolumeIds: []string{"vol-9"}}, "InvalidVolume.NotFound"},
		{"by what the world does not know", ec2.DescribeVolumesInput{Filters: by("size", "1")}, "InvalidParameterValue"},
		{"by nothing", ec2.DescribeVolumesInput{Filters: []types.Filter{{}}}, "InvalidParameterValue"},
		{"after a token that is none", ec2.DescribeVolumesInput{NextToken: aws.String("x")}, "InvalidParameterValue"},
	} {
		var got []string
		out, refused := ask[ec2.DescribeVolumesOutput](at, "DescribeVolumes", &c.in)
		if refused != nil {
			got = append(got, refused.Code)
		} else {
			for _, v := range out.Volumes {
				got = append(got, *v.VolumeId)
			}
			if out.NextToken != nil {
				got = append(got, ".."+*out.NextToken)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: listed %v, want %s", c.name, got, c.want)
		}
	}
}

func TestACallHasTheRowThatItNames(t *testing.T) {
	d := newDisks()
	at := open(d)
	d.volumes.Put(at, volume("vol-1", "available", "a"))
	for _, want := range []string{"", "InvalidVolume.NotFound"} {
		if _, refused := ask[ec2.DeleteVolumeOutput](at, "DeleteVolume", &ec2.DeleteVolumeInput{VolumeId: aws.String("vol-1")}); refused != nil && refused.Code != want || refused == nil && want != "" {
			t.Errorf("%+v, want %q", refused, want)
		}
	}
}

func TestAParameterThatIsNotModelledIsNamed(t *testing.T) {
	o := open(newDisks()).Operation("ec2.CreateLaunchTemplate")
	for want, data := range map[string]*types.RequestLaunchTemplateData{
		"": {ImageId: aws.String("ami-1")}, "LaunchTemplateData.KernelId": {ImageId: aws.String("ami-1"), KernelId: aws.String("k")},
	} {
		if got := o.UnknownParameter(&ec2.CreateLaunchTemplateInput{LaunchTemplateName: aws.String("x"), LaunchTemplateData: data}); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := o.UnknownParameter(&ec2.CreateLaunchTemplateInput{VersionDescription: aws.String("x")}); got != "VersionDescription" {
		t.Errorf("got %q", got)
	}
}

func TestWhatWasKeptIsRestored(t *testing.T) {
	d := newDisks()
	at := open(d)
	d.volumes.Put(at, volume("vol-1", "in-use", "a"))
	d.drives.Put(at, &drive{Name: "second", Tags: map[string]string{"k": "v"}})
	text, err := json.Marshal(at.State)
	if err != nil {
		t.Fatal(err)
	}
	again := newDisks()
	s := core.New(core.Services{again.service()})
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(text), `"Tags":{}`, `"Tags":null`)), s); err != nil {
		t.Fatal(err)
	}
	if err := s.Restore(); err != nil {
		t.Fatal(err)
	}
	then := s.At("111122223333", "eu-west-1")
	if diff := cmp.Diff(d.drives.Of(at), again.drives.Of(then)); diff != "" {
		t.Error(diff)
	}
	if v, refused := again.volumes.Find(then, aws.String("vol-1")); refused != nil || *v.Tags[0].Value != "a" {
		t.Errorf("%+v, %+v", v, refused)
	}
	again.drives.Of(then)["first"].Tags["written"] = "to"
}

func TestWhatHappensIsHeardInOrder(t *testing.T) {
	d := newDisks()
	at := open(d)
	at.After(3*time.Second, spins, "third")
	at.After(time.Second, spins, "second")
	at.After(time.Second, spins, "dropped")
	at.Happen(spins, "first")
	at.Forget("dropped")
	at.RunTo(at.Now.Add(2 * time.Second))
	at.RunTo(at.Now.Add(2 * time.Second))
	if got := strings.Join(d.heard, ", "); got != "00 first, 01 second, 03 third" {
		t.Errorf("heard %s", got)
	}
}

func TestServicesAreChecked(t *testing.T) {
	twice, misspelled := newDisks().service(), newDisks().service()
	misspelled.Resources[0].Operations = append(misspelled.Resources[0].Operations, core.Define(core.Spec[ec2.StopInstancesInput, ec2.StopInstancesOutput]{
		Knows: "InstanceIds Forced",
	}))
	for want, all := range map[string]core.Services{
		"":                                {newDisks().service()},
		"shelf ec2.volume is there twice": {newDisks().service(), twice},
		"ec2.StopInstances has no parameter Forced": {misspelled},
	} {
		if err := all.Check(); err == nil && want != "" || err != nil && err.Error() != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

package waste

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/managed"
	"github.com/ripostehq/riposte/playbooks/price"
)

//go:embed testdata/unattached-volume.txtar
var volumeStories string

const volumeID = "waste.unattached-volume"

// VolumeParams are the parameters of waste.unattached-volume.
type VolumeParams struct {
	ReportDays int      `yaml:"report_days" help:"days without attachment after which a volume is told of: at least 14"`
	DeleteDays int      `yaml:"delete_days" help:"days without attachment after which it is deleted, told_days having passed: at least report_days"`
	ToldDays   int      `yaml:"told_days" help:"days between telling and deleting: at least 7"`
	Sightings  int      `yaml:"sightings" help:"complete sweeps that must have seen it so: at least 2"`
	KeepDays   int      `yaml:"keep_days" help:"days for which the snapshot is kept that gives it back: at least 30"`
	CodeTags   []string `yaml:"code_tags" help:"keys of tags by which your code (Terraform, Pulumi) marks what it manages: it is told of, and nothing is deleted"`
}

func (p VolumeParams) treatment() treatment {
	return treatment{p.ReportDays, p.DeleteDays, p.ToldDays, p.Sightings}
}

// Validate refuses a haste that leaves the owner no time to say no.
func (p VolumeParams) Validate() error {
	if p.KeepDays < 30 {
		return playbook.Wrong{Path: []any{"keep_days"}, Text: fmt.Sprintf("%d: want at least 30, since the snapshot is the only way back", p.KeepDays)}
	}
	return p.treatment().validate()
}

// UnattachedVolume finds volumes that no instance has had for long, keeps a snapshot of each, and deletes it.
func UnattachedVolume() playbook.Definition {
	return playbook.Define(playbook.Spec[VolumeParams, volume]{
		ID:       volumeID,
		Title:    "A volume is attached to nothing",
		Why:      whyVolume,
		Severity: playbook.Low,
		Concern:  playbook.Cost,
		Lists:    []playbook.Listing[VolumeParams, volume]{playbook.List(inventory.Volumes(), listVolume)},
		Ripe: func(k playbook.Streak, _ volume, now time.Time, p VolumeParams) bool {
			return p.treatment().ripe(k, now)
		},
		Saves: func(ctx context.Context, prices playbook.Prices, s playbook.Suspect[volume]) (playbook.Saving, error) {
			return s.Facts.priced(s.Resource.Region).Keeping(ctx, prices)
		},
		Reads: []call.ID{call.EC2DescribeVolumes, call.EC2DescribeVolumesModifications, call.EC2DescribeSnapshots},
		Changes: playbook.Always[VolumeParams](
			action.Announce{}.About().Kind, action.SnapshotVolume{}.About().Kind, action.DeleteVolume{}.About().Kind,
		),
		Prevents: []playbook.Prevention{{
			Kind: playbook.AccountSetting,
			How: "Have volumes go with their instances: DeleteOnTermination true in launch templates for what holds no data, and a lifecycle of its own " +
				"(a stack, a module, a claim with reclaim policy Delete) for what does. A Recycle Bin rule for volumes keeps what was deleted by mistake for some days.",
		}},
		Stories:  volumeStories,
		Defaults: VolumeParams{ReportDays: 31, DeleteDays: 45, ToldDays: 14, Sightings: 7, KeepDays: 365},
		Suspect:  func(event.Event, VolumeParams) []playbook.Suspect[volume] { return nil },
		Check:    checkVolume,
		Plan:     planVolume,
	})
}

const whyVolume = `A volume costs the same whether it is attached or not, and whoever left it behind rarely comes back for it. What is
found here was attached to nothing on each sweep for a month. First its owner is told, by tags on the volume too. A fortnight later, 45 days in all, a
snapshot is made of what is still attached to nothing, and only when it is completed, whole and encrypted as the volume is, and neither CloudTrail nor CloudWatch
shows a use beside it, the volume is deleted a day later. The
snapshot is kept for a year: undo makes a volume of it, in the same zone, of the same type, size, speed, key and tags, with another id, which its tag
riposte:of explains. Before each step it is looked at again: attached, tagged riposte:keep with a date, changed in size or speed, or its
announcing tag taken off, and it is let be. CloudTrail is asked for what happened between the sweeps; where it can't answer nothing is deleted. Not
found at all: what AWS Backup, Data Lifecycle Manager, Elastic Disaster Recovery or another service holds ready, and volumes on Outposts. Always
asked about: volumes of Kubernetes claims, since a set of pods at zero looks just like this, and volumes for several instances. What CloudFormation or
your code owns (code_tags) is told and left: delete it there. So is what costs less than the snapshot that would replace it (sc1, st1, magnetic).
Known false positive: a volume that a script attaches by its id less than once in 45 days; tag it riposte:keep.`

// volume are the facts of one.
type volume struct {
	unused
	Type            string
	GB, IOPS, MiBps int
}

func (f volume) priced(region string) price.Volume {
	return price.Volume{Region: region, Type: f.Type, GB: f.GB, IOPS: f.IOPS, MiBps: f.MiBps}
}

// listVolume wants what is attached to nothing. When that began no listing shows: the streak begins with the first sweep that saw it.
func listVolume(at event.Resource, v types.Volume, p VolumeParams) *playbook.Listed[volume] {
	tags := managed.Tags(v.Tags)
	if v.State != types.VolumeStateAvailable || len(v.Attachments) > 0 || aws.ToString(v.OutpostArn) != "" || served(tags, v.Operator) {
		return nil
	}
	f := volume{Type: string(v.VolumeType), GB: int(aws.ToInt32(v.Size)), IOPS: int(aws.ToInt32(v.Iops)), MiBps: int(aws.ToInt32(v.Throughput))}
	f.Managed = managed.By(tags, v.Operator, p.CodeTags)
	switch {
	case claimed(tags):
		f.Asks = "a Kubernetes cluster made it for a claim, which may be at rest: ask whose it is before it goes"
	case aws.ToBool(v.MultiAttachEnabled):
		f.Asks = "it is made for several instances at once, a cluster's perhaps"
	}
	return &playbook.Listed[volume]{Suspect: f.of(at)}
}

// of says the facts of a volume.
func (f volume) of(at event.Resource) playbook.Suspect[volume] {
	title := fmt.Sprintf("volume %s (%s, %d GiB) is attached to nothing", at.ID, f.Type, f.GB)
	switch {
	case f.Managed != "":
		title += "; " + f.Managed + " manages it: take it out there"
	case f.Idle != "":
		title += "; " + f.Idle
	}
	return playbook.Suspect[volume]{Resource: at, Title: title, Facts: f}
}

// planVolume tells, waits, keeps a snapshot and deletes.
func planVolume(s playbook.Suspect[volume], p VolumeParams) (plan action.Plan) {
	f, wait := s.Facts, p.treatment().wait()
	if f.Managed != "" || f.Idle != "" {
		return plan
	}
	snapshot := action.Try(action.SnapshotVolume{Volume: s.Resource, Case: s.Case, Keep: f.Opened.Add(wait).AddDate(0, 0, p.KeepDays)}).Required()
	gone := action.Try(action.DeleteVolume{Volume: s.Resource, Case: s.Case, Unused: f.Since})
	snapshot.After, gone.After = wait, wait
	plan.Steps = []action.Step{f.announce(s.Resource, s.Case, volumeID, wait), f.asked(snapshot), f.asked(gone)}
	return plan
}

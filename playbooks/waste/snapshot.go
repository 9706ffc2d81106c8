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

//go:embed testdata/stale-snapshot.txtar
var snapshotStories string

const snapshotID = "waste.stale-snapshot"

// SnapshotParams are the parameters of waste.stale-snapshot.
type SnapshotParams struct {
	AgeDays    int      `yaml:"age_days" help:"days after which a snapshot is old: at least 90, as far back as CloudTrail's event history shows its use"`
	ReportDays int      `yaml:"report_days" help:"days of sweeps that saw an old snapshot, after which it is told of: at least 14"`
	DeleteDays int      `yaml:"delete_days" help:"days of sweeps after which it is deleted, told_days having passed: at least report_days"`
	ToldDays   int      `yaml:"told_days" help:"days between telling and deleting: at least 7"`
	Sightings  int      `yaml:"sightings" help:"complete sweeps that must have seen it so: at least 2"`
	BinDays    int      `yaml:"bin_days" help:"days for which a rule of the Recycle Bin has to keep what is deleted: at least 7"`
	CodeTags   []string `yaml:"code_tags" help:"keys of tags by which your code (Terraform, Pulumi) marks what it manages: it is told of, and not deleted"`
}

func (p SnapshotParams) treatment() treatment {
	return treatment{p.ReportDays, p.DeleteDays, p.ToldDays, p.Sightings}
}

// Validate refuses a haste that leaves the owner no time to say no.
func (p SnapshotParams) Validate() error {
	switch {
	case p.AgeDays < 90:
		return playbook.Wrong{Path: []any{"age_days"}, Text: fmt.Sprintf("%d: want at least 90, since who restores from a snapshot does so seldom", p.AgeDays)}
	case p.BinDays < 7:
		return playbook.Wrong{Path: []any{"bin_days"}, Text: fmt.Sprintf("%d: want at least 7, since the Recycle Bin is the only way back", p.BinDays)}
	}
	return p.treatment().validate()
}

// StaleSnapshot finds old snapshots that nothing uses, and deletes each into the Recycle Bin.
func StaleSnapshot() playbook.Definition {
	return playbook.Define(playbook.Spec[SnapshotParams, snapshot]{
		ID:       snapshotID,
		Title:    "An old snapshot is used by nothing",
		Why:      whySnapshot,
		Severity: playbook.Low,
		Concern:  playbook.Cost,
		Lists:    []playbook.Listing[SnapshotParams, snapshot]{playbook.List(inventory.Snapshots(), listSnapshot)},
		Ripe: func(k playbook.Streak, f snapshot, now time.Time, p SnapshotParams) bool {
			return p.treatment().ripe(k, now) && now.Sub(f.Made) >= time.Duration(p.AgeDays)*day
		},
		Saves: func(ctx context.Context, prices playbook.Prices, s playbook.Suspect[snapshot]) (playbook.Saving, error) {
			if !s.Facts.Unused { // a listing shows neither images nor templates: what it shows may be in use
				return playbook.Saving{}, fmt.Errorf("whether snapshot %q is used was not asked yet: %w", s.Resource.ID, playbook.ErrNoPrice)
			}
			return price.Snapshot{Region: s.Resource.Region, GB: s.Facts.GB}.Saving(ctx, prices)
		},
		Reads: []call.ID{
			call.EC2DescribeSnapshots, call.EC2DescribeSnapshotAttribute, call.EC2DescribeImages, call.EC2DescribeLaunchTemplates, call.EC2DescribeLaunchTemplateVersions,
			call.EC2DescribeFastSnapshotRestores, call.EC2DescribeLockedSnapshots, call.EC2DescribeVolumes, call.AutoScalingDescribeLaunchConfigurations,
			call.RecycleBinListRules, call.RecycleBinGetRule,
		},
		Changes: playbook.Always[SnapshotParams](action.Announce{}.About().Kind, action.DeleteSnapshot{}.About().Kind),
		Prevents: []playbook.Prevention{{
			Kind: playbook.AccountSetting,
			How: "Have snapshots made by Data Lifecycle Manager or AWS Backup, which end them by a rule, and give each region a rule of the Recycle Bin for EBS snapshots " +
				"(30 days, say): what is deleted by mistake comes back under its id, whoever deleted it.",
		}},
		Stories:  snapshotStories,
		Defaults: SnapshotParams{AgeDays: 365, ReportDays: 31, DeleteDays: 45, ToldDays: 14, Sightings: 7, BinDays: 7},
		Suspect:  func(event.Event, SnapshotParams) []playbook.Suspect[snapshot] { return nil },
		Check:    checkSnapshot,
		Plan:     planSnapshot,
	})
}

const whySnapshot = `A snapshot costs as long as it lies there, and nobody remembers what it was for. What is found here is an EBS snapshot older than a year that
nothing uses: no image of the account, deprecated and disabled ones among them, no version of any launch template, no launch configuration, no other
account, no fast restore and no lock, and CloudTrail shows no volume made of it. First its owner is told, by tags on the snapshot too. A fortnight later it is
deleted, and only where a rule of the Recycle Bin covers it that keeps it for a week at least (bin_days): without such a rule it is told of, and left. Undo takes it out
of the bin, under its id and with its tags, for as long as the rule says; then it is gone for good. A person is asked where its volume is there no longer, since it may be
the last that is left of it, where it is a copy, and where there are more launch templates than are looked at. Before each step all is looked at again: used, shared, locked,
tagged riposte:keep with a date, or its announcing tag taken off, and it is let be. What it costs is told as "at most": snapshots share what did not change, and the end of
one may save next to nothing. Not found at all: what AWS Backup, Data Lifecycle Manager, Elastic Disaster Recovery or another service made, what a Kubernetes
cluster (a VolumeSnapshot) or Velero holds, archived ones, those on Outposts, and riposte's own ways back. What CloudFormation or your code (code_tags) owns is told and left. Known false positive: a snapshot that is kept
for an audit or a lawsuit, or whose id stands in a script or in another account's code; tag it riposte:keep.`

// snapshot are the facts of one.
type snapshot struct {
	unused
	Made   time.Time // when it was started
	GB     int       // what it holds by itself, where AWS says that, else what its volume had: at most
	Volume string    `json:",omitempty"`
	Unused bool      `json:",omitempty"` // nothing that was asked uses it; before that was asked, false
}

// listSnapshot wants what is there for good and for nobody's service. Whether it is old is asked by Ripe, whether it is used by the check.
func listSnapshot(at event.Resource, s types.Snapshot, p SnapshotParams) *playbook.Listed[snapshot] {
	tags := managed.Tags(s.Tags)
	switch _, own := tags[action.KeepUntilTag]; {
	case own, at.ID == "", s.StartTime == nil, s.State != types.SnapshotStateCompleted, served(tags, nil), heldByCluster(tags):
		return nil
	case s.StorageTier == types.StorageTierArchive, aws.ToString(s.OutpostArn) != "":
		return nil
	}
	f := snapshot{Made: s.StartTime.UTC(), GB: int(aws.ToInt32(s.VolumeSize)), Volume: aws.ToString(s.VolumeId)}
	const gibibyte = 1 << 30
	if whole := aws.ToInt64(s.FullSnapshotSizeInBytes); whole > 0 {
		f.GB = min(f.GB, int((whole+gibibyte-1)/gibibyte))
	}
	f.Managed = managed.By(tags, nil, p.CodeTags)
	return &playbook.Listed[snapshot]{Suspect: f.of(at)}
}

// of says the facts of a snapshot.
func (f snapshot) of(at event.Resource) playbook.Suspect[snapshot] {
	title := fmt.Sprintf("snapshot %s of %s may be unused", at.ID, f.Made.Format(time.DateOnly))
	if f.Unused {
		title = fmt.Sprintf("snapshot %s of %s (at most %d GiB) is used by nothing", at.ID, f.Made.Format(time.DateOnly), f.GB)
	}
	switch {
	case f.Managed != "":
		title += "; " + f.Managed + " manages it: take it out there"
	case f.Idle != "":
		title += "; " + f.Idle
	}
	return playbook.Suspect[snapshot]{Resource: at, Title: title, Facts: f}
}

// planSnapshot tells, waits, and deletes into the Recycle Bin.
func planSnapshot(s playbook.Suspect[snapshot], p SnapshotParams) (plan action.Plan) {
	f, wait := s.Facts, p.treatment().wait()
	if f.Managed != "" || f.Idle != "" {
		return plan
	}
	gone := action.Try(action.DeleteSnapshot{Snapshot: s.Resource, Case: s.Case, Days: p.BinDays})
	gone.After = wait
	plan.Steps = []action.Step{f.announce(s.Resource, s.Case, snapshotID, wait), f.asked(gone)}
	return plan
}

package waste

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
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

//go:embed testdata/stopped-instance.txtar
var instanceStories string

const instanceID = "waste.stopped-instance"

// InstanceParams are the parameters of waste.stopped-instance.
type InstanceParams struct {
	ReportDays int      `yaml:"report_days" help:"days after which a stopped instance is told of: at least 14"`
	DeleteDays int      `yaml:"delete_days" help:"days after which it is terminated, told_days having passed: at least report_days"`
	ToldDays   int      `yaml:"told_days" help:"days between telling and terminating: at least 7"`
	Sightings  int      `yaml:"sightings" help:"complete sweeps that must have seen it stopped: at least 2"`
	KeepDays   int      `yaml:"keep_days" help:"days for which the image is kept that gives it back: at least 30"`
	CodeTags   []string `yaml:"code_tags" help:"keys of tags by which your code (Terraform, Pulumi) marks what it manages: it is told of, and not terminated"`
}

func (p InstanceParams) treatment() treatment {
	return treatment{p.ReportDays, p.DeleteDays, p.ToldDays, p.Sightings}
}

// Validate refuses a haste that leaves the owner no time to say no.
func (p InstanceParams) Validate() error {
	if p.KeepDays < 30 {
		return playbook.Wrong{Path: []any{"keep_days"}, Text: fmt.Sprintf("%d: want at least 30, since the image is the only way back", p.KeepDays)}
	}
	return p.treatment().validate()
}

// StoppedInstance finds instances that were stopped long ago, keeps an image of each, and terminates it.
func StoppedInstance() playbook.Definition {
	return playbook.Define(playbook.Spec[InstanceParams, instance]{
		ID:       instanceID,
		Title:    "An instance was stopped long ago",
		Why:      whyInstance,
		Severity: playbook.Low,
		Concern:  playbook.Cost,
		Lists:    []playbook.Listing[InstanceParams, instance]{playbook.List(inventory.Instances(), listInstance)},
		Ripe: func(k playbook.Streak, _ instance, now time.Time, p InstanceParams) bool {
			return p.treatment().ripe(k, now)
		},
		Saves: func(ctx context.Context, prices playbook.Prices, s playbook.Suspect[instance]) (playbook.Saving, error) {
			return s.Facts.priced(ctx, prices, s.Resource)
		},
		Reads: []call.ID{call.EC2DescribeInstances, call.EC2DescribeInstanceAttribute, call.EC2DescribeVolumes},
		Changes: playbook.Always[InstanceParams](
			action.Announce{}.About().Kind, action.ImageInstance{}.About().Kind, action.TerminateKept{}.About().Kind,
		),
		Prevents: []playbook.Prevention{{
			Kind: playbook.AccountSetting,
			How: "Let machines for trials end by themselves: a stack that is deleted with the branch, or InstanceInitiatedShutdownBehavior terminate where the disks hold nothing. " +
				"What is kept for its disks is cheaper as an image.",
		}},
		Stories:  instanceStories,
		Defaults: InstanceParams{ReportDays: 31, DeleteDays: 45, ToldDays: 14, Sightings: 7, KeepDays: 365},
		Suspect:  func(event.Event, InstanceParams) []playbook.Suspect[instance] { return nil },
		Check:    checkInstance,
		Plan:     planInstance,
	})
}

const whyInstance = `A stopped instance costs no hours, and its disks and Elastic IP addresses cost as before. EC2 says itself when it was stopped. What was
stopped for a month is told to its owner, by tags on the instance too. A fortnight later, 45 days in all, an image of all its disks is made, and only when it is
available is the instance terminated. The image is kept for a year: undo launches an instance of it, of the same type, in the same zone, subnet and
groups, with the same profile, key, metadata options and tags, at the same private address where that is free still. It has another id, which its tag
riposte:of explains, and it runs. User data is not given back, since it may hold secrets, nor is a second network interface: such an instance is asked about. Volumes that do not
end with the instance, and Elastic IP addresses, stay: they are other playbooks' to find. Giving back needs the author role, since it hands
the instance its profile. Before each step it is looked at again: started, tagged riposte:keep with a date, or its announcing tag taken off, and it is
let be. CloudTrail is asked for what happened between the sweeps; where it can't answer nothing is terminated. Not found at all: instances of groups,
warm pools, standby and fleets, Spot instances, those that hibernate, dedicated hosts, Outposts, roots on an instance store, and what a service manages or holds ready for
recovery. A protection from termination or from stopping is never switched off: such an instance is told and left. Always asked about: what a marketplace or a
licence is bound to, and what a Kubernetes cluster may want again. What CloudFormation, Beanstalk or your code owns (code_tags) is told and left: take it out
there. Known false positive: a machine for an emergency that is started less than once in 45 days; tag it riposte:keep.`

// instance are the facts of one.
type instance struct {
	unused
	Type  string
	Disks []disk `json:",omitempty"` // before the volumes were looked at, none
}

// disk is a volume that ends with the instance.
type disk struct {
	Type            string
	GB, IOPS, MiBps int
}

// priced is what its disks cost beyond the image that would replace them.
func (f instance) priced(ctx context.Context, prices playbook.Prices, at event.Resource) (playbook.Saving, error) {
	if len(f.Disks) == 0 {
		return playbook.Saving{}, fmt.Errorf("the disks of instance %q were not looked at yet: %w", at.ID, playbook.ErrNoPrice)
	}
	var all []playbook.Saving
	for _, d := range f.Disks {
		one, err := price.Volume{Region: at.Region, Type: d.Type, GB: d.GB, IOPS: d.IOPS, MiBps: d.MiBps}.Keeping(ctx, prices)
		if err != nil {
			return playbook.Saving{}, err
		}
		all = append(all, one)
	}
	return price.All(all...), nil
}

// listInstance wants what is stopped and stands for itself.
func listInstance(at event.Resource, i types.Instance, p InstanceParams) *playbook.Listed[instance] {
	tags := managed.Tags(i.Tags)
	if i.State == nil || i.State.Name != types.InstanceStateNameStopped || !standsAlone(i) || served(withoutTemplate(tags), i.Operator) {
		return nil
	}
	f := instance{Type: string(i.InstanceType)}
	f.Managed = managed.By(withoutTemplate(tags), i.Operator, p.CodeTags)
	switch {
	case claimed(tags):
		f.Asks = "a Kubernetes cluster may want it again: ask whose it is before it goes"
	case len(i.ProductCodes) > 0 || len(i.Licenses) > 0:
		f.Asks = "a licence is bound to it, which an image may not take along"
	case len(i.NetworkInterfaces) > 1:
		f.Asks = "it has several network interfaces, of which undo gives back the first"
	}
	return &playbook.Listed[instance]{Suspect: f.of(at), Since: sinceStopped(aws.ToString(i.StateTransitionReason))}
}

// standsAlone reports whether an instance is neither one of many nor bound to what an image does not hold.
func standsAlone(i types.Instance) bool {
	switch {
	case i.InstanceLifecycle != "", i.RootDeviceType == types.DeviceTypeInstanceStore, aws.ToString(i.OutpostArn) != "":
		return false
	case i.HibernationOptions != nil && aws.ToBool(i.HibernationOptions.Configured):
		return false
	case i.Placement != nil && (i.Placement.Tenancy == types.TenancyHost || aws.ToString(i.Placement.HostId) != ""):
		return false
	}
	return true
}

// withoutTemplate leaves out the reserved tags that tell how an instance was launched, not which service or code keeps it.
func withoutTemplate(tags map[string]string) map[string]string {
	rest := map[string]string{}
	for k, v := range tags {
		if !strings.HasPrefix(k, "aws:ec2launchtemplate:") {
			rest[k] = v
		}
	}
	return rest
}

// sinceStopped is when EC2 says that an instance was stopped: "User initiated (2029-11-01 09:00:00 GMT)". Zero where it does not say.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/TroubleshootingInstancesStopping.html
func sinceStopped(reason string) time.Time {
	_, in, _ := strings.Cut(reason, "(")
	in, _, _ = strings.Cut(in, ")")
	at, err := time.Parse("2006-01-02 15:04:05 GMT", in)
	if err != nil {
		return time.Time{}
	}
	return at
}

// of says the facts of an instance.
func (f instance) of(at event.Resource) playbook.Suspect[instance] {
	title := fmt.Sprintf("instance %s (%s) is stopped", at.ID, managed.Short(f.Type))
	switch {
	case f.Managed != "":
		title += "; " + f.Managed + " manages it: take it out there"
	case f.Idle != "":
		title += "; " + f.Idle
	}
	return playbook.Suspect[instance]{Resource: at, Title: title, Facts: f}
}

// planInstance tells, waits, keeps an image and terminates.
func planInstance(s playbook.Suspect[instance], p InstanceParams) (plan action.Plan) {
	f, wait := s.Facts, p.treatment().wait()
	if f.Managed != "" || f.Idle != "" {
		return plan
	}
	image := action.Try(action.ImageInstance{Instance: s.Resource, Case: s.Case, Keep: f.Opened.Add(wait).AddDate(0, 0, p.KeepDays)}).Required()
	gone := action.Try(action.TerminateKept{Instance: s.Resource, Case: s.Case, Unused: f.Since})
	image.After, gone.After = wait, wait
	plan.Steps = []action.Step{f.announce(s.Resource, s.Case, instanceID, wait), f.asked(image), f.asked(gone)}
	return plan
}

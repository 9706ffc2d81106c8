package waste

import (
	"context"
	_ "embed"
	"errors"
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

//go:embed testdata/underused-instance.txtar
var underusedStories string

const underusedID = "waste.underused-instance"

// UnderusedParams are the parameters of waste.underused-instance.
type UnderusedParams struct {
	ReportDays int      `yaml:"report_days" help:"days after which the load of an instance is asked, and it is told of where there was none: at least 14"`
	StopDays   int      `yaml:"stop_days" help:"days without load after which its stop is asked for, told_days having passed: at least report_days"`
	ToldDays   int      `yaml:"told_days" help:"days between telling and stopping: at least 7"`
	Sightings  int      `yaml:"sightings" help:"complete sweeps that must have seen it run: at least 2"`
	CPU        float64  `yaml:"cpu_percent" help:"load of its processors below which it does nothing, at its highest of each day: above 0, at most 20"`
	Network    float64  `yaml:"network_mb" help:"megabytes a day, below which, half in and half out, it talks to nobody: above 0, at most 50"`
	CodeTags   []string `yaml:"code_tags" help:"keys of tags by which your code (Terraform, Pulumi) marks what it manages: it is told of, and not stopped"`
}

func (p UnderusedParams) treatment() treatment {
	return treatment{p.ReportDays, p.StopDays, p.ToldDays, p.Sightings}
}

// Validate refuses a haste that leaves the owner no time to say no, and what would take an instance for idle that works.
func (p UnderusedParams) Validate() error {
	for _, x := range []struct {
		path        string
		value, most float64
	}{{"cpu_percent", p.CPU, 20}, {"network_mb", p.Network, 50}} {
		if x.value <= 0 || x.value > x.most {
			return playbook.Wrong{Path: []any{x.path}, Text: fmt.Sprintf("%v: want above 0 and at most %v, since what does more than that works", x.value, x.most)}
		}
	}
	return p.treatment().validate()
}

// UnderusedInstance finds instances that run and do nothing, and asks to stop each.
func UnderusedInstance() playbook.Definition {
	return playbook.Define(playbook.Spec[UnderusedParams, underused]{
		ID:       underusedID,
		Title:    "An instance runs and does nothing",
		Why:      whyUnderused,
		Severity: playbook.Low,
		Concern:  playbook.Cost,
		Lists:    []playbook.Listing[UnderusedParams, underused]{playbook.List(inventory.Instances(), listUnderused)},
		Ripe: func(k playbook.Streak, _ underused, now time.Time, p UnderusedParams) bool {
			return p.treatment().ripe(k, now)
		},
		Saves: func(ctx context.Context, prices playbook.Prices, s playbook.Suspect[underused]) (playbook.Saving, error) {
			if !s.Facts.Quiet { // a listing shows no load: most of what it shows works
				return playbook.Saving{}, fmt.Errorf("whether instance %q works was not asked yet: %w", s.Resource.ID, playbook.ErrNoPrice)
			}
			return s.Facts.priced(s.Resource.Region).Saving(ctx, prices)
		},
		Reads:   []call.ID{call.EC2DescribeInstances, call.EC2DescribeInstanceAttribute},
		Changes: playbook.Always[UnderusedParams](action.Announce{}.About().Kind, action.StopIdle{}.About().Kind),
		Prevents: []playbook.Prevention{{
			Kind: playbook.AccountSetting,
			How:  "Give machines of trials an end when they are made, or a schedule that stops them at night; run what works now and then as a function, or as a task that ends.",
		}},
		Stories:  underusedStories,
		Defaults: UnderusedParams{ReportDays: 31, StopDays: 45, ToldDays: 14, Sightings: 7, CPU: 10, Network: 5},
		Suspect:  func(event.Event, UnderusedParams) []playbook.Suspect[underused] { return nil },
		Check:    checkUnderused,
		Plan:     planUnderused,
	})
}

const whyUnderused = `An instance that somebody launched and forgot runs on, and costs as much as one that works. Which does nothing no listing shows: every instance that
runs is looked at once a month, and CloudWatch is asked for each of 45 days. It does nothing where its processors were never above 10 % (cpu_percent), not for five minutes of
any day, and its network carried less than 5 MB (network_mb) on each of them, half of it in and half out. The highest load of a day counts and not its average, so that a job of a minute
a week is work. A day without data is no idle day: with data for less than 95 % of the days nothing is said, and so nothing of an instance that is younger. First its
owner is told, by tags on the instance too. A fortnight later a person is asked, always, and it is stopped: its disks and its private address stay, and what was in memory, on instance
stores and a public address that is not elastic are gone. Nothing is terminated here: what stays stopped is waste.stopped-instance's to find, with an image of its disks. Started
again by anybody, tagged riposte:keep with a date, or its announcing tag taken off, and it is let be. Undo starts it. Not found at all: instances of groups, warm pools, standby and
fleets, of Karpenter, EKS, EMR, Batch and Beanstalk, Spot instances, those that hibernate, dedicated hosts, Outposts, roots on an instance store, and what a service holds ready for
recovery. What is protected from stopping or termination, and what CloudFormation or your code owns (code_tags), is told and left. Known false positives: a machine that
waits for an emergency or a licence server that few ask; a controller of GPUs, whose work the processors do not show; one whose only work is reading its own disks: tag it riposte:keep.`

// underused are the facts of one.
type underused struct {
	unused
	Type, Platform, Tenancy string
	Quiet                   bool `json:",omitempty"` // CloudWatch shows no load; before it was asked, false
}

func (f underused) priced(region string) price.Instance {
	return price.Instance{Region: region, Type: f.Type, Platform: f.Platform, Tenancy: f.Tenancy}
}

// listUnderused wants what runs and stands for itself, and may be idle. Whether it is only CloudWatch knows. What a service launches it ends by
// itself (a node pool, an environment), so that it is not even told.
func listUnderused(at event.Resource, i types.Instance, p UnderusedParams) *playbook.Listed[underused] {
	tags := managed.Tags(i.Tags)
	running := i.State != nil && i.State.Name == types.InstanceStateNameRunning
	if !running || !standsAlone(i) || served(withoutTemplate(tags), i.Operator) || claimed(tags) {
		return nil
	}
	f := underused{Type: string(i.InstanceType), Platform: aws.ToString(i.PlatformDetails)}
	if i.Placement != nil {
		f.Tenancy = string(i.Placement.Tenancy)
	}
	f.Managed = managed.By(withoutTemplate(tags), i.Operator, nil)
	if f.Managed != "" && !strings.HasPrefix(f.Managed, "the CloudFormation stack") {
		return nil
	}
	f.Managed = managed.By(withoutTemplate(tags), i.Operator, p.CodeTags)
	return &playbook.Listed[underused]{Suspect: f.of(at)}
}

// of says the facts of an instance.
func (f underused) of(at event.Resource) playbook.Suspect[underused] {
	title := fmt.Sprintf("instance %s (%s) may be idle: its load is asked when it was seen for long", at.ID, managed.Short(f.Type))
	if f.Quiet {
		title = fmt.Sprintf("instance %s (%s) runs and does nothing", at.ID, managed.Short(f.Type))
	}
	switch {
	case f.Managed != "":
		title += "; " + f.Managed + " manages it: take it out there"
	case f.Idle != "":
		title += "; " + f.Idle
	}
	return playbook.Suspect[underused]{Resource: at, Title: title, Facts: f}
}

// checkUnderused looks at the instance as the listing did, asks CloudWatch for its load, and all that shows that it is still wanted.
func checkUnderused(ctx context.Context, in playbook.In, s playbook.Suspect[underused], p UnderusedParams) ([]playbook.Suspect[underused], error) {
	i, err := action.LookInstance(ctx, in.AWS, s.Resource)
	if err != nil || i == nil {
		return nil, err
	}
	listed := listUnderused(s.Resource, *i, p)
	if listed == nil {
		return nil, nil
	}
	f, tags := listed.Suspect.Facts, managed.Tags(i.Tags)
	kept, u, err := standing(ctx, in, s.Case, s.Resource, tags)
	if err != nil || kept != "" {
		return nil, err
	}
	f.Since, f.Opened, f.Quiet = u.Since, u.Opened, true
	if idle, err := idle(ctx, in, s.Resource, p); err != nil || !idle {
		return nil, err
	}
	if f.Idle, err = spared(ctx, in.AWS, s.Resource); err != nil {
		return nil, err
	}
	found := f.of(s.Resource)
	found.Tags, found.Case = tags, s.Case
	return []playbook.Suspect[underused]{found}, nil
}

// idle reports whether an instance did nothing on any day. What can't be said of one day in twenty or more is an error; what was work on any day is
// work, whatever is missing.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
func idle(ctx context.Context, in playbook.In, of event.Resource, p UnderusedParams) (bool, error) {
	if in.Metrics == nil {
		return false, fmt.Errorf("what instance %q does: %w", of.ID, playbook.ErrNoEvidence)
	}
	var missing error
	for _, m := range []struct {
		name, statistic string
		below           float64
	}{{"CPUUtilization", "Maximum", p.CPU}, {"NetworkIn", "Sum", p.Network * 1e6 / 2}, {"NetworkOut", "Sum", p.Network * 1e6 / 2}} {
		series, err := in.Metrics.Daily(ctx, playbook.MetricQuery{
			At: of.Place(), Namespace: "AWS/EC2", Name: m.name, Dimensions: map[string]string{"InstanceId": of.ID},
			Statistic: m.statistic, From: in.Now.AddDate(0, 0, -p.StopDays), To: in.Now,
		})
		switch {
		case errors.Is(err, playbook.ErrNoEvidence):
			missing = fmt.Errorf("%s of instance %q: %w", m.name, of.ID, err)
		case err != nil:
			return false, fmt.Errorf("%s of instance %q: %w", m.name, of.ID, err)
		case series.Highest() >= m.below:
			return false, nil
		case float64(len(series.Values)) < covered*float64(p.StopDays):
			missing = fmt.Errorf("CloudWatch has %s of instance %q for %d days of %d: %w", m.name, of.ID, len(series.Values), p.StopDays, playbook.ErrNoEvidence)
		}
	}
	return missing == nil, missing
}

// planUnderused tells, waits, and asks to stop.
func planUnderused(s playbook.Suspect[underused], p UnderusedParams) (plan action.Plan) {
	f, wait := s.Facts, p.treatment().wait()
	if f.Managed != "" || f.Idle != "" {
		return plan
	}
	stop := action.Try(action.StopIdle{Instance: s.Resource, Case: s.Case}).
		Asking("what is in its memory and on instance stores is lost, and so is a public address that is not elastic; its disks stay")
	stop.After = wait
	tags := []action.Tag{
		{Key: action.CaseTag, Value: s.Case}, {Key: action.PlaybookTag, Value: underusedID}, {Key: action.UnusedSinceTag, Value: f.Since.UTC().Format(time.DateOnly)},
	}
	plan.Steps = []action.Step{action.Try(action.Announce{Resource: s.Resource, Tags: tags}).Required(), stop}
	return plan
}

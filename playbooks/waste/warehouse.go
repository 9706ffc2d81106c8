package waste

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math/bits"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/redshift/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/managed"
	"github.com/ripostehq/riposte/playbooks/price"
)

//go:embed testdata/idle-warehouse.txtar
var warehouseStories string

const warehouseID = "waste.idle-warehouse"

// WarehouseParams are the parameters of waste.idle-warehouse.
type WarehouseParams struct {
	ReportDays int      `yaml:"report_days" help:"days after which the connections of a warehouse are asked, and it is told of where there were none: at least 14"`
	DeleteDays int      `yaml:"delete_days" help:"days without a connection after which its deletion is asked for, told_days having passed: at least report_days"`
	ToldDays   int      `yaml:"told_days" help:"days between telling and deleting: at least 7"`
	PauseDays  int      `yaml:"pause_days" help:"days before its deletion for which it is paused, so that whoever misses it can resume it: 1 to told_days"`
	Sightings  int      `yaml:"sightings" help:"complete sweeps that must have seen it: at least 2"`
	KeepDays   int      `yaml:"keep_days" help:"days that its final snapshot is kept, after which Redshift deletes it: 30 to 3653"`
	CodeTags   []string `yaml:"code_tags" help:"keys of tags by which your code (Terraform, Pulumi) marks what it manages: it is told of, and neither paused nor deleted"`
}

func (p WarehouseParams) treatment() treatment {
	return treatment{p.ReportDays, p.DeleteDays, p.ToldDays, p.Sightings}
}

// Validate refuses a haste that leaves the owner no time to say no.
func (p WarehouseParams) Validate() error {
	switch {
	case p.PauseDays < 1 || p.PauseDays > p.ToldDays:
		return playbook.Wrong{Path: []any{"pause_days"}, Text: fmt.Sprintf("%d: want 1 to told_days, since nothing is paused before it was told", p.PauseDays)}
	case p.KeepDays < 30 || p.KeepDays > 3653:
		return playbook.Wrong{Path: []any{"keep_days"}, Text: fmt.Sprintf("%d: want 30 to 3653, the most that Redshift takes", p.KeepDays)}
	}
	return p.treatment().validate()
}

// IdleWarehouse finds Redshift clusters that nothing has connected to for long, pauses each, and asks to delete it with a final snapshot.
func IdleWarehouse() playbook.Definition {
	return playbook.Define(playbook.Spec[WarehouseParams, warehouse]{
		ID:       warehouseID,
		Title:    "Nothing connects to a warehouse",
		Why:      whyWarehouse,
		Severity: playbook.Low,
		Concern:  playbook.Cost,
		Lists:    []playbook.Listing[WarehouseParams, warehouse]{playbook.List(inventory.Warehouses(), listWarehouse)},
		Ripe: func(k playbook.Streak, _ warehouse, now time.Time, p WarehouseParams) bool {
			return p.treatment().ripe(k, now)
		},
		Saves: func(ctx context.Context, prices playbook.Prices, s playbook.Suspect[warehouse]) (playbook.Saving, error) {
			if !s.Facts.Quiet { // a listing shows no connections: most of what it shows is in use
				return playbook.Saving{}, fmt.Errorf("whether warehouse %q is used was not asked yet: %w", s.Resource.ID, playbook.ErrNoPrice)
			}
			return s.Facts.priced(s.Resource.Region).Keeping(ctx, prices)
		},
		Reads:   []call.ID{call.RedshiftDescribeClusters, call.RedshiftDescribeClusterSnapshots, call.RedshiftDescribeDataSharesForProducer},
		Changes: playbook.Always[WarehouseParams](action.Announce{}.About().Kind, action.PauseWarehouse{}.About().Kind, action.DeleteWarehouse{}.About().Kind),
		Prevents: []playbook.Prevention{{
			Kind: playbook.AccountSetting,
			How:  "Use Redshift Serverless for what is queried now and then: it costs storage alone while nobody asks. Give a cluster of a trial a schedule that pauses it at night.",
		}},
		Stories:  warehouseStories,
		Defaults: WarehouseParams{ReportDays: 31, DeleteDays: 45, ToldDays: 14, PauseDays: 7, Sightings: 7, KeepDays: 365},
		Suspect:  func(event.Event, WarehouseParams) []playbook.Suspect[warehouse] { return nil },
		Check:    checkWarehouse,
		Plan:     planWarehouse,
	})
}

const whyWarehouse = `A Redshift cluster that nothing connects to costs as much as a busy one, thousands of dollars a month where it is large. Which is so no listing
shows: every cluster is looked at once a month, and CloudWatch is asked for the most connections of each of 45 days. One connection is use, and a day without data is no
day without connections: with data for less than 95 % of the days nothing is said. First its owner is told, by tags on the cluster too. Seven days before the end it is paused,
so that whoever misses it finds out while nothing is lost: resume it, and it is let be. Then a person is always asked, and it is deleted with a final snapshot, never without, which
is kept for a year (keep_days), after which Redshift deletes it. Its automated snapshots go with it. Undo makes a cluster of the snapshot, under the same name and endpoint, with
the same nodes, subnets, groups, parameters, port and tags: that takes hours where it is large. It has no roles then, since to hand it a role is to have the role's rights, nor the
schedules, logging, copies in other regions and custom domain of the former one, and where Secrets Manager kept its password it has to be given another. Before each step all is
looked at again: a connection, a call in CloudTrail that changes it, a tag riposte:keep with a date, its announcing tag taken off, and it is let be. Not found at all: what its
owner has paused, which costs storage alone; what is being changed; what a service manages; what shares data with others, who read it without a connection. What can't be
paused (several zones, a hardware key, no automated snapshots) is asked about without that. What CloudFormation or your code owns (code_tags) is told and left: take it out there.
Known false positives: a cluster that is only fed, by an integration or by COPY from a schedule that is off; one that is kept for an audit: tag it riposte:keep.`

// warehouse are the facts of one.
type warehouse struct {
	unused
	ID     string // see action.WarehouseID
	Node   string // its type
	Nodes  int
	GB     int  `json:",omitempty"` // of its largest snapshot, up to the next power of two; 0: unknown
	Quiet  bool `json:",omitempty"` // CloudWatch shows no connection; before it was asked, false
	Pauses bool // it can be paused
}

func (f warehouse) priced(region string) price.Warehouse {
	return price.Warehouse{Region: region, Node: f.Node, Nodes: f.Nodes, GB: f.GB}
}

// listWarehouse wants what may be idle. Whether it is only CloudWatch knows. What is paused costs no hours; what riposte has paused is looked at on.
func listWarehouse(at event.Resource, c types.Cluster, p WarehouseParams) *playbook.Listed[warehouse] {
	tags := action.WarehouseTags(c.Tags)
	if c.ClusterCreateTime == nil || served(tags, nil) {
		return nil
	}
	switch aws.ToString(c.ClusterStatus) {
	case "available":
	case "pausing", "paused", "resuming":
		if tags[action.CaseTag] == "" {
			return nil
		}
	default:
		return nil
	}
	f := warehouse{ID: action.WarehouseID(&c), Node: aws.ToString(c.NodeType), Nodes: int(aws.ToInt32(c.NumberOfNodes)), Pauses: action.WarehousePauses(&c)}
	f.Managed = managed.By(tags, nil, p.CodeTags)
	return &playbook.Listed[warehouse]{Suspect: f.of(at)}
}

// of says the facts of a warehouse.
func (f warehouse) of(at event.Resource) playbook.Suspect[warehouse] {
	named := fmt.Sprintf("warehouse %s (%d x %s)", at.ID, f.Nodes, managed.Short(f.Node))
	title := named + " may be idle: its connections are asked when it was seen for long"
	if f.Quiet {
		title = "nothing connects to " + named
	}
	switch {
	case f.Managed != "":
		title += "; " + f.Managed + " manages it: take it out there"
	case f.Idle != "":
		title += "; " + f.Idle
	}
	return playbook.Suspect[warehouse]{Resource: at, Title: title, Facts: f}
}

// planWarehouse tells, waits, pauses, waits, and asks to delete with a final snapshot.
func planWarehouse(s playbook.Suspect[warehouse], p WarehouseParams) (plan action.Plan) {
	f, wait := s.Facts, p.treatment().wait()
	if f.Managed != "" || f.Idle != "" {
		return plan
	}
	plan.Steps = []action.Step{f.announce(s.Resource, s.Case, warehouseID, wait)}
	if f.Pauses {
		pause := action.Try(action.PauseWarehouse{Warehouse: s.Resource, ID: f.ID, Case: s.Case})
		pause.After = wait - time.Duration(p.PauseDays)*day
		plan.Steps = append(plan.Steps, f.asked(pause.Required()))
	}
	gone := f.asked(action.Try(action.DeleteWarehouse{Warehouse: s.Resource, ID: f.ID, Case: s.Case, Paused: f.Pauses, Days: p.KeepDays})).
		Asking(fmt.Sprintf("its final snapshot gives back what it holds then, for %d days, without its roles; its automated snapshots go with it", p.KeepDays))
	gone.After = wait
	plan.Steps = append(plan.Steps, gone)
	return plan
}

// worthless says why the end of a warehouse is worth nothing, "" where it is, or where that is not known.
func (f warehouse) worthless(ctx context.Context, prices playbook.Prices, region string) (string, error) {
	saving, err := f.priced(region).Keeping(ctx, prices)
	switch {
	case errors.Is(err, playbook.ErrNoPrice):
	case err != nil:
		return "", err
	case saving.Net() <= 0:
		return "the snapshot that would replace it costs at least as much", nil
	}
	return "", nil
}

// upTo is the next power of two: a snapshot grows each day, and what grows with it would be asked anew each day.
func upTo(gigabytes float64) int {
	if gigabytes <= 0 {
		return 0
	}
	return 1 << bits.Len(uint(max(gigabytes, 1)-1))
}

package waste

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/managed"
	"github.com/ripostehq/riposte/playbooks/price"
)

//go:embed testdata/idle-database.txtar
var databaseStories string

const databaseID = "waste.idle-database"

// DatabaseParams are the parameters of waste.idle-database.
type DatabaseParams struct {
	ReportDays int      `yaml:"report_days" help:"days after which the connections of a database are asked, and it is told of where there were none: at least 14"`
	DeleteDays int      `yaml:"delete_days" help:"days without a connection after which its deletion is asked for, told_days having passed: at least report_days"`
	ToldDays   int      `yaml:"told_days" help:"days between telling and deleting: at least 7"`
	StopDays   int      `yaml:"stop_days" help:"days before its deletion for which it is stopped, so that whoever misses it can start it: 1 to 6, since AWS starts it after seven"`
	Sightings  int      `yaml:"sightings" help:"complete sweeps that must have seen it: at least 2"`
	Ask        bool     `yaml:"ask_before_delete" help:"a person is asked before a database is deleted"`
	CodeTags   []string `yaml:"code_tags" help:"keys of tags by which your code (Terraform, Pulumi) marks what it manages: it is told of, and neither stopped nor deleted"`
}

func (p DatabaseParams) treatment() treatment {
	return treatment{p.ReportDays, p.DeleteDays, p.ToldDays, p.Sightings}
}

// Validate refuses a haste that leaves the owner no time to say no.
func (p DatabaseParams) Validate() error {
	if p.StopDays < 1 || p.StopDays > 6 {
		return playbook.Wrong{Path: []any{"stop_days"}, Text: fmt.Sprintf("%d: want 1 to 6, since AWS starts a stopped database after seven days", p.StopDays)}
	}
	return p.treatment().validate()
}

// IdleDatabase finds databases that nothing has connected to for long, stops each, and asks to delete it with a final snapshot.
func IdleDatabase() playbook.Definition {
	return playbook.Define(playbook.Spec[DatabaseParams, database]{
		ID:       databaseID,
		Title:    "Nothing connects to a database",
		Why:      whyDatabase,
		Severity: playbook.Low,
		Concern:  playbook.Cost,
		Lists: []playbook.Listing[DatabaseParams, database]{
			playbook.List(inventory.DBInstances(), listDatabase), playbook.List(inventory.DBClusters(), listCluster),
		},
		Ripe: func(k playbook.Streak, _ database, now time.Time, p DatabaseParams) bool {
			return p.treatment().ripe(k, now)
		},
		Saves: func(ctx context.Context, prices playbook.Prices, s playbook.Suspect[database]) (playbook.Saving, error) {
			if !s.Facts.Quiet { // a listing shows no connections: most of what it shows is in use
				return playbook.Saving{}, fmt.Errorf("whether database %q is used was not asked yet: %w", s.Resource.ID, playbook.ErrNoPrice)
			}
			return s.Facts.saving(ctx, prices, s.Resource.Region)
		},
		Reads: []call.ID{
			call.RDSDescribeDBInstances, call.RDSDescribeDBClusters, call.RDSDescribeGlobalClusters, call.RDSDescribeDBProxies, call.RDSDescribeDBProxyTargets,
		},
		Changes: playbook.Always[DatabaseParams](
			action.Announce{}.About().Kind, action.StopDatabase{}.About().Kind, action.DeleteDatabase{}.About().Kind,
			action.StopCluster{}.About().Kind, action.DeleteMember{}.About().Kind, action.DeleteCluster{}.About().Kind,
		),
		Prevents: []playbook.Prevention{{
			Kind: playbook.AccountSetting,
			How: "Give databases of trials and branches an end when they are made (a stack that is deleted with the branch, a schedule that stops them at night), " +
				"and use Aurora Serverless v2 with a minimum of 0 for what is used now and then: it costs storage alone while nobody connects.",
		}},
		Stories:  databaseStories,
		Defaults: DatabaseParams{ReportDays: 31, DeleteDays: 45, ToldDays: 14, StopDays: 6, Sightings: 7, Ask: true},
		Suspect:  func(event.Event, DatabaseParams) []playbook.Suspect[database] { return nil },
		Check:    checkDatabase,
		Plan:     planDatabase,
	})
}

const whyDatabase = `A database that nothing connects to costs as much as a busy one, and is often the dearest thing that was left behind. Which is so no
listing shows: every database is looked at once a month. CloudWatch is asked for the most connections of each of 45 days. One connection of three
seconds is use, and a day without data is no day without connections: with data for less than 95 % of the days nothing is said, let alone done.
First its owner is told, by tags on the database too. Six days before the end it is stopped, so that whoever misses it finds out while nothing is lost:
start it, and it is let be. Then a person is asked (ask_before_delete), and it is deleted with a final snapshot, never without. Its automated backups stay for their
retention, and with them ends the recovery to a point in time. Undo makes a database of the snapshot, under the same name and endpoint, in the same subnets, with the
same class, storage, groups, port and tags: that takes hours where it is large. It has another resource id, and at their defaults what RDS takes at no
restore: monitoring, Performance Insights, the maintenance window, storage autoscaling, roles. Before each step all is looked at again: a connection, a call
in CloudTrail that changes it, a tag riposte:keep with a date, its announcing tag taken off, and it is let be. Deletion protection is never switched off. That AWS itself starts
it after seven days is no use, and backups that AWS Backup makes are none. A cluster of Aurora is looked at as a whole, with its replicas: one connection to any
of its databases is use. It and each of its databases are tagged, it is stopped for the seven days after which AWS starts it, since RDS deletes none that is stopped, and the
day after that a person is always asked; then its databases go, whose data is the cluster's, and it with a final snapshot. Undo makes the cluster of the snapshot, and its databases
anew. A cluster that is protected from deletion is told of, and left. Not found at all: members of clusters by themselves, clusters of several zones (Multi-AZ), of Neptune and of
DocumentDB, clusters of a global database, serverless ones that pause by themselves, read replicas and what they replicate, RDS Custom, databases on Outposts, and what a service manages. Always asked about, before it is stopped as well: what an RDS Proxy stands before. What CloudFormation or your code owns
(code_tags) is told and left: take it out there. Known false positive: a database that is read by its exports, or kept for an audit; tag it riposte:keep.`

// database are the facts of one.
type database struct {
	unused
	ID                     string // its resource id
	Engine, Class, Storage string
	GB, IOPS               int
	MultiAZ                bool
	Quiet                  bool     `json:",omitempty"` // CloudWatch shows no connection; before it was asked, false
	Members                []member `json:",omitempty"` // of a cluster; before it was looked at, none
}

func (f database) priced(region string) price.Database {
	return price.Database{Region: region, Engine: f.Engine, Class: f.Class, MultiAZ: f.MultiAZ, StorageType: f.Storage, GB: f.GB, IOPS: f.IOPS}
}

// pausing reports whether a database can be stopped at all. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html
func (f database) pausing() bool { return !f.MultiAZ || !strings.HasPrefix(f.Engine, "sqlserver") }

// listDatabase wants what stands for itself and may be idle. Whether it is only CloudWatch knows.
func listDatabase(at event.Resource, db types.DBInstance, p DatabaseParams) *playbook.Listed[database] {
	tags := action.DatabaseTags(db.TagList)
	switch {
	case aws.ToString(db.DbiResourceId) == "", apart(db), strings.HasPrefix(aws.ToString(db.Engine), "custom-"), served(tags, nil):
		return nil
	case aws.ToString(db.BackupTarget) == "outposts":
		return nil
	}
	switch aws.ToString(db.DBInstanceStatus) {
	case "available", "stopping", "stopped", "starting":
	default:
		return nil
	}
	f := database{
		ID: *db.DbiResourceId, Engine: aws.ToString(db.Engine), Class: aws.ToString(db.DBInstanceClass), Storage: aws.ToString(db.StorageType),
		GB: int(aws.ToInt32(db.AllocatedStorage)), IOPS: int(aws.ToInt32(db.Iops)), MultiAZ: aws.ToBool(db.MultiAZ),
	}
	f.Managed = managed.By(tags, nil, p.CodeTags)
	return &playbook.Listed[database]{Suspect: f.of(at)}
}

// apart reports whether a database is a part of something: of a cluster, or of a replication.
func apart(db types.DBInstance) bool {
	return aws.ToString(db.DBClusterIdentifier)+aws.ToString(db.ReadReplicaSourceDBInstanceIdentifier)+aws.ToString(db.ReadReplicaSourceDBClusterIdentifier) != "" ||
		len(db.ReadReplicaDBInstanceIdentifiers)+len(db.ReadReplicaDBClusterIdentifiers) > 0
}

// of says the facts of a database.
func (f database) of(at event.Resource) playbook.Suspect[database] {
	named := fmt.Sprintf("database %s (%s, %s, %d GiB)", at.ID, managed.Short(f.Engine), managed.Short(f.Class), f.GB)
	if at.Type == event.DBCluster {
		named = fmt.Sprintf("cluster %s (%s)", at.ID, managed.Short(f.Engine))
	}
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
	return playbook.Suspect[database]{Resource: at, Title: title, Facts: f}
}

// planDatabase tells, waits, stops, waits, and deletes with a final snapshot.
func planDatabase(s playbook.Suspect[database], p DatabaseParams) (plan action.Plan) {
	f, wait := s.Facts, p.treatment().wait()
	if f.Managed != "" || f.Idle != "" {
		return plan
	}
	if s.Resource.Type == event.DBCluster {
		return planCluster(s, p)
	}
	plan.Steps = []action.Step{f.announce(s.Resource, s.Case, databaseID, wait)}
	end := action.DeleteDatabase{Database: s.Resource, ID: f.ID, Case: s.Case}
	if f.pausing() {
		stop := action.Try(action.StopDatabase{Database: s.Resource, ID: f.ID, Case: s.Case, Told: f.Opened})
		stop.After = wait - time.Duration(p.StopDays)*day
		plan.Steps = append(plan.Steps, f.asked(stop.Required()))
		end.Told, end.Still = f.Opened, !p.Ask
	}
	gone := f.asked(action.Try(end))
	if p.Ask || !f.pausing() { // what can't be stopped can't be missed beforehand
		gone = gone.Asking("its final snapshot gives back what it holds then; recovery to a point in time ends with the retention of its automated backups")
	}
	gone.After = wait
	plan.Steps = append(plan.Steps, gone)
	return plan
}

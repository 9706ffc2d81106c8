package waste

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/managed"
	"github.com/ripostehq/riposte/playbooks/price"
)

// member is a database of a cluster.
type member struct{ Name, ID, Class string } // ID: its resource id

// listCluster wants a cluster of Aurora that stands for itself and may be idle. Whether it is only CloudWatch knows.
func listCluster(at event.Resource, c types.DBCluster, p DatabaseParams) *playbook.Listed[database] {
	tags := action.DatabaseTags(c.TagList)
	mode := aws.ToString(c.EngineMode)
	switch {
	case aws.ToString(c.DbClusterResourceId) == "", action.ClusterTied(&c) != "", c.LimitlessDatabase != nil, served(tags, nil):
		return nil
	case !strings.HasPrefix(aws.ToString(c.Engine), "aurora-"), mode != "" && mode != "provisioned", pauses(c):
		return nil
	}
	switch aws.ToString(c.Status) {
	case "available", "stopping", "stopped", "starting":
	default:
		return nil
	}
	f := database{ID: *c.DbClusterResourceId, Engine: aws.ToString(c.Engine), Storage: aws.ToString(c.StorageType)}
	f.Managed = managed.By(tags, nil, p.CodeTags)
	if aws.ToBool(c.DeletionProtection) {
		f.Idle = "it is protected from deletion, which riposte never takes off"
	}
	return &playbook.Listed[database]{Suspect: f.of(at)}
}

// pauses reports whether a serverless cluster pauses by itself, and costs storage alone while nothing connects.
// https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html
func pauses(c types.DBCluster) bool {
	s := c.ServerlessV2ScalingConfiguration
	return s != nil && aws.ToFloat64(s.MaxCapacity) > 0 && aws.ToFloat64(s.MinCapacity) == 0
}

// checkCluster looks at the cluster as the listing did, asks CloudWatch for connections to any of its databases, and all that shows that it is still
// wanted.
func checkCluster(ctx context.Context, in playbook.In, s playbook.Suspect[database], p DatabaseParams) ([]playbook.Suspect[database], error) {
	c, err := action.LookCluster(ctx, in.AWS, s.Resource)
	if err != nil || c == nil {
		return nil, err
	}
	listed := listCluster(s.Resource, *c, p)
	if listed == nil || listed.Suspect.Facts.ID != s.Facts.ID {
		return nil, nil
	}
	if global, err := ofGlobal(ctx, in.AWS, s.Resource); err != nil || global {
		return nil, err
	}
	f, tags := listed.Suspect.Facts, action.DatabaseTags(c.TagList)
	kept, u, err := standing(ctx, in, s.Case, s.Resource, tags)
	if err != nil || kept != "" {
		return nil, err
	}
	f.Since, f.Opened, f.Quiet = u.Since, u.Opened, true
	var kind string
	if f.Members, kind, err = membersOf(ctx, in.AWS, s.Resource, c); err != nil {
		return nil, err
	}
	if kind != "" {
		f.Managed = kind
	}
	if idle, err := f.quiet(ctx, in, s, c, p); err != nil || !idle {
		return nil, err
	}
	if f.Asks, err = proxied(ctx, in.AWS, s.Resource, append(f.names(), s.Resource.ID)...); err != nil {
		return nil, err
	}
	if c.MasterUserSecret != nil && f.Asks == "" {
		f.Asks = "its password is in a secret of RDS's, which goes with it: what comes back has to be given another"
	}
	found := f.of(s.Resource)
	found.Tags, found.Case = tags, s.Case
	return []playbook.Suspect[database]{found}, nil
}

// quiet reports whether no client connected: to the cluster as a whole, where databases that it had meanwhile count, too, on every day; and to each of
// those that it has, as far as there is data of it. What is announced must have been stopped for as long as its owner was promised.
func (f database) quiet(ctx context.Context, in playbook.In, s playbook.Suspect[database], c *types.DBCluster, p DatabaseParams) (bool, error) {
	whole := sleeper{s.Resource, "AWS/RDS", "DBClusterIdentifier", call.RDSStopDBCluster, aws.ToString(c.Status), c.AutomaticRestartTime, false}
	if idle, err := whole.unconnected(ctx, in, p.DeleteDays); err != nil || !idle {
		return false, err
	}
	for _, m := range f.Members {
		series, err := in.Metrics.Daily(ctx, playbook.MetricQuery{
			At: s.Resource.Place(), Namespace: "AWS/RDS", Name: "DatabaseConnections", Dimensions: map[string]string{"DBInstanceIdentifier": m.Name},
			Statistic: "Maximum", From: in.Now.AddDate(0, 0, -p.DeleteDays), To: in.Now,
		})
		if err != nil {
			return false, fmt.Errorf("who connects to database %q of %s: %w", m.Name, whole, err)
		}
		if series.Highest() > 0 {
			return false, nil
		}
	}
	if s.Case != "" && action.DatabaseTags(c.TagList)[action.CaseTag] == s.Case {
		return true, whole.rested(ctx, in, p.StopDays)
	}
	return true, nil
}

// ofGlobal reports whether a cluster is one of a global database, whatever it says of itself.
func ofGlobal(ctx context.Context, r access.Reads, cluster event.Resource) (bool, error) {
	pages := rds.NewDescribeGlobalClustersPaginator(r.RDS(cluster.Place()), &rds.DescribeGlobalClustersInput{MaxRecords: aws.Int32(100)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return false, fmt.Errorf("list global databases: %w", err)
		}
		for _, g := range page.GlobalClusters {
			for _, m := range g.GlobalClusterMembers {
				if aws.ToString(m.DBClusterArn) == cluster.ARN() || slices.Contains(m.Readers, cluster.ARN()) {
					return true, nil
				}
			}
		}
	}
	return false, nil
}

// membersOf reads the databases of a cluster, in the order of their names, and says which are made by a service, as one is that follows load: it would
// make them again.
func membersOf(ctx context.Context, r access.Reads, cluster event.Resource, c *types.DBCluster) (all []member, by string, err error) {
	for _, m := range c.DBClusterMembers {
		db, err := action.LookDatabase(ctx, r, cluster.Place().In(event.DBInstance, aws.ToString(m.DBInstanceIdentifier)))
		if err != nil {
			return nil, "", err
		}
		if db == nil || aws.ToString(db.DBInstanceStatus) == "deleting" {
			continue
		}
		if strings.HasPrefix(*db.DBInstanceIdentifier, scaled) {
			by = "Aurora's auto scaling, by the database " + managed.Short(*db.DBInstanceIdentifier) + ","
		}
		all = append(all, member{*db.DBInstanceIdentifier, aws.ToString(db.DbiResourceId), aws.ToString(db.DBInstanceClass)})
	}
	slices.SortFunc(all, func(a, b member) int { return strings.Compare(a.Name, b.Name) })
	return all, by, nil
}

// scaled begins the names of replicas that Application Auto Scaling makes.
// https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Integrating.AutoScaling.html
const scaled = "application-autoscaling-"

func (f database) names() (all []string) {
	for _, m := range f.Members {
		all = append(all, m.Name)
	}
	return all
}

// saving is what the end of a database is worth.
func (f database) saving(ctx context.Context, prices playbook.Prices, region string) (playbook.Saving, error) {
	if len(f.Members) == 0 {
		return f.priced(region).Keeping(ctx, prices)
	}
	cluster := price.Cluster{Region: region, Engine: f.Engine, StorageType: f.Storage}
	for _, m := range f.Members {
		cluster.Classes = append(cluster.Classes, m.Class)
	}
	return cluster.Keeping(ctx, prices)
}

// startedAfter is how long after its stop AWS has started a cluster, with a day for that: RDS deletes none that is stopped.
const startedAfter = weekStopped + day

// planCluster tells, waits, stops, waits until AWS has started it again, and asks to delete its databases, and then the cluster with a final snapshot.
// The databases are told on, too: nothing may delete what was not.
func planCluster(s playbook.Suspect[database], p DatabaseParams) (plan action.Plan) {
	f := s.Facts
	stopping := p.treatment().wait() - time.Duration(p.StopDays)*day
	wait := stopping + startedAfter
	plan.Steps = []action.Step{f.announce(s.Resource, s.Case, databaseID, wait)}
	for _, m := range f.Members {
		plan.Steps = append(plan.Steps, f.announce(s.Resource.Place().In(event.DBInstance, m.Name), s.Case, databaseID, wait))
	}
	stop := action.Try(action.StopCluster{Cluster: s.Resource, ID: f.ID, Case: s.Case, Told: f.Opened})
	stop.After = stopping
	plan.Steps = append(plan.Steps, f.asked(stop.Required()))
	ending := func(do action.Action) action.Step {
		step := f.asked(action.Try(do)).Asking("its final snapshot gives back what it holds then; recovery to a point in time ends with the retention of its automated backups")
		step.After = wait
		return step
	}
	for _, m := range f.Members {
		plan.Steps = append(plan.Steps, ending(action.DeleteMember{
			Member: s.Resource.Place().In(event.DBInstance, m.Name), ID: m.ID, Cluster: s.Resource.ID, ClusterID: f.ID, Case: s.Case, Told: f.Opened,
		}).Required())
	}
	plan.Steps = append(plan.Steps, ending(action.DeleteCluster{Cluster: s.Resource, ID: f.ID, Case: s.Case, Told: f.Opened}))
	return plan
}

package waste

import (
	"context"
	"errors"
	"fmt"
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
)

// checkDatabase looks at the database as the listing did, asks CloudWatch for connections, and all that shows that it is still wanted.
func checkDatabase(ctx context.Context, in playbook.In, s playbook.Suspect[database], p DatabaseParams) ([]playbook.Suspect[database], error) {
	db, err := action.LookDatabase(ctx, in.AWS, s.Resource)
	if err != nil || db == nil {
		return nil, err
	}
	listed := listDatabase(s.Resource, *db, p)
	if listed == nil || listed.Suspect.Facts.ID != s.Facts.ID {
		return nil, nil
	}
	f, tags := listed.Suspect.Facts, action.DatabaseTags(db.TagList)
	kept, u, err := standing(ctx, in, s.Case, s.Resource, tags)
	if err != nil || kept != "" {
		return nil, err
	}
	f.Since, f.Opened, f.Quiet = u.Since, u.Opened, true
	idle, err := unconnected(ctx, in, s.Resource, db, p.DeleteDays)
	if err != nil || !idle {
		return nil, err
	}
	if s.Case != "" && tags[action.CaseTag] == s.Case {
		if err := rested(ctx, in, s.Resource, db, p.StopDays); err != nil {
			return nil, err
		}
	}
	if f.Asks, err = proxied(ctx, in.AWS, s.Resource); err != nil {
		return nil, err
	}
	saving, err := f.priced(s.Resource.Region).Keeping(ctx, in.Prices)
	switch {
	case errors.Is(err, playbook.ErrNoPrice):
	case err != nil:
		return nil, fmt.Errorf("what database %q costs: %w", s.Resource.ID, err)
	case saving.Net() <= 0:
		f.Idle = "the snapshot that would replace it costs at least as much"
	}
	found := f.of(s.Resource)
	found.Tags, found.Case = tags, s.Case
	return []playbook.Suspect[database]{found}, nil
}

const (
	// covered is the share of days that must have data: AWS leaves out a day now and then, at a failover or a change.
	covered = .95
	// weekStopped is how long RDS lets a database be stopped. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html
	weekStopped = 7 * day
)

// unconnected reports whether there was no connection on any day. The days on which it is stopped have no data, and are no evidence: as many are
// asked for before them.
func unconnected(ctx context.Context, in playbook.In, of event.Resource, db *types.DBInstance, days int) (bool, error) {
	if in.Metrics == nil {
		return false, fmt.Errorf("who connects to database %q: %w", of.ID, playbook.ErrNoEvidence)
	}
	stopped, err := standstill(ctx, in, of, db)
	if err != nil {
		return false, err
	}
	series, err := in.Metrics.Daily(ctx, playbook.MetricQuery{
		At: of.Place(), Namespace: "AWS/RDS", Name: "DatabaseConnections", Dimensions: map[string]string{"DBInstanceIdentifier": of.ID},
		Statistic: "Maximum", From: in.Now.AddDate(0, 0, -days).Add(-stopped), To: in.Now,
	})
	if err != nil {
		return false, fmt.Errorf("who connects to database %q: %w", of.ID, err)
	}
	if series.Highest() > 0 {
		return false, nil
	}
	if float64(len(series.Values)) < covered*float64(days) {
		return false, fmt.Errorf("CloudWatch has data of database %q for %d days, and it takes %d of %d: %w", of.ID, len(series.Values), int(covered*float64(days))+1, days, playbook.ErrNoEvidence)
	}
	return true, nil
}

// rested holds a database until it was stopped for so many days: an owner who misses it had that long to find out, however late the stop was.
func rested(ctx context.Context, in playbook.In, of event.Resource, db *types.DBInstance, days int) error {
	at, err := stoppedAt(ctx, in, of, db)
	switch {
	case err != nil:
		return err
	case at.IsZero() && aws.ToString(db.DBInstanceStatus) == "stopped":
		return fmt.Errorf("since when database %q is stopped: %w", of.ID, playbook.ErrNoEvidence)
	case !at.IsZero() && in.Now.Before(at.Add(time.Duration(days)*day)):
		return fmt.Errorf("whether anybody misses database %q, which is stopped since %s, and is to be for %d days: %w", of.ID, at.UTC().Format(time.RFC3339), days, playbook.ErrNoEvidence)
	}
	return nil
}

// stoppedAt is when a database was stopped of late: as RDS says of one that is, and as riposte's own stop says of one that AWS started since; zero
// where neither does.
func stoppedAt(ctx context.Context, in playbook.In, of event.Resource, db *types.DBInstance) (time.Time, error) {
	if db.AutomaticRestartTime != nil {
		return db.AutomaticRestartTime.Add(-weekStopped), nil
	}
	if in.Past == nil || in.Streak.Told.IsZero() {
		return time.Time{}, nil
	}
	calls, err := in.Past.Calls(ctx, of, in.Streak.Told)
	if err != nil && !errors.Is(err, playbook.ErrNoEvidence) {
		return time.Time{}, err
	}
	for _, c := range calls {
		if c.Own && call.OfEvent(c.Event) == call.RDSStopDBInstance && !c.Event.Failed() {
			return c.Event.Time, nil
		}
	}
	return time.Time{}, nil
}

// standstill is for how long of late a database was stopped: whole days, seven at most.
func standstill(ctx context.Context, in playbook.In, of event.Resource, db *types.DBInstance) (time.Duration, error) {
	at, err := stoppedAt(ctx, in, of, db)
	if err != nil || at.IsZero() {
		return 0, err
	}
	return wholeDays(in.Now.Sub(at)), nil
}

func wholeDays(d time.Duration) time.Duration {
	return min(max(d.Truncate(day)+day, 0), weekStopped+day)
}

// mostProxies are those of a region that are looked at: RDS lets an account have 20 unless it asks for more.
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html
const mostProxies = 100

// proxied says that an RDS Proxy stands before a database, "" where none does: its connections are pooled, and clients wait at the proxy.
func proxied(ctx context.Context, r access.Reads, db event.Resource) (string, error) {
	api := r.RDS(db.Place())
	pages := rds.NewDescribeDBProxiesPaginator(api, &rds.DescribeDBProxiesInput{MaxRecords: aws.Int32(100)})
	for looked := 0; pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", fmt.Errorf("list proxies of databases: %w", err)
		}
		for _, proxy := range page.DBProxies {
			if looked++; looked > mostProxies {
				return "the region has more proxies than are looked at: one may stand before it", nil
			}
			targets := rds.NewDescribeDBProxyTargetsPaginator(api, &rds.DescribeDBProxyTargetsInput{DBProxyName: proxy.DBProxyName})
			for targets.HasMorePages() {
				page, err := targets.NextPage(ctx)
				if err != nil {
					return "", fmt.Errorf("read the targets of proxy %q: %w", aws.ToString(proxy.DBProxyName), err)
				}
				for _, t := range page.Targets {
					if aws.ToString(t.RdsResourceId) == db.ID {
						return "the RDS Proxy " + managed.Short(aws.ToString(proxy.DBProxyName)) + " stands before it, and programs may count on that", nil
					}
				}
			}
		}
	}
	return "", nil
}

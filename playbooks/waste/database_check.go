package waste

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	if s.Resource.Type == event.DBCluster {
		return checkCluster(ctx, in, s, p)
	}
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
	sleeper := sleeping(s.Resource, db)
	idle, err := sleeper.unconnected(ctx, in, p.DeleteDays)
	if err != nil || !idle {
		return nil, err
	}
	if s.Case != "" && tags[action.CaseTag] == s.Case {
		if err := sleeper.rested(ctx, in, p.StopDays); err != nil {
			return nil, err
		}
	}
	if f.Asks, err = proxied(ctx, in.AWS, s.Resource, s.Resource.ID); err != nil {
		return nil, err
	}
	saving, err := f.saving(ctx, in.Prices, s.Resource.Region)
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
	// longestPause is how far back the event history can show when it was paused.
	longestPause = 90 * day
)

// sleeper is a database, a cluster or a warehouse that may be idle, as far as its connections and its stops go.
type sleeper struct {
	of        event.Resource
	namespace string     // of its metrics: AWS/RDS
	dimension string     // of its metrics: DBInstanceIdentifier, DBClusterIdentifier
	stop      call.ID    // what stops or pauses it
	state     string     // as RDS has it
	restarts  *time.Time // when AWS starts it; nil where it is not stopped, or AWS does not
	stays     bool       // AWS starts it never: stopped, it is so until a person starts it
}

func sleeping(of event.Resource, db *types.DBInstance) sleeper {
	return sleeper{of, "AWS/RDS", "DBInstanceIdentifier", call.RDSStopDBInstance, aws.ToString(db.DBInstanceStatus), db.AutomaticRestartTime, false}
}

// unconnected reports whether there was no connection on any day. The days on which it is stopped have no data, and are no evidence: as many are
// asked for before them.
func (s sleeper) unconnected(ctx context.Context, in playbook.In, days int) (bool, error) {
	if in.Metrics == nil {
		return false, fmt.Errorf("who connects to %s: %w", s, playbook.ErrNoEvidence)
	}
	stopped, err := s.standstill(ctx, in)
	if err != nil {
		return false, err
	}
	series, err := in.Metrics.Daily(ctx, playbook.MetricQuery{
		At: s.of.Place(), Namespace: s.namespace, Name: "DatabaseConnections", Dimensions: map[string]string{s.dimension: s.of.ID},
		Statistic: "Maximum", From: in.Now.AddDate(0, 0, -days).Add(-stopped), To: in.Now,
	})
	if err != nil {
		return false, fmt.Errorf("who connects to %s: %w", s, err)
	}
	if series.Highest() > 0 {
		return false, nil
	}
	if float64(len(series.Values)) < covered*float64(days) {
		return false, fmt.Errorf("CloudWatch has data of %s for %d days, and it takes %d of %d: %w", s, len(series.Values), int(covered*float64(days))+1, days, playbook.ErrNoEvidence)
	}
	return true, nil
}

func (s sleeper) String() string { return fmt.Sprintf("%s %q", event.Noun(s.of.Type), s.of.ID) }

// rested holds what is stopped until it was for so many days: an owner who misses it had that long to find out, however late the stop was.
func (s sleeper) rested(ctx context.Context, in playbook.In, days int) error {
	at, err := s.stoppedAt(ctx, in)
	switch {
	case err != nil:
		return err
	case at.IsZero() && (s.state == "stopped" || s.state == "paused"):
		return fmt.Errorf("since when %s is stopped: %w", s, playbook.ErrNoEvidence)
	case !at.IsZero() && in.Now.Before(at.Add(time.Duration(days)*day)):
		return fmt.Errorf("whether anybody misses %s, which is stopped since %s, and is to be for %d days: %w", s, at.UTC().Format(time.RFC3339), days, playbook.ErrNoEvidence)
	}
	return nil
}

// stoppedAt is when it was stopped of late: as RDS says of what is, and as riposte's own stop says of what AWS started since; zero where neither does.
func (s sleeper) stoppedAt(ctx context.Context, in playbook.In) (time.Time, error) {
	if s.restarts != nil {
		return s.restarts.Add(-weekStopped), nil
	}
	if in.Past == nil || in.Streak.Told.IsZero() {
		return time.Time{}, nil
	}
	calls, err := in.Past.Calls(ctx, s.of, in.Streak.Told)
	if err != nil && !errors.Is(err, playbook.ErrNoEvidence) {
		return time.Time{}, err
	}
	for _, c := range calls {
		if c.Own && call.OfEvent(c.Event) == s.stop && !c.Event.Failed() {
			return c.Event.Time, nil
		}
	}
	return time.Time{}, nil
}

// standstill is for how long of late it was stopped: whole days, seven at most where AWS starts it then. What stays stopped may wait for a person's yes for
// weeks, and the days before its stop are what is asked for all the same.
func (s sleeper) standstill(ctx context.Context, in playbook.In) (time.Duration, error) {
	at, err := s.stoppedAt(ctx, in)
	if err != nil || at.IsZero() {
		return 0, err
	}
	most := weekStopped
	if s.stays {
		most = longestPause
	}
	return min(max(in.Now.Sub(at).Truncate(day)+day, 0), most+day), nil
}

// mostProxies are those of a region that are looked at: RDS lets an account have 20 unless it asks for more.
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html
const mostProxies = 100

// proxied says that an RDS Proxy stands before a database, or one of a cluster, "" where none does: its connections are pooled, and clients wait
// at the proxy.
func proxied(ctx context.Context, r access.Reads, of event.Resource, ids ...string) (string, error) {
	api := r.RDS(of.Place())
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
					if slices.Contains(ids, aws.ToString(t.RdsResourceId)) || slices.Contains(ids, aws.ToString(t.TrackedClusterId)) {
						return "the RDS Proxy " + managed.Short(aws.ToString(proxy.DBProxyName)) + " stands before it, and programs may count on that", nil
					}
				}
			}
		}
	}
	return "", nil
}

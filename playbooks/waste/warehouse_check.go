package waste

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshift/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// checkWarehouse looks at the warehouse as the listing did, asks CloudWatch for connections, and all that shows that it is still wanted.
func checkWarehouse(ctx context.Context, in playbook.In, s playbook.Suspect[warehouse], p WarehouseParams) ([]playbook.Suspect[warehouse], error) {
	c, err := action.LookWarehouse(ctx, in.AWS, s.Resource)
	if err != nil || c == nil {
		return nil, err
	}
	listed := listWarehouse(s.Resource, *c, p)
	if listed == nil || listed.Suspect.Facts.ID != s.Facts.ID {
		return nil, nil
	}
	f, tags := listed.Suspect.Facts, action.WarehouseTags(c.Tags)
	kept, u, err := standing(ctx, in, s.Case, s.Resource, tags)
	if err != nil || kept != "" {
		return nil, err
	}
	f.Since, f.Opened, f.Quiet = u.Since, u.Opened, true
	if shared, err := shares(ctx, in.AWS, s.Resource, c); err != nil || shared {
		return nil, err
	}
	sleeper := sleeper{s.Resource, "AWS/Redshift", "ClusterIdentifier", call.RedshiftPauseCluster, aws.ToString(c.ClusterStatus), nil, true}
	if idle, err := sleeper.unconnected(ctx, in, p.DeleteDays); err != nil || !idle {
		return nil, err
	}
	if s.Case != "" && tags[action.CaseTag] == s.Case {
		if err := sleeper.rested(ctx, in, p.PauseDays); err != nil {
			return nil, err
		}
	}
	if f.GB, err = snapshotSize(ctx, in.AWS, s.Resource); err != nil {
		return nil, err
	}
	if f.Idle, err = f.worthless(ctx, in.Prices, s.Resource.Region); err != nil {
		return nil, fmt.Errorf("what warehouse %q costs: %w", s.Resource.ID, err)
	}
	found := f.of(s.Resource)
	found.Tags, found.Case = tags, s.Case
	return []playbook.Suspect[warehouse]{found}, nil
}

// shares reports whether a warehouse shares data with others: they read it without a connection to it.
// https://docs.aws.amazon.com/redshift/latest/dg/datashare-overview.html
func shares(ctx context.Context, r access.Reads, of event.Resource, c *types.Cluster) (bool, error) {
	if c.ClusterNamespaceArn == nil {
		return false, fmt.Errorf("no answer says by what name warehouse %q shares data: %w", of.ID, playbook.ErrNoEvidence)
	}
	out, err := r.Redshift(of.Place()).DescribeDataSharesForProducer(ctx, &redshift.DescribeDataSharesForProducerInput{ProducerArn: c.ClusterNamespaceArn})
	if err != nil {
		return false, fmt.Errorf("read what warehouse %q shares: %w", of.ID, err)
	}
	return len(out.DataShares) > 0 || aws.ToString(out.Marker) != "", nil
}

// snapshotSize is that of the largest of a warehouse's snapshots, in gigabytes up to the next power of two; 0 where it has none.
func snapshotSize(ctx context.Context, r access.Reads, of event.Resource) (int, error) {
	most := 0.0
	pages := redshift.NewDescribeClusterSnapshotsPaginator(r.Redshift(of.Place()), &redshift.DescribeClusterSnapshotsInput{ClusterIdentifier: aws.String(of.ID), MaxRecords: aws.Int32(100)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, fmt.Errorf("read the snapshots of warehouse %q: %w", of.ID, err)
		}
		for _, s := range page.Snapshots {
			most = max(most, aws.ToFloat64(s.TotalBackupSizeInMegaBytes)/1024)
		}
	}
	return upTo(most), nil
}

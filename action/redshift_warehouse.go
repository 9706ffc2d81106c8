package action

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshift/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
)

// The states of a warehouse that matter here.
// https://docs.aws.amazon.com/redshift/latest/mgmt/rs-mgmt-cluster-status.html
const (
	whAvailable = "available"
	whPausing   = "pausing"
	whPaused    = "paused"
	whResuming  = "resuming"
	whDeleting  = "deleting"
	whFinal     = "final-snapshot"
	whCreating  = "creating"
	whRestoring = "restoring"
)

// LookWarehouse reads one cluster of Redshift; nil where there is none.
func LookWarehouse(ctx context.Context, r access.Reads, warehouse event.Resource) (*types.Cluster, error) {
	out, err := r.Redshift(warehouse.Place()).DescribeClusters(ctx, &redshift.DescribeClustersInput{ClusterIdentifier: aws.String(warehouse.ID)})
	if Missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read warehouse %q: %w", warehouse.ID, err)
	}
	for _, found := range out.Clusters {
		if aws.ToString(found.ClusterIdentifier) == warehouse.ID {
			return &found, nil
		}
	}
	return nil, nil
}

// WarehouseID tells a warehouse from others that had its name, or will have it: when it was made.
func WarehouseID(c *types.Cluster) string {
	return aws.ToTime(c.ClusterCreateTime).UTC().Format(time.RFC3339Nano)
}

// anotherWarehouse says that a name is another warehouse's by now, "" where it is not.
func anotherWarehouse(c *types.Cluster, id string) string {
	if WarehouseID(c) != id {
		return "the warehouse of that name is another one now: it was made at " + WarehouseID(c)
	}
	return ""
}

// WarehouseTags are the tags that Redshift shows of a resource.
func WarehouseTags(tags []types.Tag) map[string]string {
	all := make(map[string]string, len(tags))
	for _, t := range tags {
		all[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return all
}

// WarehousePauses reports whether a warehouse can be paused at all.
// https://docs.aws.amazon.com/redshift/latest/mgmt/rs-mgmt-pause-resume-cluster.html
func WarehousePauses(c *types.Cluster) bool {
	return c.HsmStatus == nil && aws.ToInt32(c.AutomatedSnapshotRetentionPeriod) > 0 && aws.ToString(c.MultiAZ) != "enabled" && aws.ToString(c.MultiAZ) != "Enabled"
}

// lookWarehouseSnapshot reads a snapshot of a warehouse; nil where there is none of that name which is of the warehouse that was made at that time.
func lookWarehouseSnapshot(ctx context.Context, r access.Reads, warehouse event.Resource, name, id string) (*types.Snapshot, error) {
	out, err := r.Redshift(warehouse.Place()).DescribeClusterSnapshots(ctx, &redshift.DescribeClusterSnapshotsInput{SnapshotIdentifier: aws.String(name)})
	if Missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read warehouse snapshot %q: %w", name, err)
	}
	for _, s := range out.Snapshots {
		made := aws.ToTime(s.ClusterCreateTime).UTC().Format(time.RFC3339Nano)
		if aws.ToString(s.SnapshotIdentifier) == name && aws.ToString(s.ClusterIdentifier) == warehouse.ID && made == id {
			return &s, nil
		}
	}
	return nil, nil
}

func warehouseTags(tags []Tag) (out []types.Tag) {
	for _, t := range tags {
		out = append(out, types.Tag{Key: aws.String(t.Key), Value: aws.String(t.Value)})
	}
	return out
}

func readWarehouseTags(ctx context.Context, r access.Reads, of event.Resource, _ string) (map[string]string, string, error) {
	c, err := LookWarehouse(ctx, r, of)
	if err != nil || c == nil {
		return nil, "the warehouse is deleted", err
	}
	return WarehouseTags(c.Tags), "", nil
}

func putWarehouseTags(ctx context.Context, w access.Writes, p PutTags) error {
	_, err := w.Redshift(p.Resource.Place()).CreateTags(ctx, &redshift.CreateTagsInput{ResourceName: aws.String(p.Resource.ARN()), Tags: warehouseTags(p.Tags)})
	return err
}

func removeWarehouseTags(ctx context.Context, w access.Writes, d RemoveTags) error {
	_, err := w.Redshift(d.Resource.Place()).DeleteTags(ctx, &redshift.DeleteTagsInput{ResourceName: aws.String(d.Resource.ARN()), TagKeys: tagKeys(d.Tags)})
	return err
}

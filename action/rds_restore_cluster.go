package action

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// restoreClusterKind gives back what was deleted, without its members, each of which has its own way back.
var restoreClusterKind = Define[RestoreCluster](Kind{
	Name: "rds.restore-cluster", Version: 1, Does: "make a cluster of databases like the one that was deleted, of its final snapshot", Class: Mend, Tier: TierMend,
	Final:  "a cluster that was given back stays",
	Reads:  []call.ID{call.RDSDescribeDBClusters, call.RDSDescribeDBClusterSnapshots},
	Writes: []call.ID{call.RDSRestoreDBClusterFromSnapshot, call.RDSAddTagsToResource},
})

// RestoreCluster wants a cluster that was deleted to be there again, under its name and so its endpoints, with what RDS takes at a restore.
// It does not take, and leaves at its defaults: roles, custom endpoints, the maintenance window, activity streams, the data API, and the
// secret of its password, which is as the snapshot has it.
type RestoreCluster struct {
	Cluster  event.Resource
	ID       string // the resource id that it had; it gets another
	Snapshot string
	Engine   string
	Zones    []string
	Subnets  string   // its group of subnets
	Security []string // groups
	Params   string   // its group of parameters
	Port     int32
	Storage  string // aurora, aurora-iopt1; "": aurora
	Network  string // IPV4, DUAL
	Logs     []string
	Backup   int32 // days that automated backups are kept
	Window   string
	Back     int64   // seconds that it can be rewound; 0: it can't be
	Least    float64 // capacity of its serverless members, in units; with Most 0: it has none
	Most     float64
	IAM      bool // authentication by IAM
	CopyTags bool
	Tags     []Tag // the owner's; riposte's own, and those of AWS, are left out
}

func restoringCluster(d DeleteCluster, c *types.DBCluster) RestoreCluster {
	back := RestoreCluster{
		Cluster: d.Cluster, ID: d.ID, Snapshot: finalSnapshot(d.Case, d.ID), Engine: aws.ToString(c.Engine), Zones: c.AvailabilityZones, Subnets: aws.ToString(c.DBSubnetGroup),
		Params: aws.ToString(c.DBClusterParameterGroup), Port: aws.ToInt32(c.Port), Storage: aws.ToString(c.StorageType), Network: aws.ToString(c.NetworkType),
		Logs: c.EnabledCloudwatchLogsExports, Backup: aws.ToInt32(c.BackupRetentionPeriod), Window: aws.ToString(c.PreferredBackupWindow), Back: aws.ToInt64(c.BacktrackWindow),
		IAM: aws.ToBool(c.IAMDatabaseAuthenticationEnabled), CopyTags: aws.ToBool(c.CopyTagsToSnapshot), Tags: ownersOf(DatabaseTags(c.TagList)),
	}
	for _, g := range c.VpcSecurityGroups {
		back.Security = append(back.Security, aws.ToString(g.VpcSecurityGroupId))
	}
	if s := c.ServerlessV2ScalingConfiguration; s != nil {
		back.Least, back.Most = aws.ToFloat64(s.MinCapacity), aws.ToFloat64(s.MaxCapacity)
	}
	return back
}

// About is the action as data.
func (b RestoreCluster) About() About {
	return About{
		Kind: restoreClusterKind, Target: b.Cluster, Hits: "cluster " + b.Cluster.ID + ", as its final snapshot has it: hours, where it is large",
		Concerns: []event.Resource{b.Cluster.Place().In(event.DBClusterSnapshot, b.Snapshot)},
	}
}

// Look finds the cluster of that name, or its snapshot. Names are given again: whose it is its resource id tells, or the tag riposte:of.
func (b RestoreCluster) Look(ctx context.Context, r access.Reads) (Look, error) {
	c, err := LookCluster(ctx, r, b.Cluster)
	switch {
	case err != nil:
		return Look{}, err
	case c == nil:
	case aws.ToString(c.Status) == dbDeleting, aws.ToString(c.Status) == dbCreating:
		return Look{Under: "its state is " + aws.ToString(c.Status)}, nil
	case b.stands(c):
		return Look{Satisfied: true}, nil
	default:
		return Look{Missing: "the name is another cluster's by now; the data is in snapshot " + b.Snapshot}, nil
	}
	s, err := lookClusterSnapshot(ctx, r, b.Cluster.Place(), b.Snapshot, b.ID)
	switch {
	case err != nil:
		return Look{}, err
	case s == nil:
		return Look{Missing: "snapshot " + b.Snapshot + ", of which it could be made, is deleted"}, nil
	case aws.ToString(s.Status) == dbCreating:
		return Look{Under: fmt.Sprintf("its final snapshot is at %d%%", aws.ToInt32(s.PercentProgress))}, nil
	}
	return Look{}, nil
}

// stands reports whether a cluster was never deleted, or is what stands for the one that was.
func (b RestoreCluster) stands(c *types.DBCluster) bool {
	return aws.ToString(c.DbClusterResourceId) == b.ID || DatabaseTags(c.TagList)[OfTag] == b.ID
}

// Do makes it: one, since a name is given once. Where the name was taken meanwhile the next look says by which cluster.
func (b RestoreCluster) Do(ctx context.Context, w access.Writes) error {
	in := &rds.RestoreDBClusterFromSnapshotInput{
		DBClusterIdentifier: aws.String(b.Cluster.ID), SnapshotIdentifier: aws.String(b.Snapshot), Engine: aws.String(b.Engine), AvailabilityZones: b.Zones,
		DBSubnetGroupName: given(b.Subnets), VpcSecurityGroupIds: b.Security, DBClusterParameterGroupName: given(b.Params), Port: bought(b.Port), StorageType: given(b.Storage),
		NetworkType: given(b.Network), EnableCloudwatchLogsExports: b.Logs, BackupRetentionPeriod: bought(b.Backup), PreferredBackupWindow: given(b.Window),
		EnableIAMDatabaseAuthentication: aws.Bool(b.IAM), CopyTagsToSnapshot: aws.Bool(b.CopyTags),
	}
	if b.Back > 0 {
		in.BacktrackWindow = aws.Int64(b.Back)
	}
	if b.Most > 0 {
		in.ServerlessV2ScalingConfiguration = &types.ServerlessV2ScalingConfiguration{MinCapacity: aws.Float64(b.Least), MaxCapacity: aws.Float64(b.Most)}
	}
	in.Tags = databaseTags(append(slices.Clip(b.Tags), Tag{OfTag, b.ID}))
	_, err := w.RDS(b.Cluster.Place()).RestoreDBClusterFromSnapshot(ctx, in)
	return Refused(fmt.Sprintf("make cluster %q of snapshot %q", b.Cluster.ID, b.Snapshot), err)
}

// databaseTags returns tags as RDS takes them.
func databaseTags(tags []Tag) (out []types.Tag) {
	for _, t := range tags {
		out = append(out, types.Tag{Key: aws.String(t.Key), Value: aws.String(t.Value)})
	}
	return out
}

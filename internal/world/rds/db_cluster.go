package rds

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// clusters are those of Aurora, and clusterSnapshots the final ones that their deletion leaves. Members are instances that name their cluster.
var (
	clusters = core.Shelf[types.DBCluster]{Kind: "rds.db-cluster", ID: "DBClusterIdentifier", Missing: func(id string) *core.Refusal {
		return core.Refuse("DBClusterNotFoundFault", "DBCluster %s not found.", id).With(&types.DBClusterNotFoundFault{})
	}}
	clusterSnapshots = core.Shelf[types.DBClusterSnapshot]{Kind: "rds.cluster-snapshot", ID: "DBClusterSnapshotIdentifier", Missing: func(id string) *core.Refusal {
		return core.Refuse("DBClusterSnapshotNotFoundFault", "DBClusterSnapshot %s not found.", id).With(&types.DBClusterSnapshotNotFoundFault{})
	}}
	globals         = core.Shelf[types.GlobalCluster]{Kind: "rds.global-cluster", ID: "GlobalClusterIdentifier"}
	clusterHappened = core.Shelf[types.Event]{Kind: "rds.cluster-event", ID: "SourceIdentifier"} // the last of each
)

const (
	clusterMoves  core.Happening = "a cluster comes to rest"
	clusterEnds   core.Happening = "a cluster is gone"
	clusterStarts core.Happening = "a cluster was stopped for seven days"
)

func clusterResource() core.Resource {
	return core.Resource{Shelf: &clusters, Operations: []core.Operation{
		core.Define(core.Spec[rds.DescribeDBClustersInput, rds.DescribeDBClustersOutput]{
			Knows: "DBClusterIdentifier Marker MaxRecords",
			Answer: func(c *core.Call, in *rds.DescribeDBClustersInput) (*rds.DescribeDBClustersOutput, *core.Refusal) {
				page, next, refused := described(c.At, &clusters, in.DBClusterIdentifier, in.Marker, in.MaxRecords)
				for i := range page {
					page[i].DBClusterMembers = membersOf(c.At, *page[i].DBClusterIdentifier)
				}
				return &rds.DescribeDBClustersOutput{DBClusters: page, Marker: next}, refused
			},
		}),
		core.Define(core.Spec[rds.StopDBClusterInput, rds.StopDBClusterOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "DBClusterIdentifier", Answer: core.Found(&clusters, "DBClusterIdentifier", stopCluster),
			Needs: func(c *core.Call, in *rds.StopDBClusterInput) []core.Need {
				return onCluster(c, in.DBClusterIdentifier)
			},
		}),
		core.Define(core.Spec[rds.StartDBClusterInput, rds.StartDBClusterOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "DBClusterIdentifier", Answer: core.Found(&clusters, "DBClusterIdentifier", startCluster),
			Needs: func(c *core.Call, in *rds.StartDBClusterInput) []core.Need {
				return onCluster(c, in.DBClusterIdentifier)
			},
		}),
		core.Define(core.Spec[rds.DeleteDBClusterInput, rds.DeleteDBClusterOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "DBClusterIdentifier DeleteAutomatedBackups FinalDBSnapshotIdentifier SkipFinalSnapshot",
			Answer: core.Found(&clusters, "DBClusterIdentifier", deleteCluster),
			Needs: func(c *core.Call, in *rds.DeleteDBClusterInput) []core.Need {
				return append(onCluster(c, in.DBClusterIdentifier), c.On(snapshotOfCluster(c, in.FinalDBSnapshotIdentifier))...)
			},
		}),
		core.Define(core.Spec[rds.RestoreDBClusterFromSnapshotInput, rds.RestoreDBClusterFromSnapshotOutput]{
			Write: true, Basis: core.UsualSpelling, Answer: core.Found(&clusterSnapshots, "SnapshotIdentifier", restoreCluster), Needs: restoringCluster,
			Knows: "DBClusterIdentifier SnapshotIdentifier Engine AvailabilityZones DBSubnetGroupName VpcSecurityGroupIds DBClusterParameterGroupName Port StorageType NetworkType " +
				"EnableCloudwatchLogsExports BackupRetentionPeriod PreferredBackupWindow BacktrackWindow ServerlessV2ScalingConfiguration EnableIAMDatabaseAuthentication CopyTagsToSnapshot Tags",
		}),
		core.Define(core.Spec[rds.CreateDBInstanceInput, rds.CreateDBInstanceOutput]{
			Write: true, Basis: "members of clusters alone; " + core.UsualSpelling, Answer: core.Found(&clusters, "DBClusterIdentifier", createMember), Needs: makingMember,
			Knows: "DBInstanceIdentifier DBClusterIdentifier Engine DBInstanceClass AvailabilityZone DBParameterGroupName CACertificateIdentifier PromotionTier PubliclyAccessible " +
				"AutoMinorVersionUpgrade Tags",
		}),
	}, On: map[core.Happening]func(core.At, string){clusterMoves: comeCluster, clusterEnds: endCluster, clusterStarts: startClusterAgain}}
}

// membersOf are those of a cluster; the one of the lowest rank writes.
func membersOf(at core.At, id string) (all []types.DBClusterMember) {
	for _, db := range instances.Sorted(at) {
		if aws.ToString(db.DBClusterIdentifier) == id {
			all = append(all, types.DBClusterMember{DBInstanceIdentifier: db.DBInstanceIdentifier, PromotionTier: db.PromotionTier})
		}
	}
	return all
}

// onCluster brings the tags of what a call is about, as AWS does.
func onCluster(c *core.Call, id *string) []core.Need {
	needs, context := c.On(c.ARN("rds", "cluster:"+aws.ToString(id))), map[string][]string{}
	if cluster, ok := clusters.Of(c.At)[aws.ToString(id)]; ok {
		for _, t := range cluster.TagList {
			context["aws:ResourceTag/"+aws.ToString(t.Key)] = []string{aws.ToString(t.Value)}
		}
	}
	needs[0].Context = context
	return needs
}

func snapshotOfCluster(c *core.Call, name *string) string {
	return c.ARN("rds", "cluster-snapshot:"+aws.ToString(name))
}

// moveCluster brings a cluster from a state into another, which comes to its rest by itself.
func moveCluster(c *core.Call, cluster *types.DBCluster, to string, from ...string) *core.Refusal {
	if !slices.Contains(from, aws.ToString(cluster.Status)) {
		return core.Refuse("InvalidDBClusterStateFault", "DbCluster %s is in %s state", *cluster.DBClusterIdentifier, aws.ToString(cluster.Status)).With(&types.InvalidDBClusterStateFault{})
	}
	cluster.Status = aws.String(to)
	c.Forget(*cluster.DBClusterIdentifier)
	c.After(moving, clusterMoves, *cluster.DBClusterIdentifier)
	return nil
}

func stopCluster(c *core.Call, _ *rds.StopDBClusterInput, cluster *types.DBCluster) (*rds.StopDBClusterOutput, *core.Refusal) {
	if refused := moveCluster(c, cluster, "stopping", "available"); refused != nil {
		return nil, refused
	}
	cluster.AutomaticRestartTime = aws.Time(c.Now.Add(stopped))
	c.After(stopped, clusterStarts, *cluster.DBClusterIdentifier)
	return &rds.StopDBClusterOutput{DBCluster: cluster}, nil
}

func startCluster(c *core.Call, _ *rds.StartDBClusterInput, cluster *types.DBCluster) (*rds.StartDBClusterOutput, *core.Refusal) {
	refused := moveCluster(c, cluster, "starting", "stopped")
	if refused == nil {
		cluster.AutomaticRestartTime = nil
	}
	return &rds.StartDBClusterOutput{DBCluster: cluster}, refused
}

// deleteCluster refuses without a final snapshot, although AWS can do without: nobody here may.
func deleteCluster(c *core.Call, in *rds.DeleteDBClusterInput, cluster *types.DBCluster) (*rds.DeleteDBClusterOutput, *core.Refusal) {
	id, name := *cluster.DBClusterIdentifier, aws.ToString(in.FinalDBSnapshotIdentifier)
	for _, db := range instances.Sorted(c.At) {
		if aws.ToString(db.DBClusterIdentifier) == id && aws.ToString(db.DBInstanceStatus) != "deleting" {
			return nil, core.Refuse("InvalidDBClusterStateFault", "Cluster cannot be deleted, it still contains DB instances in non-deleting state.").With(&types.InvalidDBClusterStateFault{})
		}
	}
	switch {
	case aws.ToBool(cluster.DeletionProtection):
		return nil, core.Refuse("InvalidParameterCombination", "Cannot delete protected Cluster, please disable deletion protection and try again.")
	case aws.ToBool(in.SkipFinalSnapshot) || name == "":
		return nil, core.Refuse("InvalidParameterCombination", "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
	case clusterSnapshots.Of(c.At)[name] != nil:
		return nil, core.Refuse("DBClusterSnapshotAlreadyExistsFault", "Cannot create the cluster snapshot because one with the identifier %s already exists.", name).With(&types.DBClusterSnapshotAlreadyExistsFault{})
	}
	if refused := moveCluster(c, cluster, "deleting", "available"); refused != nil {
		return nil, refused
	}
	clusterSnapshots.Put(c.At, &types.DBClusterSnapshot{
		DBClusterSnapshotIdentifier: &name, DBClusterIdentifier: &id, DbClusterResourceId: cluster.DbClusterResourceId, Status: aws.String("creating"), PercentProgress: aws.Int32(0),
		SnapshotType: aws.String("manual"), SnapshotCreateTime: aws.Time(c.Now), Engine: cluster.Engine, StorageEncrypted: cluster.StorageEncrypted, KmsKeyId: cluster.KmsKeyId,
	})
	c.After(moving, clusterEnds, id)
	return &rds.DeleteDBClusterOutput{DBCluster: cluster}, nil
}

func comeCluster(at core.At, id string) {
	cluster, ok := clusters.Of(at)[id]
	for _, r := range rest {
		if ok && aws.ToString(cluster.Status) == r.from {
			cluster.Status = aws.String(r.to)
			if r.to == "stopped" {
				clusterHappened.Put(at, &types.Event{SourceIdentifier: &id, SourceType: types.SourceTypeDbCluster, Date: aws.Time(at.Now), Message: aws.String("DB cluster stopped")})
			}
			return
		}
	}
}

func endCluster(at core.At, id string) {
	delete(clusters.Of(at), id)
	for _, s := range clusterSnapshots.Sorted(at) {
		if aws.ToString(s.DBClusterIdentifier) == id {
			s.Status, s.PercentProgress = aws.String("available"), aws.Int32(100)
		}
	}
}

func startClusterAgain(at core.At, id string) {
	if cluster, ok := clusters.Of(at)[id]; ok && aws.ToString(cluster.Status) == "stopped" {
		cluster.Status, cluster.AutomaticRestartTime = aws.String("starting"), nil
		at.After(moving, clusterMoves, id)
		clusterHappened.Put(at, &types.Event{SourceIdentifier: &id, SourceType: types.SourceTypeDbCluster, Date: aws.Time(at.Now),
			Message: aws.String("DB cluster is being started due to it exceeding the maximum allowed time being stopped.")})
	}
}

package rds

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// restoringCluster asks for all that a restored cluster stands on.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html
func restoringCluster(c *core.Call, in *rds.RestoreDBClusterFromSnapshotInput) []core.Need {
	arn := c.ARN("rds", "cluster:"+aws.ToString(in.DBClusterIdentifier))
	needs := c.On(arn, snapshotOfCluster(c, in.SnapshotIdentifier))
	for prefix, name := range map[string]*string{"subgrp:": in.DBSubnetGroupName, "cluster-pg:": in.DBClusterParameterGroupName} {
		if name != nil {
			needs = append(needs, c.On(c.ARN("rds", prefix+*name))...)
		}
	}
	if len(in.Tags) > 0 {
		needs = append(needs, core.Need{Action: "rds:AddTagsToResource", Resource: arn, Context: map[string][]string{"aws:TagKeys": keysOf(in.Tags)}})
	}
	return needs
}

func restoreCluster(c *core.Call, in *rds.RestoreDBClusterFromSnapshotInput, s *types.DBClusterSnapshot) (*rds.RestoreDBClusterFromSnapshotOutput, *core.Refusal) {
	id := aws.ToString(in.DBClusterIdentifier)
	switch {
	case clusters.Of(c.At)[id] != nil:
		return nil, core.Refuse("DBClusterAlreadyExistsFault", "DB Cluster already exists").With(&types.DBClusterAlreadyExistsFault{})
	case aws.ToString(s.Status) != "available":
		return nil, core.Refuse("InvalidDBClusterSnapshotStateFault", "The snapshot is not available.").With(&types.InvalidDBClusterSnapshotStateFault{})
	case aws.ToString(in.Engine) != aws.ToString(s.Engine):
		return nil, core.Refuse("InvalidParameterCombination", "The snapshot is of engine %s.", aws.ToString(s.Engine))
	}
	cluster := types.DBCluster{
		DBClusterIdentifier: &id, DbClusterResourceId: aws.String("cluster-" + c.Mint(26)), Status: aws.String("creating"), Engine: s.Engine, EngineMode: aws.String("provisioned"),
		ClusterCreateTime: aws.Time(c.Now), AvailabilityZones: in.AvailabilityZones, DBSubnetGroup: in.DBSubnetGroupName, DBClusterParameterGroup: in.DBClusterParameterGroupName,
		Port: in.Port, StorageType: in.StorageType, NetworkType: in.NetworkType, EnabledCloudwatchLogsExports: in.EnableCloudwatchLogsExports,
		BackupRetentionPeriod: in.BackupRetentionPeriod, PreferredBackupWindow: in.PreferredBackupWindow, BacktrackWindow: in.BacktrackWindow,
		IAMDatabaseAuthenticationEnabled: in.EnableIAMDatabaseAuthentication, CopyTagsToSnapshot: in.CopyTagsToSnapshot, TagList: in.Tags,
		StorageEncrypted: s.StorageEncrypted, KmsKeyId: s.KmsKeyId,
	}
	if v := in.ServerlessV2ScalingConfiguration; v != nil {
		cluster.ServerlessV2ScalingConfiguration = &types.ServerlessV2ScalingConfigurationInfo{MinCapacity: v.MinCapacity, MaxCapacity: v.MaxCapacity}
	}
	for _, g := range in.VpcSecurityGroupIds {
		cluster.VpcSecurityGroups = append(cluster.VpcSecurityGroups, types.VpcSecurityGroupMembership{VpcSecurityGroupId: &g})
	}
	c.After(moving, clusterMoves, id)
	return &rds.RestoreDBClusterFromSnapshotOutput{DBCluster: clusters.Put(c.At, &cluster)}, nil
}

// makingMember asks for the member, its cluster with that's tags, and its group of parameters. That the engine is a key of the member alone
// is what the reference says of conditions on resources.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html
func makingMember(c *core.Call, in *rds.CreateDBInstanceInput) []core.Need {
	arn := instanceARN(c, in.DBInstanceIdentifier)
	needs := c.On(arn)
	needs[0].Context = map[string][]string{"rds:DatabaseEngine": {aws.ToString(in.Engine)}, "rds:DatabaseClass": {aws.ToString(in.DBInstanceClass)}}
	needs = append(needs, onCluster(c, in.DBClusterIdentifier)...)
	if in.DBParameterGroupName != nil {
		needs = append(needs, c.On(c.ARN("rds", "pg:"+*in.DBParameterGroupName))...)
	}
	if len(in.Tags) > 0 {
		needs = append(needs, core.Need{Action: "rds:AddTagsToResource", Resource: arn, Context: map[string][]string{"aws:TagKeys": keysOf(in.Tags)}})
	}
	return needs
}

// createMember refuses in a cluster that is not there yet. "You can create DB instances only after the operation has completed and the DB cluster is available."
// https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBClusterFromSnapshot.html
func createMember(c *core.Call, in *rds.CreateDBInstanceInput, cluster *types.DBCluster) (*rds.CreateDBInstanceOutput, *core.Refusal) {
	id := aws.ToString(in.DBInstanceIdentifier)
	switch {
	case instances.Of(c.At)[id] != nil:
		return nil, core.Refuse("DBInstanceAlreadyExists", "DB instance already exists").With(&types.DBInstanceAlreadyExistsFault{})
	case aws.ToString(cluster.Status) != "available":
		return nil, core.Refuse("InvalidDBClusterStateFault", "DbCluster %s is in %s state", *cluster.DBClusterIdentifier, aws.ToString(cluster.Status)).With(&types.InvalidDBClusterStateFault{})
	case aws.ToString(in.Engine) != aws.ToString(cluster.Engine):
		return nil, core.Refuse("InvalidParameterCombination", "The engine of the cluster is %s.", aws.ToString(cluster.Engine))
	}
	db := types.DBInstance{
		DBInstanceIdentifier: &id, DbiResourceId: aws.String("db-" + c.Mint(26)), DBInstanceStatus: aws.String("creating"), DBClusterIdentifier: in.DBClusterIdentifier,
		Engine: in.Engine, DBInstanceClass: in.DBInstanceClass, AvailabilityZone: in.AvailabilityZone, InstanceCreateTime: aws.Time(c.Now), StorageType: cluster.StorageType,
		CACertificateIdentifier: in.CACertificateIdentifier, PromotionTier: in.PromotionTier, PubliclyAccessible: in.PubliclyAccessible, AutoMinorVersionUpgrade: in.AutoMinorVersionUpgrade,
		TagList: in.Tags, DBSubnetGroup: &types.DBSubnetGroup{DBSubnetGroupName: cluster.DBSubnetGroup},
	}
	if in.DBParameterGroupName != nil {
		db.DBParameterGroups = []types.DBParameterGroupStatus{{DBParameterGroupName: in.DBParameterGroupName}}
	}
	c.After(moving, moves, id)
	return &rds.CreateDBInstanceOutput{DBInstance: instances.Put(c.At, &db)}, nil
}

func clusterSnapshotResource() core.Resource {
	return core.Resource{Shelf: &clusterSnapshots, Operations: []core.Operation{
		core.Define(core.Spec[rds.DescribeDBClusterSnapshotsInput, rds.DescribeDBClusterSnapshotsOutput]{
			Basis: "of those that deletions left", Knows: "DBClusterSnapshotIdentifier Marker MaxRecords",
			Answer: func(c *core.Call, in *rds.DescribeDBClusterSnapshotsInput) (*rds.DescribeDBClusterSnapshotsOutput, *core.Refusal) {
				page, next, refused := described(c.At, &clusterSnapshots, in.DBClusterSnapshotIdentifier, in.Marker, in.MaxRecords)
				return &rds.DescribeDBClusterSnapshotsOutput{DBClusterSnapshots: page, Marker: next}, refused
			},
		}),
	}}
}

func globalResource() core.Resource {
	return core.Resource{Shelf: &globals, Operations: []core.Operation{
		core.Define(core.Spec[rds.DescribeGlobalClustersInput, rds.DescribeGlobalClustersOutput]{
			Knows: "Marker MaxRecords",
			Answer: func(c *core.Call, in *rds.DescribeGlobalClustersInput) (*rds.DescribeGlobalClustersOutput, *core.Refusal) {
				page, next, refused := described(c.At, &globals, nil, in.Marker, in.MaxRecords)
				return &rds.DescribeGlobalClustersOutput{GlobalClusters: page, Marker: next}, refused
			},
		}),
	}}
}

func clusterEventResource() core.Resource { return core.Resource{Shelf: &clusterHappened} }

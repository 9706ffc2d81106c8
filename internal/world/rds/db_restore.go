package rds

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// restoring asks for all that a restored database stands on.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html
func restoring(c *core.Call, in *rds.RestoreDBInstanceFromDBSnapshotInput) []core.Need {
	needs := c.On(instanceARN(c, in.DBInstanceIdentifier), c.ARN("rds", "snapshot:"+aws.ToString(in.DBSnapshotIdentifier)))
	for prefix, name := range map[string]*string{"subgrp:": in.DBSubnetGroupName, "pg:": in.DBParameterGroupName, "og:": in.OptionGroupName} {
		if name != nil {
			needs = append(needs, c.On(c.ARN("rds", prefix+*name))...)
		}
	}
	if len(in.Tags) > 0 {
		needs = append(needs, core.Need{Action: "rds:AddTagsToResource", Resource: instanceARN(c, in.DBInstanceIdentifier), Context: map[string][]string{"aws:TagKeys": keysOf(in.Tags)}})
	}
	return needs
}

func restoreInstance(c *core.Call, in *rds.RestoreDBInstanceFromDBSnapshotInput, s *types.DBSnapshot) (*rds.RestoreDBInstanceFromDBSnapshotOutput, *core.Refusal) {
	id := aws.ToString(in.DBInstanceIdentifier)
	switch {
	case instances.Of(c.At)[id] != nil:
		return nil, core.Refuse("DBInstanceAlreadyExists", "DB instance already exists").With(&types.DBInstanceAlreadyExistsFault{})
	case aws.ToString(s.Status) != "available":
		return nil, core.Refuse("InvalidDBSnapshotState", "The snapshot is not available.").With(&types.InvalidDBSnapshotStateFault{})
	}
	db := types.DBInstance{
		DBInstanceIdentifier: &id, DbiResourceId: aws.String("db-" + c.Mint(26)), DBInstanceStatus: aws.String("creating"), Engine: s.Engine, AllocatedStorage: s.AllocatedStorage,
		InstanceCreateTime: aws.Time(c.Now), DBInstanceClass: in.DBInstanceClass, AvailabilityZone: in.AvailabilityZone, MultiAZ: in.MultiAZ, StorageType: in.StorageType, Iops: in.Iops,
		StorageThroughput: in.StorageThroughput, LicenseModel: in.LicenseModel, NetworkType: in.NetworkType, CACertificateIdentifier: in.CACertificateIdentifier,
		EnabledCloudwatchLogsExports: in.EnableCloudwatchLogsExports, BackupRetentionPeriod: in.BackupRetentionPeriod, PreferredBackupWindow: in.PreferredBackupWindow,
		PubliclyAccessible: in.PubliclyAccessible, IAMDatabaseAuthenticationEnabled: in.EnableIAMDatabaseAuthentication, AutoMinorVersionUpgrade: in.AutoMinorVersionUpgrade,
		CopyTagsToSnapshot: in.CopyTagsToSnapshot, TagList: in.Tags, StorageEncrypted: s.Encrypted, KmsKeyId: s.KmsKeyId, Endpoint: &types.Endpoint{Port: in.Port},
		DBSubnetGroup: &types.DBSubnetGroup{DBSubnetGroupName: in.DBSubnetGroupName},
	}
	if aws.ToBool(in.ManageMasterUserPassword) {
		db.MasterUserSecret = &types.MasterUserSecret{}
	}
	for _, g := range in.VpcSecurityGroupIds {
		db.VpcSecurityGroups = append(db.VpcSecurityGroups, types.VpcSecurityGroupMembership{VpcSecurityGroupId: &g})
	}
	if in.DBParameterGroupName != nil {
		db.DBParameterGroups = []types.DBParameterGroupStatus{{DBParameterGroupName: in.DBParameterGroupName}}
	}
	if in.OptionGroupName != nil {
		db.OptionGroupMemberships = []types.OptionGroupMembership{{OptionGroupName: in.OptionGroupName}}
	}
	c.After(moving, moves, id)
	return &rds.RestoreDBInstanceFromDBSnapshotOutput{DBInstance: instances.Put(c.At, &db)}, nil
}

func finalResource() core.Resource {
	return core.Resource{Shelf: &snapshotsMade, Operations: []core.Operation{
		core.Define(core.Spec[rds.DescribeDBSnapshotsInput, rds.DescribeDBSnapshotsOutput]{
			Basis: "of those that deletions left", Knows: "DBSnapshotIdentifier Marker MaxRecords",
			Answer: func(c *core.Call, in *rds.DescribeDBSnapshotsInput) (*rds.DescribeDBSnapshotsOutput, *core.Refusal) {
				page, next, refused := described(c.At, &snapshotsMade, in.DBSnapshotIdentifier, in.Marker, in.MaxRecords)
				return &rds.DescribeDBSnapshotsOutput{DBSnapshots: page, Marker: next}, refused
			},
		}),
	}}
}

func proxyResource() core.Resource {
	return core.Resource{Shelf: &proxies, Operations: []core.Operation{
		core.Define(core.Spec[rds.DescribeDBProxiesInput, rds.DescribeDBProxiesOutput]{
			Knows: "DBProxyName Marker MaxRecords",
			Answer: func(c *core.Call, in *rds.DescribeDBProxiesInput) (*rds.DescribeDBProxiesOutput, *core.Refusal) {
				page, next, refused := described(c.At, &proxies, in.DBProxyName, in.Marker, in.MaxRecords)
				return &rds.DescribeDBProxiesOutput{DBProxies: page, Marker: next}, refused
			},
		}),
	}}
}

func proxyTargetResource() core.Resource {
	return core.Resource{Shelf: &proxyTargets, Operations: []core.Operation{
		core.Define(core.Spec[rds.DescribeDBProxyTargetsInput, rds.DescribeDBProxyTargetsOutput]{
			Basis: "in one page", Knows: "DBProxyName Marker MaxRecords",
			Answer: core.Found(&proxies, "DBProxyName", func(c *core.Call, in *rds.DescribeDBProxyTargetsInput, _ *types.DBProxy) (*rds.DescribeDBProxyTargetsOutput, *core.Refusal) {
				out := &rds.DescribeDBProxyTargetsOutput{}
				for _, t := range proxyTargets.Sorted(c.At) {
					if aws.ToString(t.TargetArn) == *in.DBProxyName+"/"+aws.ToString(t.RdsResourceId) {
						out.Targets = append(out.Targets, types.DBProxyTarget{RdsResourceId: t.RdsResourceId, Type: t.Type})
					}
				}
				return out, nil
			}),
		}),
	}}
}

func eventResource() core.Resource {
	return core.Resource{Shelf: &happened, Operations: []core.Operation{
		core.Define(core.Spec[rds.DescribeEventsInput, rds.DescribeEventsOutput]{
			Basis: "of databases and clusters that are stopped, or that AWS starts after seven days, the last of each; however old", Knows: "SourceIdentifier SourceType Duration Marker MaxRecords",
			Answer: func(c *core.Call, in *rds.DescribeEventsInput) (*rds.DescribeEventsOutput, *core.Refusal) {
				out := &rds.DescribeEventsOutput{}
				of := &happened
				if in.SourceType == types.SourceTypeDbCluster {
					of = &clusterHappened
				}
				if e, ok := of.Of(c.At)[aws.ToString(in.SourceIdentifier)]; ok {
					out.Events = []types.Event{*e}
				}
				return out, nil
			},
		}),
	}}
}

package rds

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// instances are databases, and snapshotsMade the final ones that their deletion leaves.
var (
	instances = core.Shelf[types.DBInstance]{Kind: "rds.db-instance", ID: "DBInstanceIdentifier", Missing: func(id string) *core.Refusal {
		return core.Refuse("DBInstanceNotFound", "DBInstance %s not found.", id).With(&types.DBInstanceNotFoundFault{})
	}}
	snapshotsMade = core.Shelf[types.DBSnapshot]{Kind: "rds.final-snapshot", ID: "DBSnapshotIdentifier", Missing: snapshots.Missing}
	proxies       = core.Shelf[types.DBProxy]{Kind: "rds.proxy", ID: "DBProxyName", Missing: core.Missing("DBProxyNotFoundFault", "DBProxy %s not found.")}
	proxyTargets  = core.Shelf[types.DBProxyTarget]{Kind: "rds.proxy-target", ID: "TargetArn"} // named PROXY/DATABASE here
	happened      = core.Shelf[types.Event]{Kind: "rds.event", ID: "SourceIdentifier"}         // the last of each
)

const (
	moves   core.Happening = "a database comes to rest"
	ends    core.Happening = "a database is gone"
	starts  core.Happening = "a database was stopped for seven days"
	moving                 = 10 * time.Second // on AWS minutes to hours
	stopped                = 7 * 24 * time.Hour
)

// rest is what a state comes to by itself.
var rest = [...]struct{ from, to string }{{"stopping", "stopped"}, {"starting", "available"}, {"creating", "available"}}

func instanceResource() core.Resource {
	return core.Resource{Shelf: &instances, Operations: []core.Operation{
		core.Define(core.Spec[rds.DescribeDBInstancesInput, rds.DescribeDBInstancesOutput]{
			Knows: "DBInstanceIdentifier Marker MaxRecords",
			Answer: func(c *core.Call, in *rds.DescribeDBInstancesInput) (*rds.DescribeDBInstancesOutput, *core.Refusal) {
				page, next, refused := described(c.At, &instances, in.DBInstanceIdentifier, in.Marker, in.MaxRecords)
				return &rds.DescribeDBInstancesOutput{DBInstances: page, Marker: next}, refused
			},
		}),
		core.Define(core.Spec[rds.StopDBInstanceInput, rds.StopDBInstanceOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "DBInstanceIdentifier", Answer: core.Found(&instances, "DBInstanceIdentifier", stopInstance),
			Needs: func(c *core.Call, in *rds.StopDBInstanceInput) []core.Need {
				return onTagged(c, in.DBInstanceIdentifier)
			},
		}),
		core.Define(core.Spec[rds.StartDBInstanceInput, rds.StartDBInstanceOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "DBInstanceIdentifier", Answer: core.Found(&instances, "DBInstanceIdentifier", startInstance),
			Needs: func(c *core.Call, in *rds.StartDBInstanceInput) []core.Need {
				return c.On(instanceARN(c, in.DBInstanceIdentifier))
			},
		}),
		core.Define(core.Spec[rds.DeleteDBInstanceInput, rds.DeleteDBInstanceOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "DBInstanceIdentifier DeleteAutomatedBackups FinalDBSnapshotIdentifier SkipFinalSnapshot",
			Answer: core.Found(&instances, "DBInstanceIdentifier", deleteInstance),
			Needs: func(c *core.Call, in *rds.DeleteDBInstanceInput) []core.Need {
				return onTagged(c, in.DBInstanceIdentifier)
			},
		}),
		core.Define(core.Spec[rds.RestoreDBInstanceFromDBSnapshotInput, rds.RestoreDBInstanceFromDBSnapshotOutput]{
			Write: true, Basis: core.UsualSpelling, Answer: core.Found(&snapshotsMade, "DBSnapshotIdentifier", restoreInstance), Needs: restoring,
			Knows: "DBInstanceIdentifier DBSnapshotIdentifier DBInstanceClass AvailabilityZone MultiAZ DBSubnetGroupName VpcSecurityGroupIds DBParameterGroupName OptionGroupName " +
				"Port StorageType Iops StorageThroughput LicenseModel NetworkType CACertificateIdentifier EnableCloudwatchLogsExports BackupRetentionPeriod PreferredBackupWindow " +
				"PubliclyAccessible EnableIAMDatabaseAuthentication AutoMinorVersionUpgrade CopyTagsToSnapshot ManageMasterUserPassword Tags",
		}),
	}, On: map[core.Happening]func(core.At, string){moves: come, ends: end, starts: startAgain}}
}

func instanceARN(c *core.Call, id *string) string { return c.ARN("rds", "db:"+aws.ToString(id)) }

// onTagged brings the tags of what a call is about, as AWS does.
func onTagged(c *core.Call, id *string) []core.Need {
	needs, context := c.On(instanceARN(c, id)), map[string][]string{}
	if db, ok := instances.Of(c.At)[aws.ToString(id)]; ok {
		for _, t := range db.TagList {
			context["aws:ResourceTag/"+aws.ToString(t.Key)] = []string{aws.ToString(t.Value)}
		}
	}
	needs[0].Context = context
	return needs
}

// described is one row, or a page of all.
func described[T any](at core.At, s *core.Shelf[T], id, marker *string, size *int32) ([]T, *string, *core.Refusal) {
	if id != nil {
		t, refused := s.Find(at, id)
		if refused != nil {
			return nil, nil, refused
		}
		return []T{*t}, nil, nil
	}
	var all []T
	for _, t := range s.Sorted(at) {
		all = append(all, *t)
	}
	return core.Paged(all, marker, size)
}

func (m movement) refuse(db *types.DBInstance) *core.Refusal {
	if !slices.Contains(m.from, aws.ToString(db.DBInstanceStatus)) {
		return core.Refuse("InvalidDBInstanceState", "Instance %s is not in %s state.", *db.DBInstanceIdentifier, m.from[0]).With(&types.InvalidDBInstanceStateFault{})
	}
	return nil
}

// movement is from which states a database is brought into another.
type movement struct {
	from []string
	to   string
}

func (m movement) begin(c *core.Call, db *types.DBInstance) *core.Refusal {
	if refused := m.refuse(db); refused != nil {
		return refused
	}
	db.DBInstanceStatus = aws.String(m.to)
	c.Forget(*db.DBInstanceIdentifier)
	c.After(moving, moves, *db.DBInstanceIdentifier)
	return nil
}

func stopInstance(c *core.Call, _ *rds.StopDBInstanceInput, db *types.DBInstance) (*rds.StopDBInstanceOutput, *core.Refusal) {
	if refused := (movement{[]string{"available"}, "stopping"}).begin(c, db); refused != nil {
		return nil, refused
	}
	db.AutomaticRestartTime = aws.Time(c.Now.Add(stopped))
	c.After(stopped, starts, *db.DBInstanceIdentifier)
	return &rds.StopDBInstanceOutput{DBInstance: db}, nil
}

func startInstance(c *core.Call, _ *rds.StartDBInstanceInput, db *types.DBInstance) (*rds.StartDBInstanceOutput, *core.Refusal) {
	refused := movement{[]string{"stopped"}, "starting"}.begin(c, db)
	if refused == nil {
		db.AutomaticRestartTime = nil
	}
	return &rds.StartDBInstanceOutput{DBInstance: db}, refused
}

// deleteMember takes a database out of its cluster, which keeps the data. It has no snapshot of its own.
func deleteMember(c *core.Call, in *rds.DeleteDBInstanceInput, db *types.DBInstance) (*rds.DeleteDBInstanceOutput, *core.Refusal) {
	if in.FinalDBSnapshotIdentifier != nil {
		return nil, core.Refuse("InvalidParameterCombination", "A member of a cluster has no final snapshot.")
	}
	if refused := (movement{[]string{"available"}, "deleting"}).begin(c, db); refused != nil {
		return nil, refused
	}
	c.After(moving, ends, *db.DBInstanceIdentifier)
	return &rds.DeleteDBInstanceOutput{DBInstance: db}, nil
}

// deleteInstance refuses without a final snapshot, although AWS can do without: nobody here may.
func deleteInstance(c *core.Call, in *rds.DeleteDBInstanceInput, db *types.DBInstance) (*rds.DeleteDBInstanceOutput, *core.Refusal) {
	name := aws.ToString(in.FinalDBSnapshotIdentifier)
	if aws.ToString(db.DBClusterIdentifier) != "" {
		return deleteMember(c, in, db)
	}
	switch {
	case aws.ToBool(db.DeletionProtection):
		return nil, core.Refuse("InvalidParameterCombination", "Cannot delete protected DB Instance, please disable deletion protection and try again.")
	case aws.ToBool(in.SkipFinalSnapshot) || name == "":
		return nil, core.Refuse("InvalidParameterCombination", "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
	case snapshotsMade.Of(c.At)[name] != nil:
		return nil, core.Refuse("DBSnapshotAlreadyExists", "Cannot create the snapshot because a snapshot with the identifier %s already exists.", name).With(&types.DBSnapshotAlreadyExistsFault{})
	}
	if refused := (movement{[]string{"available", "stopped"}, "deleting"}).begin(c, db); refused != nil {
		return nil, refused
	}
	snapshotsMade.Put(c.At, &types.DBSnapshot{
		DBSnapshotIdentifier: &name, DBInstanceIdentifier: db.DBInstanceIdentifier, DbiResourceId: db.DbiResourceId, Status: aws.String("creating"), PercentProgress: aws.Int32(0),
		SnapshotType: aws.String("manual"), SnapshotCreateTime: aws.Time(c.Now), Engine: db.Engine, AllocatedStorage: db.AllocatedStorage, Encrypted: db.StorageEncrypted, KmsKeyId: db.KmsKeyId,
	})
	c.After(moving, ends, *db.DBInstanceIdentifier)
	return &rds.DeleteDBInstanceOutput{DBInstance: db}, nil
}

func come(at core.At, id string) {
	db, ok := instances.Of(at)[id]
	for _, r := range rest {
		if ok && aws.ToString(db.DBInstanceStatus) == r.from {
			db.DBInstanceStatus = aws.String(r.to)
			if r.to == "stopped" {
				happened.Put(at, &types.Event{SourceIdentifier: &id, SourceType: types.SourceTypeDbInstance, Date: aws.Time(at.Now), Message: aws.String("DB instance stopped")})
			}
			return
		}
	}
}

func end(at core.At, id string) {
	delete(instances.Of(at), id)
	for _, s := range snapshotsMade.Sorted(at) {
		if aws.ToString(s.DBInstanceIdentifier) == id {
			s.Status, s.PercentProgress = aws.String("available"), aws.Int32(100)
		}
	}
}

func startAgain(at core.At, id string) {
	if db, ok := instances.Of(at)[id]; ok && aws.ToString(db.DBInstanceStatus) == "stopped" {
		db.DBInstanceStatus, db.AutomaticRestartTime = aws.String("starting"), nil
		at.After(moving, moves, id)
		happened.Put(at, &types.Event{SourceIdentifier: &id, SourceType: types.SourceTypeDbInstance, Date: aws.Time(at.Now),
			Message: aws.String("DB instance is being started due to it exceeding the maximum allowed time being stopped.")})
	}
}

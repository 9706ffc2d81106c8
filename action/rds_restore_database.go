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

// restoreDatabaseKind gives back what was deleted. It takes as long as its storage needs.
var restoreDatabaseKind = Define[RestoreDatabase](Kind{
	Name: "rds.restore-instance", Version: 1, Does: "make a database like the one that was deleted, of its final snapshot", Class: Mend, Tier: TierMend,
	Final:  "a database that was given back stays",
	Reads:  []call.ID{call.RDSDescribeDBInstances, call.RDSDescribeDBSnapshots},
	Writes: []call.ID{call.RDSRestoreDBInstanceFromDBSnapshot, call.RDSAddTagsToResource},
})

// RestoreDatabase wants a database that was deleted to be there again, under its name and so its endpoint, with what RDS takes at a restore.
// It does not take, and leaves at its defaults: monitoring, Performance Insights, the maintenance window, the limit of storage growth, and roles.
type RestoreDatabase struct {
	Database event.Resource
	ID       string // the resource id that it had; it gets another
	Snapshot string
	Class    string
	Zone     string // "" where it is in several
	MultiAZ  bool
	Subnets  string   // its group of subnets
	Security []string // groups
	Params   string   // its group of parameters
	Options  string   // its group of options
	Port     int32
	Storage  string
	IOPS     int32 // 0: the type has its own
	MiBps    int32 // as IOPS
	License  string
	Network  string // IPV4, DUAL
	CA       string
	Logs     []string // that go to CloudWatch
	Backup   int32    // days that automated backups are kept
	Window   string   // of backups
	Public   bool
	IAM      bool // authentication by IAM
	Minor    bool // minor versions come by themselves
	CopyTags bool
	Secret   bool  // its password is in Secrets Manager, which makes a new one
	Tags     []Tag // the owner's; riposte's own, and those of AWS, are left out
}

// speedBought is from how many GiB on the speed of gp3 can be chosen. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html
const speedBought = 400

func restoringDatabase(d DeleteDatabase, db *types.DBInstance) RestoreDatabase {
	back := RestoreDatabase{
		Database: d.Database, ID: d.ID, Snapshot: finalSnapshot(d.Case, d.ID), Class: aws.ToString(db.DBInstanceClass), MultiAZ: aws.ToBool(db.MultiAZ),
		Storage: aws.ToString(db.StorageType), License: aws.ToString(db.LicenseModel), Network: aws.ToString(db.NetworkType), CA: aws.ToString(db.CACertificateIdentifier),
		Logs: db.EnabledCloudwatchLogsExports, Backup: aws.ToInt32(db.BackupRetentionPeriod), Window: aws.ToString(db.PreferredBackupWindow),
		Public: aws.ToBool(db.PubliclyAccessible), IAM: aws.ToBool(db.IAMDatabaseAuthenticationEnabled), Minor: aws.ToBool(db.AutoMinorVersionUpgrade),
		CopyTags: aws.ToBool(db.CopyTagsToSnapshot), Secret: db.MasterUserSecret != nil, Tags: ownersOf(DatabaseTags(db.TagList)),
	}
	if !back.MultiAZ {
		back.Zone = aws.ToString(db.AvailabilityZone)
	}
	if db.DBSubnetGroup != nil {
		back.Subnets = aws.ToString(db.DBSubnetGroup.DBSubnetGroupName)
	}
	if db.Endpoint != nil { // a database that is stopped keeps it
		back.Port = aws.ToInt32(db.Endpoint.Port)
	}
	for _, g := range db.VpcSecurityGroups {
		back.Security = append(back.Security, aws.ToString(g.VpcSecurityGroupId))
	}
	if len(db.DBParameterGroups) > 0 {
		back.Params = aws.ToString(db.DBParameterGroups[0].DBParameterGroupName)
	}
	if len(db.OptionGroupMemberships) > 0 {
		back.Options = aws.ToString(db.OptionGroupMemberships[0].OptionGroupName)
	}
	switch {
	case back.Storage == "io1", back.Storage == "io2":
		back.IOPS = aws.ToInt32(db.Iops)
	case back.Storage == "gp3" && aws.ToInt32(db.AllocatedStorage) >= speedBought:
		back.IOPS, back.MiBps = aws.ToInt32(db.Iops), aws.ToInt32(db.StorageThroughput)
	}
	return back
}

// About is the action as data.
func (b RestoreDatabase) About() About {
	return About{
		Kind: restoreDatabaseKind, Target: b.Database, Hits: "database " + b.Database.ID + ", as its final snapshot has it: hours, where it is large",
		Concerns: []event.Resource{b.Database.Place().In(event.DBSnapshot, b.Snapshot)},
	}
}

// Look finds the database of that name, or its snapshot. Names are given again: whose it is its resource id tells, or the tag riposte:of.
func (b RestoreDatabase) Look(ctx context.Context, r access.Reads) (Look, error) {
	db, err := LookDatabase(ctx, r, b.Database)
	switch {
	case err != nil:
		return Look{}, err
	case db == nil:
	case aws.ToString(db.DBInstanceStatus) == dbDeleting, aws.ToString(db.DBInstanceStatus) == dbCreating:
		return Look{Under: "its state is " + aws.ToString(db.DBInstanceStatus)}, nil
	case aws.ToString(db.DbiResourceId) == b.ID, DatabaseTags(db.TagList)[OfTag] == b.ID: // it was never deleted, or this is what stands for it
		return Look{Satisfied: true}, nil
	default:
		return Look{Missing: "the name is another database's by now; the data is in snapshot " + b.Snapshot}, nil
	}
	s, err := lookDBSnapshot(ctx, r, b.Database.Place(), b.Snapshot, b.ID)
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

// Do makes it: one, since a name is given once. Where the name was taken meanwhile the next look says by which database.
func (b RestoreDatabase) Do(ctx context.Context, w access.Writes) error {
	in := &rds.RestoreDBInstanceFromDBSnapshotInput{
		DBInstanceIdentifier: aws.String(b.Database.ID), DBSnapshotIdentifier: aws.String(b.Snapshot), DBInstanceClass: given(b.Class), AvailabilityZone: given(b.Zone),
		MultiAZ: aws.Bool(b.MultiAZ), DBSubnetGroupName: given(b.Subnets), VpcSecurityGroupIds: b.Security, DBParameterGroupName: given(b.Params), OptionGroupName: given(b.Options),
		Port: bought(b.Port), StorageType: given(b.Storage), Iops: bought(b.IOPS), StorageThroughput: bought(b.MiBps), LicenseModel: given(b.License), NetworkType: given(b.Network),
		CACertificateIdentifier: given(b.CA), EnableCloudwatchLogsExports: b.Logs, BackupRetentionPeriod: aws.Int32(b.Backup), PreferredBackupWindow: given(b.Window),
		PubliclyAccessible: aws.Bool(b.Public), EnableIAMDatabaseAuthentication: aws.Bool(b.IAM), AutoMinorVersionUpgrade: aws.Bool(b.Minor), CopyTagsToSnapshot: aws.Bool(b.CopyTags),
	}
	if b.Secret {
		in.ManageMasterUserPassword = aws.Bool(true)
	}
	in.Tags = databaseTags(append(slices.Clip(b.Tags), Tag{OfTag, b.ID}))
	_, err := w.RDS(b.Database.Place()).RestoreDBInstanceFromDBSnapshot(ctx, in)
	return Refused(fmt.Sprintf("make database %q of snapshot %q", b.Database.ID, b.Snapshot), err)
}

// given is what was known of a database: what was not is left to RDS.
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func bought(n int32) *int32 {
	if n == 0 {
		return nil
	}
	return &n
}

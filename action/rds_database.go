package action

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
)

// The states of a database that matter here.
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html#Overview.DBInstance.Status
const (
	dbAvailable = "available"
	dbStopping  = "stopping"
	dbStopped   = "stopped"
	dbStarting  = "starting"
	dbDeleting  = "deleting"
	dbCreating  = "creating" // also of a snapshot
)

// LookDatabase reads one database; nil where there is none.
func LookDatabase(ctx context.Context, r access.Reads, db event.Resource) (*types.DBInstance, error) {
	out, err := r.RDS(db.Place()).DescribeDBInstances(ctx, &rds.DescribeDBInstancesInput{DBInstanceIdentifier: aws.String(db.ID)})
	if Missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read database %q: %w", db.ID, err)
	}
	for _, found := range out.DBInstances {
		if aws.ToString(found.DBInstanceIdentifier) == db.ID {
			return &found, nil
		}
	}
	return nil, nil
}

// DatabaseTags are the tags that RDS shows of a resource.
func DatabaseTags(tags []types.Tag) map[string]string {
	all := make(map[string]string, len(tags))
	for _, t := range tags {
		all[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return all
}

// another says that a name is another database's by now, "" where it is not: names of RDS are given again, resource ids never.
func another(db *types.DBInstance, resourceID string) string {
	if aws.ToString(db.DbiResourceId) != resourceID {
		return "the database of that name is another one now: its resource id is " + aws.ToString(db.DbiResourceId)
	}
	return ""
}

// dependent says what depends on a database, or what it is a part of, so that it is neither stopped nor deleted by itself; "" for nothing.
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html#USER_StopInstance.Limitations
func dependent(db *types.DBInstance) string {
	switch {
	case aws.ToString(db.DBClusterIdentifier) != "":
		return "it is a member of cluster " + *db.DBClusterIdentifier
	case aws.ToString(db.ReadReplicaSourceDBInstanceIdentifier)+aws.ToString(db.ReadReplicaSourceDBClusterIdentifier) != "":
		return "it is a read replica"
	case len(db.ReadReplicaDBInstanceIdentifiers)+len(db.ReadReplicaDBClusterIdentifiers) > 0:
		return "it has read replicas"
	}
	return ""
}

// finalSnapshot is what the last snapshot of a database is called: one of a case. RDS takes letters, digits and single hyphens.
func finalSnapshot(caseID, resourceID string) string { return onceFor(caseID, resourceID) }

// lookDBSnapshot reads a snapshot of a database; nil where there is none of that name which is of that database.
func lookDBSnapshot(ctx context.Context, r access.Reads, at event.Place, name, resourceID string) (*types.DBSnapshot, error) {
	out, err := r.RDS(at).DescribeDBSnapshots(ctx, &rds.DescribeDBSnapshotsInput{DBSnapshotIdentifier: aws.String(name)})
	if Missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read database snapshot %q: %w", name, err)
	}
	for _, s := range out.DBSnapshots {
		if aws.ToString(s.DBSnapshotIdentifier) == name && aws.ToString(s.DbiResourceId) == resourceID {
			return &s, nil
		}
	}
	return nil, nil
}

package action

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// deleteDatabaseKind ends a database with a last snapshot, never without one. Automated backups stay for their retention.
var deleteDatabaseKind = Define[DeleteDatabase](Kind{
	Name: "rds.delete-instance", Version: 1, Does: "delete a database with a final snapshot, and keep its automated backups", Class: Destroy, Tier: TierDestroy,
	WayBack: restoreDatabaseKind.Name,
	Reads:   []call.ID{call.RDSDescribeDBInstances, call.RDSDescribeDBSnapshots, call.RDSDescribeEvents},
	Writes:  []call.ID{call.RDSDeleteDBInstance},
})

// DeleteDatabase wants a database gone that no client has connected to, and that the case announced.
type DeleteDatabase struct {
	Database event.Resource
	ID       string // its resource id, which no other database ever gets
	Case     string
	Told     time.Time // since when, where it was to be stopped first; zero where it can't be stopped
	Still    bool      // nobody is asked: a database that AWS started after seven days is then let be
}

// About is the action as data.
func (d DeleteDatabase) About() About {
	return About{
		Kind: deleteDatabaseKind, Target: d.Database, Identity: d.ID,
		Hits: "database " + d.Database.ID + ", which its final snapshot gives back as it was then; recovery to a point in time ends with the retention of its backups",
	}
}

// Look refuses whatever makes the deletion other than announced: a database that is protected, that others depend on, or that is no longer
// tagged. Deletion protection is never switched off. The way back makes a database like it.
func (d DeleteDatabase) Look(ctx context.Context, r access.Reads) (Look, error) {
	db, err := LookDatabase(ctx, r, d.Database)
	switch {
	case err != nil:
		return Look{}, err
	case db == nil:
		return d.gone(ctx, r)
	case another(db, d.ID) != "":
		return Look{Missing: another(db, d.ID)}, nil
	}
	switch state := aws.ToString(db.DBInstanceStatus); state {
	case dbDeleting:
		return Look{Under: "it is being deleted"}, nil
	case dbStopping, dbStarting:
		return Look{Under: "it is " + state}, nil
	case dbAvailable, dbStopped:
	default:
		return Look{Refused: "its state is " + state}, nil
	}
	if refused := d.kept(db); refused != "" {
		return Look{Refused: refused}, nil
	}
	if refused, err := d.runs(ctx, r, db); err != nil || refused != "" {
		return Look{Refused: refused}.unless(err)
	}
	return Look{Inverse: restoringDatabase(d, db)}, nil
}

// gone says how it ended: by this case, whose snapshot has to be whole, or by another caller.
func (d DeleteDatabase) gone(ctx context.Context, r access.Reads) (Look, error) {
	s, err := lookDBSnapshot(ctx, r, d.Database.Place(), finalSnapshot(d.Case, d.ID), d.ID)
	switch {
	case err != nil:
		return Look{}, err
	case s == nil:
		return Look{Missing: "the database was deleted, and not by this case: there is no final snapshot of its name"}, nil
	case aws.ToString(s.Status) == dbCreating:
		return Look{Under: fmt.Sprintf("its final snapshot is at %d%%", aws.ToInt32(s.PercentProgress))}, nil
	}
	return Look{Satisfied: true}, nil
}

// kept says what keeps the database from being deleted, "" for nothing.
func (d DeleteDatabase) kept(db *types.DBInstance) string {
	switch {
	case aws.ToBool(db.DeletionProtection):
		return "it is protected from deletion"
	case dependent(db) != "":
		return dependent(db)
	}
	return announcedBy(DatabaseTags(db.TagList), d.Case)
}

// runs says why a database that was to be stopped first is let be although it runs, "" where it is stopped still, or AWS alone has started it.
func (d DeleteDatabase) runs(ctx context.Context, r access.Reads, db *types.DBInstance) (string, error) {
	switch {
	case d.Told.IsZero(), aws.ToString(db.DBInstanceStatus) == dbStopped:
		return "", nil
	case d.Still:
		return "it runs, and nobody is asked: what AWS starts after seven days is deleted with a person's word alone", nil
	}
	byAWS, err := startedByAWS(ctx, r, databaseEvents(d.Database), d.Told)
	if err != nil || byAWS {
		return "", err
	}
	return "it runs, and AWS has not started it: somebody did, or it was never stopped", nil
}

// Do deletes it. RDS refuses where it is protected meanwhile, and where it can't make the snapshot; the role's policy where its tag is gone.
func (d DeleteDatabase) Do(ctx context.Context, w access.Writes) error {
	_, err := w.RDS(d.Database.Place()).DeleteDBInstance(ctx, &rds.DeleteDBInstanceInput{
		DBInstanceIdentifier: aws.String(d.Database.ID), FinalDBSnapshotIdentifier: aws.String(finalSnapshot(d.Case, d.ID)),
		SkipFinalSnapshot: aws.Bool(false), DeleteAutomatedBackups: aws.Bool(false),
	})
	return Refused(fmt.Sprintf("delete database %q", d.Database.ID), err)
}

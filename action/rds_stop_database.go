package action

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// stopDatabaseKind shows whether a database is missed, at no loss: started again by a person, it is let be.
var stopDatabaseKind = Define[StopDatabase](Kind{
	Name: "rds.stop-instance", Version: 1, Does: "stop a database, which AWS starts again after seven days", Class: Mend, Tier: TierMend, Yields: true,
	WayBack: startDatabaseKind.Name,
	Reads:   []call.ID{call.RDSDescribeDBInstances, call.RDSDescribeEvents},
	Writes:  []call.ID{call.RDSStopDBInstance},
})

// startDatabaseKind gives it back.
var startDatabaseKind = Define[StartDatabase](Kind{
	Name: "rds.start-instance", Version: 1, Does: "start a database that was stopped", Class: Mend, Tier: TierMend,
	Final:  "a database that was started again stays so",
	Reads:  []call.ID{call.RDSDescribeDBInstances},
	Writes: []call.ID{call.RDSStartDBInstance},
})

// StopDatabase wants a database stopped that the case announced.
type StopDatabase struct {
	Database event.Resource
	ID       string // its resource id, which no other database ever gets
	Case     string
	Told     time.Time // since when: that AWS started it before says nothing
}

// StartDatabase wants a database to run.
type StartDatabase struct {
	Database event.Resource
	ID       string
}

// About is the action as data.
func (s StopDatabase) About() About {
	return About{Kind: stopDatabaseKind, Target: s.Database, Identity: s.ID, Hits: "database " + s.Database.ID + ", which nobody can connect to then"}
}

// Look takes a database that AWS itself started after seven days for stopped still: no person asked for it.
func (s StopDatabase) Look(ctx context.Context, r access.Reads) (Look, error) {
	db, err := LookDatabase(ctx, r, s.Database)
	switch {
	case err != nil:
		return Look{}, err
	case db == nil || aws.ToString(db.DBInstanceStatus) == dbDeleting:
		return Look{Missing: "the database is deleted"}, nil
	case another(db, s.ID) != "":
		return Look{Missing: another(db, s.ID)}, nil
	}
	switch state := aws.ToString(db.DBInstanceStatus); state {
	case dbStopping, dbStopped:
		return Look{Satisfied: true}, nil
	case dbAvailable, dbStarting:
	default:
		return Look{Refused: "its state is " + state}, nil
	}
	byAWS, err := startedByAWS(ctx, r, databaseEvents(s.Database), s.Told)
	if err != nil || byAWS {
		return Look{Satisfied: byAWS}.unless(err)
	}
	if refused := s.runs(db); refused != "" {
		return Look{Refused: refused}, nil
	}
	return Look{Inverse: StartDatabase{s.Database, s.ID}}, nil
}

// runs says why the database can't be stopped, "" where it can.
func (s StopDatabase) runs(db *types.DBInstance) string {
	if d := dependent(db); d != "" {
		return d
	}
	if aws.ToBool(db.MultiAZ) && strings.HasPrefix(aws.ToString(db.Engine), "sqlserver") {
		return "SQL Server in several zones can't be stopped"
	}
	return announcedBy(DatabaseTags(db.TagList), s.Case)
}

// Do stops it.
func (s StopDatabase) Do(ctx context.Context, w access.Writes) error {
	_, err := w.RDS(s.Database.Place()).StopDBInstance(ctx, &rds.StopDBInstanceInput{DBInstanceIdentifier: aws.String(s.Database.ID)})
	return Refused(fmt.Sprintf("stop database %q", s.Database.ID), err)
}

// About is the action as data.
func (s StartDatabase) About() About {
	return About{Kind: startDatabaseKind, Target: s.Database, Identity: s.ID, Hits: "database " + s.Database.ID}
}

// Look reads the database's state.
func (s StartDatabase) Look(ctx context.Context, r access.Reads) (Look, error) {
	db, err := LookDatabase(ctx, r, s.Database)
	switch {
	case err != nil:
		return Look{}, err
	case db == nil || aws.ToString(db.DBInstanceStatus) == dbDeleting:
		return Look{Missing: "the database is deleted"}, nil
	case another(db, s.ID) != "":
		return Look{Missing: another(db, s.ID)}, nil
	case aws.ToString(db.DBInstanceStatus) == dbStopping:
		return Look{Under: "it is being stopped, and can be started then"}, nil
	}
	return Look{Satisfied: aws.ToString(db.DBInstanceStatus) != dbStopped}, nil
}

// Do starts it.
func (s StartDatabase) Do(ctx context.Context, w access.Writes) error {
	_, err := w.RDS(s.Database.Place()).StartDBInstance(ctx, &rds.StartDBInstanceInput{DBInstanceIdentifier: aws.String(s.Database.ID)})
	return Refused(fmt.Sprintf("start database %q", s.Database.ID), err)
}

// eventsReach is how long RDS keeps its events. In lower case, tooLong is in the message of RDS-EVENT-0154, of a database, and RDS-EVENT-0153, of a
// cluster, that AWS starts after seven days, and " stopped" ends that of RDS-EVENT-0087 and 0150.
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
// https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Events.Messages.html
const (
	eventsReach = 14 * 24 * time.Hour
	tooLong     = "exceeding the maximum allowed time being stopped"
)

// source is what RDS has events of.
type source struct {
	of      event.Resource
	kind    types.SourceType
	stopped string // what of its stop says that it was, in lower case
}

func databaseEvents(db event.Resource) source {
	return source{db, types.SourceTypeDbInstance, "instance stopped"}
}
func clusterEvents(c event.Resource) source {
	return source{c, types.SourceTypeDbCluster, "cluster stopped"}
}

// startedByAWS reports whether AWS itself has started a database or a cluster since a time, and it was not stopped since: a caller that stopped it
// after that may have started it again.
func startedByAWS(ctx context.Context, r access.Reads, s source, since time.Time) (bool, error) {
	in := &rds.DescribeEventsInput{SourceIdentifier: aws.String(s.of.ID), SourceType: s.kind, Duration: aws.Int32(int32(eventsReach.Minutes()))}
	var byAWS, stopped time.Time // the last of each
	for {
		out, err := r.RDS(s.of.Place()).DescribeEvents(ctx, in)
		if err != nil {
			return false, fmt.Errorf("read the events of %s %q: %w", event.Noun(s.of.Type), s.of.ID, err)
		}
		for _, e := range out.Events {
			at, of := aws.ToTime(e.Date), aws.ToString(e.SourceIdentifier) == s.of.ID
			switch message := strings.ToLower(aws.ToString(e.Message)); {
			case of && strings.Contains(message, tooLong) && at.After(byAWS):
				byAWS = at
			case of && strings.Contains(message, s.stopped) && at.After(stopped):
				stopped = at
			}
		}
		if in.Marker = out.Marker; aws.ToString(in.Marker) == "" {
			return byAWS.After(since) && byAWS.After(stopped), nil
		}
	}
}

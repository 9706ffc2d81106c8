package action

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// stopClusterKind shows whether a cluster is missed, at no loss: started again by a person, it is let be.
var stopClusterKind = Define[StopCluster](Kind{
	Name: "rds.stop-cluster", Version: 1, Does: "stop a cluster of databases, which AWS starts again after seven days", Class: Mend, Tier: TierMend, Yields: true,
	WayBack: startClusterKind.Name,
	Reads:   []call.ID{call.RDSDescribeDBClusters, call.RDSDescribeEvents},
	Writes:  []call.ID{call.RDSStopDBCluster},
})

// startClusterKind gives it back.
var startClusterKind = Define[StartCluster](Kind{
	Name: "rds.start-cluster", Version: 1, Does: "start a cluster of databases that was stopped", Class: Mend, Tier: TierMend,
	Final:  "a cluster that was started again stays so",
	Reads:  []call.ID{call.RDSDescribeDBClusters},
	Writes: []call.ID{call.RDSStartDBCluster},
})

// StopCluster wants a cluster stopped that the case announced, all its members with it.
type StopCluster struct {
	Cluster event.Resource
	ID      string // its resource id, which no other cluster ever gets
	Case    string
	Told    time.Time // since when: that AWS started it before says nothing
}

// StartCluster wants a cluster to run.
type StartCluster struct {
	Cluster event.Resource
	ID      string
}

// About is the action as data.
func (s StopCluster) About() About {
	return About{Kind: stopClusterKind, Target: s.Cluster, Identity: s.ID, Hits: "cluster " + s.Cluster.ID + ", to none of whose databases anybody can connect then"}
}

// Look takes a cluster that AWS itself started after seven days for stopped still: no person asked for it.
func (s StopCluster) Look(ctx context.Context, r access.Reads) (Look, error) {
	c, err := LookCluster(ctx, r, s.Cluster)
	switch {
	case err != nil:
		return Look{}, err
	case c == nil || aws.ToString(c.Status) == dbDeleting:
		return Look{Missing: "the cluster is deleted"}, nil
	case anotherCluster(c, s.ID) != "":
		return Look{Missing: anotherCluster(c, s.ID)}, nil
	}
	switch state := aws.ToString(c.Status); state {
	case dbStopping, dbStopped:
		return Look{Satisfied: true}, nil
	case dbAvailable, dbStarting:
	default:
		return Look{Refused: "its state is " + state}, nil
	}
	byAWS, err := startedByAWS(ctx, r, clusterEvents(s.Cluster), s.Told)
	if err != nil || byAWS {
		return Look{Satisfied: byAWS}.unless(err)
	}
	if tied := ClusterTied(c); tied != "" {
		return Look{Refused: tied}, nil
	}
	if refused := announcedBy(DatabaseTags(c.TagList), s.Case); refused != "" {
		return Look{Refused: refused}, nil
	}
	return Look{Inverse: StartCluster{s.Cluster, s.ID}}, nil
}

// Do stops it.
func (s StopCluster) Do(ctx context.Context, w access.Writes) error {
	_, err := w.RDS(s.Cluster.Place()).StopDBCluster(ctx, &rds.StopDBClusterInput{DBClusterIdentifier: aws.String(s.Cluster.ID)})
	return Refused(fmt.Sprintf("stop cluster %q", s.Cluster.ID), err)
}

// About is the action as data.
func (s StartCluster) About() About {
	return About{Kind: startClusterKind, Target: s.Cluster, Identity: s.ID, Hits: "cluster " + s.Cluster.ID}
}

// Look reads the cluster's state.
func (s StartCluster) Look(ctx context.Context, r access.Reads) (Look, error) {
	c, err := LookCluster(ctx, r, s.Cluster)
	switch {
	case err != nil:
		return Look{}, err
	case c == nil || aws.ToString(c.Status) == dbDeleting:
		return Look{Missing: "the cluster is deleted"}, nil
	case anotherCluster(c, s.ID) != "":
		return Look{Missing: anotherCluster(c, s.ID)}, nil
	case aws.ToString(c.Status) == dbStopping:
		return Look{Under: "it is being stopped, and can be started then"}, nil
	}
	return Look{Satisfied: aws.ToString(c.Status) != dbStopped}, nil
}

// Do starts it.
func (s StartCluster) Do(ctx context.Context, w access.Writes) error {
	_, err := w.RDS(s.Cluster.Place()).StartDBCluster(ctx, &rds.StartDBClusterInput{DBClusterIdentifier: aws.String(s.Cluster.ID)})
	return Refused(fmt.Sprintf("start cluster %q", s.Cluster.ID), err)
}

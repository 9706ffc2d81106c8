package action

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
)

// LookCluster reads one cluster of databases; nil where there is none.
func LookCluster(ctx context.Context, r access.Reads, cluster event.Resource) (*types.DBCluster, error) {
	out, err := r.RDS(cluster.Place()).DescribeDBClusters(ctx, &rds.DescribeDBClustersInput{DBClusterIdentifier: aws.String(cluster.ID)})
	if Missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read cluster %q: %w", cluster.ID, err)
	}
	for _, found := range out.DBClusters {
		if aws.ToString(found.DBClusterIdentifier) == cluster.ID {
			return &found, nil
		}
	}
	return nil, nil
}

// anotherCluster says that a name is another cluster's by now, "" where it is not: names of RDS are given again, resource ids never.
func anotherCluster(c *types.DBCluster, resourceID string) string {
	if aws.ToString(c.DbClusterResourceId) != resourceID {
		return "the cluster of that name is another one now: its resource id is " + aws.ToString(c.DbClusterResourceId)
	}
	return ""
}

// ClusterTied says what a cluster is a part of, or what depends on it, so that it is neither stopped nor deleted; "" for nothing.
// https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-cluster-stop-start.html#aurora-cluster-stop-limitations
func ClusterTied(c *types.DBCluster) string {
	switch {
	case aws.ToString(c.GlobalClusterIdentifier) != "":
		return "it is of the global database " + *c.GlobalClusterIdentifier
	case aws.ToString(c.ReplicationSourceIdentifier) != "":
		return "it is a read replica"
	case len(c.ReadReplicaIdentifiers) > 0:
		return "it has read replicas"
	}
	return ""
}

// clusterEnd is what stopping and deleting a cluster, or a member of one, have in common: of which cluster, for which case, since when it
// is told.
type clusterEnd struct {
	cluster  event.Resource
	id, with string // its resource id; the case
	told     time.Time
}

// look says why a cluster, or its member, is not to be ended; the zero Look where it is, and nil where there is no cluster.
// Deletion protection is never switched off, and no cluster is deleted that was not stopped for seven days before: RDS deletes none that is
// stopped, nor its members, and AWS starts it after that time.
func (e clusterEnd) look(ctx context.Context, r access.Reads) (*types.DBCluster, Look, error) {
	c, err := LookCluster(ctx, r, e.cluster)
	switch {
	case err != nil || c == nil:
		return nil, Look{}, err
	case anotherCluster(c, e.id) != "":
		return c, Look{Missing: anotherCluster(c, e.id)}, nil
	case aws.ToBool(c.DeletionProtection):
		return c, Look{Refused: "its cluster is protected from deletion"}, nil
	case ClusterTied(c) != "":
		return c, Look{Refused: ClusterTied(c)}, nil
	}
	if refused := announcedBy(DatabaseTags(c.TagList), e.with); refused != "" {
		return c, Look{Refused: refused}, nil
	}
	switch state := aws.ToString(c.Status); state {
	case dbDeleting:
		return c, Look{Under: "the cluster is being deleted"}, nil
	case dbStopping, dbStopped:
		return c, Look{Under: "the cluster is " + state + ": RDS deletes none that is, and AWS starts it after seven days"}, nil
	case dbStarting:
		return c, Look{Under: "the cluster is starting"}, nil
	case dbAvailable:
	default:
		return c, Look{Refused: "the cluster's state is " + state}, nil
	}
	byAWS, err := startedByAWS(ctx, r, clusterEvents(e.cluster), e.told)
	if err == nil && !byAWS {
		return c, Look{Refused: "it runs, and AWS has not started it: somebody did, or it was never stopped"}, nil
	}
	return c, Look{}, err
}

// lookClusterSnapshot reads a snapshot of a cluster; nil where there is none of that name which is of that cluster.
func lookClusterSnapshot(ctx context.Context, r access.Reads, at event.Place, name, resourceID string) (*types.DBClusterSnapshot, error) {
	out, err := r.RDS(at).DescribeDBClusterSnapshots(ctx, &rds.DescribeDBClusterSnapshotsInput{DBClusterSnapshotIdentifier: aws.String(name)})
	if Missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read cluster snapshot %q: %w", name, err)
	}
	for _, s := range out.DBClusterSnapshots {
		if aws.ToString(s.DBClusterSnapshotIdentifier) == name && aws.ToString(s.DbClusterResourceId) == resourceID {
			return &s, nil
		}
	}
	return nil, nil
}

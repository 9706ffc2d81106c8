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

// deleteClusterKind ends a cluster with a last snapshot, never without one. Automated backups stay for their retention.
var deleteClusterKind = Define[DeleteCluster](Kind{
	Name: "rds.delete-cluster", Version: 1, Does: "delete a cluster of databases with a final snapshot, and keep its automated backups", Class: Destroy, Tier: TierDestroy,
	WayBack: restoreClusterKind.Name,
	Reads:   []call.ID{call.RDSDescribeDBClusters, call.RDSDescribeDBClusterSnapshots, call.RDSDescribeEvents},
	Writes:  []call.ID{call.RDSDeleteDBCluster},
})

// DeleteCluster wants a cluster gone that no client has connected to, and that the case announced. Its members are deleted by steps of their
// own (DeleteMember): RDS deletes no cluster that has one.
type DeleteCluster struct {
	Cluster event.Resource
	ID      string // its resource id, which no other cluster ever gets
	Case    string
	Told    time.Time // since when: AWS must have started it after that, having been stopped for seven days
}

// About is the action as data. Its final snapshot is one of its resources: RDS asks for the right to delete the one into the other.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html
func (d DeleteCluster) About() About {
	return About{
		Kind: deleteClusterKind, Target: d.Cluster, Identity: d.ID, Concerns: []event.Resource{d.Cluster.Place().In(event.DBClusterSnapshot, finalSnapshot(d.Case, d.ID))},
		Hits: "cluster " + d.Cluster.ID + ", which its final snapshot gives back as it was then; recovery to a point in time ends with the retention of its backups",
	}
}

// Look refuses whatever makes the deletion other than announced: see clusterEnd. A member that is there was not announced, or could not be
// deleted, and keeps the cluster.
func (d DeleteCluster) Look(ctx context.Context, r access.Reads) (Look, error) {
	c, look, err := clusterEnd{d.Cluster, d.ID, d.Case, d.Told}.look(ctx, r)
	switch {
	case err != nil || look != (Look{}):
		return look, err
	case c == nil:
		return d.gone(ctx, r)
	case len(c.DBClusterMembers) > 0:
		return Look{Refused: "it has a member that was not deleted: " + aws.ToString(c.DBClusterMembers[0].DBInstanceIdentifier)}, nil
	}
	return Look{Inverse: restoringCluster(d, c)}, nil
}

// gone says, of a cluster that is not there, how it ended: by this case, whose snapshot has to be whole, or by another caller.
func (d DeleteCluster) gone(ctx context.Context, r access.Reads) (Look, error) {
	s, err := lookClusterSnapshot(ctx, r, d.Cluster.Place(), finalSnapshot(d.Case, d.ID), d.ID)
	switch {
	case err != nil:
		return Look{}, err
	case s == nil:
		return Look{Missing: "the cluster was deleted, and not by this case: there is no final snapshot of its name"}, nil
	case aws.ToString(s.Status) == dbCreating:
		return Look{Under: fmt.Sprintf("its final snapshot is at %d%%", aws.ToInt32(s.PercentProgress))}, nil
	}
	return Look{Satisfied: true}, nil
}

// Do deletes it. RDS refuses where it is protected meanwhile, has a member, or can't be snapshotted; the role's policy where its tag is gone.
func (d DeleteCluster) Do(ctx context.Context, w access.Writes) error {
	_, err := w.RDS(d.Cluster.Place()).DeleteDBCluster(ctx, &rds.DeleteDBClusterInput{
		DBClusterIdentifier: aws.String(d.Cluster.ID), FinalDBSnapshotIdentifier: aws.String(finalSnapshot(d.Case, d.ID)),
		SkipFinalSnapshot: aws.Bool(false), DeleteAutomatedBackups: aws.Bool(false),
	})
	return Refused(fmt.Sprintf("delete cluster %q", d.Cluster.ID), err)
}

package action

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/redshift"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// deleteWarehouseKind ends a warehouse with a last snapshot, never without one.
var deleteWarehouseKind = Define[DeleteWarehouse](Kind{
	Name: "redshift.delete", Version: 1, Does: "delete a warehouse with a final snapshot", Class: Destroy, Tier: TierDestroy,
	WayBack: restoreWarehouseKind.Name,
	Reads:   []call.ID{call.RedshiftDescribeClusters, call.RedshiftDescribeClusterSnapshots},
	Writes:  []call.ID{call.RedshiftDeleteCluster},
})

// DeleteWarehouse wants a warehouse gone that no client has connected to, and that the case announced.
type DeleteWarehouse struct {
	Warehouse event.Resource
	ID        string // see WarehouseID
	Case      string
	Paused    bool // it was to be paused first: one that runs was resumed by a person
	Days      int  // that the final snapshot is kept, after which Redshift deletes it: 1 to 3653
}

// About is the action as data.
func (d DeleteWarehouse) About() About {
	return About{
		Kind: deleteWarehouseKind, Target: d.Warehouse, Identity: d.ID,
		Hits: fmt.Sprintf("warehouse %s, which its final snapshot gives back as it was then for %d days; its automated snapshots go with it", d.Warehouse.ID, d.Days),
	}
}

// Look refuses whatever makes the deletion other than announced. The way back makes a warehouse like it.
func (d DeleteWarehouse) Look(ctx context.Context, r access.Reads) (Look, error) {
	c, err := LookWarehouse(ctx, r, d.Warehouse)
	switch {
	case err != nil:
		return Look{}, err
	case c == nil:
		return d.gone(ctx, r)
	case anotherWarehouse(c, d.ID) != "":
		return Look{Missing: anotherWarehouse(c, d.ID)}, nil
	}
	switch state := aws.ToString(c.ClusterStatus); {
	case state == whDeleting, state == whFinal:
		return Look{Under: "it is being deleted"}, nil
	case state == whPausing:
		return Look{Under: "it is being paused"}, nil
	case state == whPaused, state == whAvailable && !d.Paused:
	case state == whAvailable, state == whResuming:
		return Look{Refused: "it runs: somebody resumed it, or it was never paused"}, nil
	default:
		return Look{Refused: "its state is " + state}, nil
	}
	if refused := announcedBy(WarehouseTags(c.Tags), d.Case); refused != "" {
		return Look{Refused: refused}, nil
	}
	return Look{Inverse: restoringWarehouse(d, c)}, nil
}

// gone says how it ended: by this case, whose snapshot has to be whole, or by another caller.
func (d DeleteWarehouse) gone(ctx context.Context, r access.Reads) (Look, error) {
	s, err := lookWarehouseSnapshot(ctx, r, d.Warehouse, finalSnapshot(d.Case, d.ID), d.ID)
	switch {
	case err != nil:
		return Look{}, err
	case s == nil:
		return Look{Missing: "the warehouse was deleted, and not by this case: there is no final snapshot of its name"}, nil
	case aws.ToString(s.Status) != whAvailable:
		return Look{Under: "its final snapshot is " + aws.ToString(s.Status)}, nil
	}
	return Look{Satisfied: true}, nil
}

// Do deletes it. That one which is paused can be deleted with a final snapshot is what the page on pausing says.
// https://docs.aws.amazon.com/redshift/latest/mgmt/rs-mgmt-pause-resume-cluster.html
func (d DeleteWarehouse) Do(ctx context.Context, w access.Writes) error {
	_, err := w.Redshift(d.Warehouse.Place()).DeleteCluster(ctx, &redshift.DeleteClusterInput{
		ClusterIdentifier: aws.String(d.Warehouse.ID), SkipFinalClusterSnapshot: aws.Bool(false),
		FinalClusterSnapshotIdentifier: aws.String(finalSnapshot(d.Case, d.ID)), FinalClusterSnapshotRetentionPeriod: aws.Int32(int32(d.Days)),
	})
	return Refused(fmt.Sprintf("delete warehouse %q", d.Warehouse.ID), err)
}

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

// pauseWarehouseKind shows whether a warehouse is missed, at no loss: resumed by a person, it is let be.
var pauseWarehouseKind = Define[PauseWarehouse](Kind{
	Name: "redshift.pause", Version: 1, Does: "pause a warehouse, whose storage alone costs then", Class: Mend, Tier: TierMend, Yields: true,
	WayBack: resumeWarehouseKind.Name,
	Reads:   []call.ID{call.RedshiftDescribeClusters},
	Writes:  []call.ID{call.RedshiftPauseCluster},
})

// resumeWarehouseKind gives it back.
var resumeWarehouseKind = Define[ResumeWarehouse](Kind{
	Name: "redshift.resume", Version: 1, Does: "resume a warehouse that was paused", Class: Mend, Tier: TierMend,
	Final:  "a warehouse that was resumed stays so",
	Reads:  []call.ID{call.RedshiftDescribeClusters},
	Writes: []call.ID{call.RedshiftResumeCluster},
})

// PauseWarehouse wants a warehouse paused that the case announced. Nothing resumes it by itself.
type PauseWarehouse struct {
	Warehouse event.Resource
	ID        string // see WarehouseID
	Case      string
}

// ResumeWarehouse wants a warehouse to run.
type ResumeWarehouse struct {
	Warehouse event.Resource
	ID        string
}

// About is the action as data.
func (p PauseWarehouse) About() About {
	return About{Kind: pauseWarehouseKind, Target: p.Warehouse, Identity: p.ID, Hits: "warehouse " + p.Warehouse.ID + ", which nobody can query then"}
}

// Look reads the warehouse's state.
func (p PauseWarehouse) Look(ctx context.Context, r access.Reads) (Look, error) {
	c, err := LookWarehouse(ctx, r, p.Warehouse)
	switch {
	case err != nil:
		return Look{}, err
	case c == nil || aws.ToString(c.ClusterStatus) == whDeleting || aws.ToString(c.ClusterStatus) == whFinal:
		return Look{Missing: "the warehouse is deleted"}, nil
	case anotherWarehouse(c, p.ID) != "":
		return Look{Missing: anotherWarehouse(c, p.ID)}, nil
	}
	switch state := aws.ToString(c.ClusterStatus); {
	case state == whPausing, state == whPaused:
		return Look{Satisfied: true}, nil
	case state != whAvailable:
		return Look{Refused: "its state is " + state}, nil
	case !WarehousePauses(c):
		return Look{Refused: "it can't be paused: it is in several zones, has a hardware key, or makes no automated snapshots"}, nil
	}
	if refused := announcedBy(WarehouseTags(c.Tags), p.Case); refused != "" {
		return Look{Refused: refused}, nil
	}
	return Look{Inverse: ResumeWarehouse{p.Warehouse, p.ID}}, nil
}

// Do pauses it.
func (p PauseWarehouse) Do(ctx context.Context, w access.Writes) error {
	_, err := w.Redshift(p.Warehouse.Place()).PauseCluster(ctx, &redshift.PauseClusterInput{ClusterIdentifier: aws.String(p.Warehouse.ID)})
	return Refused(fmt.Sprintf("pause warehouse %q", p.Warehouse.ID), err)
}

// About is the action as data.
func (u ResumeWarehouse) About() About {
	return About{Kind: resumeWarehouseKind, Target: u.Warehouse, Identity: u.ID, Hits: "warehouse " + u.Warehouse.ID}
}

// Look reads the warehouse's state.
func (u ResumeWarehouse) Look(ctx context.Context, r access.Reads) (Look, error) {
	c, err := LookWarehouse(ctx, r, u.Warehouse)
	switch {
	case err != nil:
		return Look{}, err
	case c == nil || aws.ToString(c.ClusterStatus) == whDeleting || aws.ToString(c.ClusterStatus) == whFinal:
		return Look{Missing: "the warehouse is deleted"}, nil
	case anotherWarehouse(c, u.ID) != "":
		return Look{Missing: anotherWarehouse(c, u.ID)}, nil
	case aws.ToString(c.ClusterStatus) == whPausing:
		return Look{Under: "it is being paused, and can be resumed then"}, nil
	}
	return Look{Satisfied: aws.ToString(c.ClusterStatus) != whPaused}, nil
}

// Do resumes it.
func (u ResumeWarehouse) Do(ctx context.Context, w access.Writes) error {
	_, err := w.Redshift(u.Warehouse.Place()).ResumeCluster(ctx, &redshift.ResumeClusterInput{ClusterIdentifier: aws.String(u.Warehouse.ID)})
	return Refused(fmt.Sprintf("resume warehouse %q", u.Warehouse.ID), err)
}

package action

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshift/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// restoreWarehouseKind gives back what was deleted. It takes as long as its data needs.
var restoreWarehouseKind = Define[RestoreWarehouse](Kind{
	Name: "redshift.restore", Version: 1, Does: "make a warehouse like the one that was deleted, of its final snapshot", Class: Mend, Tier: TierMend,
	Final:  "a warehouse that was given back stays",
	Reads:  []call.ID{call.RedshiftDescribeClusters, call.RedshiftDescribeClusterSnapshots},
	Writes: []call.ID{call.RedshiftRestoreFromClusterSnapshot, call.RedshiftCreateTags},
})

// RestoreWarehouse wants a warehouse that was deleted to be there again, under its name and so its endpoint. Its roles it does not get back, since to
// hand it a role is to have the role's rights, nor its schedules, logging, copies in other regions, custom domain, or the secret of its password.
type RestoreWarehouse struct {
	Warehouse event.Resource
	ID        string // of the one that there was: see WarehouseID
	Snapshot  string
	Node      string // its type
	Nodes     int32
	Zone      string
	Subnets   string // its group of subnets
	Security  []string
	Params    string // its group of parameters
	Port      int32
	Backup    int32 // days that automated snapshots are kept
	Window    string
	Public    bool
	Routed    bool  // its traffic goes through its network
	Zones     bool  // it is in several
	Tags      []Tag // the owner's; riposte's own, and those of AWS, are left out
}

func restoringWarehouse(d DeleteWarehouse, c *types.Cluster) RestoreWarehouse {
	back := RestoreWarehouse{
		Warehouse: d.Warehouse, ID: d.ID, Snapshot: finalSnapshot(d.Case, d.ID), Node: aws.ToString(c.NodeType), Nodes: aws.ToInt32(c.NumberOfNodes), Zone: aws.ToString(c.AvailabilityZone),
		Subnets: aws.ToString(c.ClusterSubnetGroupName), Backup: aws.ToInt32(c.AutomatedSnapshotRetentionPeriod), Window: aws.ToString(c.PreferredMaintenanceWindow),
		Public: aws.ToBool(c.PubliclyAccessible), Routed: aws.ToBool(c.EnhancedVpcRouting), Zones: aws.ToString(c.MultiAZ) == "enabled" || aws.ToString(c.MultiAZ) == "Enabled",
		Tags: ownersOf(WarehouseTags(c.Tags)),
	}
	if c.Endpoint != nil {
		back.Port = aws.ToInt32(c.Endpoint.Port)
	}
	if back.Zones {
		back.Zone = ""
	}
	for _, g := range c.VpcSecurityGroups {
		back.Security = append(back.Security, aws.ToString(g.VpcSecurityGroupId))
	}
	if len(c.ClusterParameterGroups) > 0 {
		back.Params = aws.ToString(c.ClusterParameterGroups[0].ParameterGroupName)
	}
	return back
}

// About is the action as data.
func (b RestoreWarehouse) About() About {
	return About{
		Kind: restoreWarehouseKind, Target: b.Warehouse, Hits: "warehouse " + b.Warehouse.ID + ", as its final snapshot has it, without its roles: hours, where it is large",
		Concerns: []event.Resource{b.Warehouse.Place().In(event.WarehouseSnapshot, b.Warehouse.ID+"/"+b.Snapshot)},
	}
}

// Look finds the warehouse of that name, or its snapshot. Names are given again: whose it is says when it was made, or the tag riposte:of.
func (b RestoreWarehouse) Look(ctx context.Context, r access.Reads) (Look, error) {
	c, err := LookWarehouse(ctx, r, b.Warehouse)
	switch {
	case err != nil:
		return Look{}, err
	case c == nil:
	case slices.Contains([]string{whDeleting, whFinal}, aws.ToString(c.ClusterStatus)):
		return Look{Under: "its state is " + aws.ToString(c.ClusterStatus)}, nil
	case WarehouseID(c) == b.ID, WarehouseTags(c.Tags)[OfTag] == b.of():
		return Look{Satisfied: true}, nil
	case slices.Contains([]string{whCreating, whRestoring}, aws.ToString(c.ClusterStatus)):
		return Look{Under: "its state is " + aws.ToString(c.ClusterStatus)}, nil
	default:
		return Look{Missing: "the name is another warehouse's by now; the data is in snapshot " + b.Snapshot}, nil
	}
	s, err := lookWarehouseSnapshot(ctx, r, b.Warehouse, b.Snapshot, b.ID)
	switch {
	case err != nil:
		return Look{}, err
	case s == nil:
		return Look{Missing: "snapshot " + b.Snapshot + ", of which it could be made, is deleted"}, nil
	case aws.ToString(s.Status) != whAvailable:
		return Look{Under: "its final snapshot is " + aws.ToString(s.Status)}, nil
	}
	return Look{}, nil
}

// of is what the tag riposte:of says of what stands for the warehouse that there was.
func (b RestoreWarehouse) of() string { return b.Warehouse.ID + " " + b.ID }

// Do makes it: one, since a name is given once. A restore takes no tags: they are put on behind it, also where it was made by a try before this one.
func (b RestoreWarehouse) Do(ctx context.Context, w access.Writes) error {
	in := &redshift.RestoreFromClusterSnapshotInput{
		ClusterIdentifier: aws.String(b.Warehouse.ID), SnapshotIdentifier: aws.String(b.Snapshot), SnapshotClusterIdentifier: aws.String(b.Warehouse.ID),
		NodeType: given(b.Node), NumberOfNodes: bought(b.Nodes), AvailabilityZone: given(b.Zone), ClusterSubnetGroupName: given(b.Subnets), VpcSecurityGroupIds: b.Security,
		ClusterParameterGroupName: given(b.Params), Port: bought(b.Port), AutomatedSnapshotRetentionPeriod: aws.Int32(b.Backup), PreferredMaintenanceWindow: given(b.Window),
		PubliclyAccessible: aws.Bool(b.Public), EnhancedVpcRouting: aws.Bool(b.Routed),
	}
	if b.Zones {
		in.MultiAZ = aws.Bool(true)
	}
	_, err := w.Redshift(b.Warehouse.Place()).RestoreFromClusterSnapshot(ctx, in)
	if err != nil && code(err) != "ClusterAlreadyExists" {
		return Refused(fmt.Sprintf("make warehouse %q of snapshot %q", b.Warehouse.ID, b.Snapshot), err)
	}
	return notTagged("say what stands for it on", b.Warehouse, putWarehouseTags(ctx, w, PutTags{Resource: b.Warehouse, Tags: append(slices.Clip(b.Tags), Tag{OfTag, b.of()})}))
}

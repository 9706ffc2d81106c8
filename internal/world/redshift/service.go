// Package redshift is Redshift in the world: warehouses, the snapshots that their deletion leaves, and what they share with others.
package redshift

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshift/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// Service is Redshift.
func Service() *core.Service {
	return &core.Service{
		Name: "redshift", SDK: "Redshift", Reference: "https://docs.aws.amazon.com/redshift/latest/APIReference/API_",
		Words: core.QueryWords(), Resources: []core.Resource{warehouseResource(), snapshotResource(), shareResource()},
	}
}

var (
	warehouses = core.Shelf[types.Cluster]{Kind: "redshift.cluster", ID: "ClusterIdentifier", Missing: func(id string) *core.Refusal {
		return core.Refuse("ClusterNotFound", "Cluster %s not found.", id).As(404).With(&types.ClusterNotFoundFault{})
	}}
	snapshots = core.Shelf[types.Snapshot]{Kind: "redshift.snapshot", ID: "SnapshotIdentifier", Missing: func(id string) *core.Refusal {
		return core.Refuse("ClusterSnapshotNotFound", "Snapshot %s not found.", id).As(404).With(&types.ClusterSnapshotNotFoundFault{})
	}}
	shares = core.Shelf[types.DataShare]{Kind: "redshift.data-share", ID: "DataShareArn"}
)

const (
	moves  core.Happening = "a warehouse comes to rest"
	ends   core.Happening = "a warehouse is gone"
	moving                = 10 * time.Second // on AWS minutes to hours
)

// rest is what a state comes to by itself.
var rest = [...]struct{ from, to string }{{"pausing", "paused"}, {"resuming", "available"}, {"creating", "available"}}

func warehouseResource() core.Resource {
	return core.Resource{Shelf: &warehouses, Operations: append(tagging(),
		core.Define(core.Spec[redshift.DescribeClustersInput, redshift.DescribeClustersOutput]{
			Knows: "ClusterIdentifier Marker MaxRecords",
			Answer: func(c *core.Call, in *redshift.DescribeClustersInput) (*redshift.DescribeClustersOutput, *core.Refusal) {
				page, next, refused := described(c.At, &warehouses, in.ClusterIdentifier, in.Marker, in.MaxRecords)
				return &redshift.DescribeClustersOutput{Clusters: page, Marker: next}, refused
			},
		}),
		core.Define(core.Spec[redshift.PauseClusterInput, redshift.PauseClusterOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "ClusterIdentifier",
			Needs: func(c *core.Call, in *redshift.PauseClusterInput) []core.Need {
				return onTagged(c, in.ClusterIdentifier)
			},
			Answer: core.Found(&warehouses, "ClusterIdentifier", func(c *core.Call, _ *redshift.PauseClusterInput, w *types.Cluster) (*redshift.PauseClusterOutput, *core.Refusal) {
				return &redshift.PauseClusterOutput{Cluster: w}, move(c, w, "pausing", "available")
			}),
		}),
		core.Define(core.Spec[redshift.ResumeClusterInput, redshift.ResumeClusterOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "ClusterIdentifier",
			Needs: func(c *core.Call, in *redshift.ResumeClusterInput) []core.Need {
				return onTagged(c, in.ClusterIdentifier)
			},
			Answer: core.Found(&warehouses, "ClusterIdentifier", func(c *core.Call, _ *redshift.ResumeClusterInput, w *types.Cluster) (*redshift.ResumeClusterOutput, *core.Refusal) {
				return &redshift.ResumeClusterOutput{Cluster: w}, move(c, w, "resuming", "paused")
			}),
		}),
		core.Define(core.Spec[redshift.DeleteClusterInput, redshift.DeleteClusterOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "ClusterIdentifier SkipFinalClusterSnapshot FinalClusterSnapshotIdentifier FinalClusterSnapshotRetentionPeriod",
			Needs: func(c *core.Call, in *redshift.DeleteClusterInput) []core.Need {
				return onTagged(c, in.ClusterIdentifier)
			},
			Answer: core.Found(&warehouses, "ClusterIdentifier", deleteWarehouse),
		}),
		core.Define(core.Spec[redshift.RestoreFromClusterSnapshotInput, redshift.RestoreFromClusterSnapshotOutput]{
			Write: true, Basis: core.UsualSpelling, Answer: core.Found(&snapshots, "SnapshotIdentifier", restore),
			Knows: "ClusterIdentifier SnapshotIdentifier SnapshotClusterIdentifier NodeType NumberOfNodes AvailabilityZone ClusterSubnetGroupName VpcSecurityGroupIds " +
				"ClusterParameterGroupName Port AutomatedSnapshotRetentionPeriod PreferredMaintenanceWindow PubliclyAccessible EnhancedVpcRouting MultiAZ",
			Needs: func(c *core.Call, in *redshift.RestoreFromClusterSnapshotInput) []core.Need {
				return append(onTagged(c, in.ClusterIdentifier), c.On(c.ARN("redshift", "snapshot:"+aws.ToString(in.SnapshotClusterIdentifier)+"/"+aws.ToString(in.SnapshotIdentifier)))...)
			},
		}),
	), On: map[core.Happening]func(core.At, string){moves: come, ends: end}}
}

// onTagged brings the tags of what a call is about, as AWS does.
func onTagged(c *core.Call, id *string) []core.Need {
	needs, context := c.On(c.ARN("redshift", "cluster:"+aws.ToString(id))), map[string][]string{}
	if w, ok := warehouses.Of(c.At)[aws.ToString(id)]; ok {
		for _, t := range w.Tags {
			context["aws:ResourceTag/"+aws.ToString(t.Key)] = []string{aws.ToString(t.Value)}
		}
	}
	needs[0].Context = context
	return needs
}

// described is one row, or a page of all.
func described[T any](at core.At, s *core.Shelf[T], id, marker *string, size *int32) ([]T, *string, *core.Refusal) {
	if id != nil {
		t, refused := s.Find(at, id)
		if refused != nil {
			return nil, nil, refused
		}
		return []T{*t}, nil, nil
	}
	var all []T
	for _, t := range s.Sorted(at) {
		all = append(all, *t)
	}
	return core.Paged(all, marker, size)
}

// move brings a warehouse from a state into another, which comes to its rest by itself.
func move(c *core.Call, w *types.Cluster, to string, from ...string) *core.Refusal {
	if !slices.Contains(from, aws.ToString(w.ClusterStatus)) {
		return core.Refuse("InvalidClusterState", "Cluster %s is %s.", *w.ClusterIdentifier, aws.ToString(w.ClusterStatus)).With(&types.InvalidClusterStateFault{})
	}
	w.ClusterStatus = &to
	c.Forget(*w.ClusterIdentifier)
	c.After(moving, moves, *w.ClusterIdentifier)
	return nil
}

// deleteWarehouse refuses without a final snapshot, although AWS can do without: nobody here may.
func deleteWarehouse(c *core.Call, in *redshift.DeleteClusterInput, w *types.Cluster) (*redshift.DeleteClusterOutput, *core.Refusal) {
	name := aws.ToString(in.FinalClusterSnapshotIdentifier)
	switch {
	case aws.ToBool(in.SkipFinalClusterSnapshot) || name == "":
		return nil, core.Refuse("InvalidParameterCombination", "FinalClusterSnapshotIdentifier is required unless SkipFinalClusterSnapshot is specified.")
	case snapshots.Of(c.At)[name] != nil:
		return nil, core.Refuse("ClusterSnapshotAlreadyExists", "A snapshot with the identifier %s already exists.", name).With(&types.ClusterSnapshotAlreadyExistsFault{})
	}
	if refused := move(c, w, "deleting", "available", "paused"); refused != nil {
		return nil, refused
	}
	snapshots.Put(c.At, &types.Snapshot{
		SnapshotIdentifier: &name, ClusterIdentifier: w.ClusterIdentifier, ClusterCreateTime: w.ClusterCreateTime, Status: aws.String("creating"), SnapshotType: aws.String("manual"),
		SnapshotCreateTime: aws.Time(c.Now), NodeType: w.NodeType, NumberOfNodes: w.NumberOfNodes, Encrypted: w.Encrypted, KmsKeyId: w.KmsKeyId,
		ManualSnapshotRetentionPeriod: in.FinalClusterSnapshotRetentionPeriod,
	})
	c.After(moving, ends, *w.ClusterIdentifier)
	return &redshift.DeleteClusterOutput{Cluster: w}, nil
}

func restore(c *core.Call, in *redshift.RestoreFromClusterSnapshotInput, s *types.Snapshot) (*redshift.RestoreFromClusterSnapshotOutput, *core.Refusal) {
	id := aws.ToString(in.ClusterIdentifier)
	switch {
	case warehouses.Of(c.At)[id] != nil:
		return nil, core.Refuse("ClusterAlreadyExists", "Cluster already exists").With(&types.ClusterAlreadyExistsFault{})
	case aws.ToString(s.Status) != "available":
		return nil, core.Refuse("InvalidClusterSnapshotState", "The snapshot is not available.").With(&types.InvalidClusterSnapshotStateFault{})
	}
	w := types.Cluster{
		ClusterIdentifier: &id, ClusterCreateTime: aws.Time(c.Now), ClusterStatus: aws.String("creating"), ClusterNamespaceArn: aws.String(c.ARN("redshift", "namespace:"+c.Mint(32))),
		NodeType: in.NodeType, NumberOfNodes: in.NumberOfNodes, AvailabilityZone: in.AvailabilityZone, ClusterSubnetGroupName: in.ClusterSubnetGroupName,
		AutomatedSnapshotRetentionPeriod: in.AutomatedSnapshotRetentionPeriod, PreferredMaintenanceWindow: in.PreferredMaintenanceWindow, PubliclyAccessible: in.PubliclyAccessible,
		EnhancedVpcRouting: in.EnhancedVpcRouting, Encrypted: s.Encrypted, KmsKeyId: s.KmsKeyId, Endpoint: &types.Endpoint{Port: in.Port}, MultiAZ: aws.String("disabled"),
	}
	if aws.ToBool(in.MultiAZ) {
		w.MultiAZ = aws.String("enabled")
	}
	for _, g := range in.VpcSecurityGroupIds {
		w.VpcSecurityGroups = append(w.VpcSecurityGroups, types.VpcSecurityGroupMembership{VpcSecurityGroupId: &g})
	}
	if in.ClusterParameterGroupName != nil {
		w.ClusterParameterGroups = []types.ClusterParameterGroupStatus{{ParameterGroupName: in.ClusterParameterGroupName}}
	}
	c.After(moving, moves, id)
	return &redshift.RestoreFromClusterSnapshotOutput{Cluster: warehouses.Put(c.At, &w)}, nil
}

func come(at core.At, id string) {
	w, ok := warehouses.Of(at)[id]
	for _, r := range rest {
		if ok && aws.ToString(w.ClusterStatus) == r.from {
			w.ClusterStatus = aws.String(r.to)
			return
		}
	}
}

func end(at core.At, id string) {
	delete(warehouses.Of(at), id)
	for _, s := range snapshots.Sorted(at) {
		if aws.ToString(s.ClusterIdentifier) == id && aws.ToString(s.Status) == "creating" {
			s.Status = aws.String("available")
		}
	}
}

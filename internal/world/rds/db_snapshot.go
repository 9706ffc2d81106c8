// Package rds is the Relational Database Service in the world: databases, with whom snapshots are shared, and their tags.
package rds

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// Service is RDS.
func Service() *core.Service {
	return &core.Service{
		Name: "rds", SDK: "RDS", Reference: "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_",
		Words: core.QueryWords(), Resources: []core.Resource{snapshotResource(), tagResource(), instanceResource(), finalResource(), proxyResource(), proxyTargetResource(), eventResource(),
			clusterResource(), clusterSnapshotResource(), globalResource(), clusterEventResource()},
	}
}

// snapshots are manual ones, as far as their attributes go.
var snapshots = core.Shelf[types.DBSnapshotAttributesResult]{Kind: "rds.db-snapshot", ID: "DBSnapshotIdentifier", Missing: func(id string) *core.Refusal {
	return core.Refuse("DBSnapshotNotFound", "DBSnapshot not found: %s", id).With(&types.DBSnapshotNotFoundFault{})
}}

func snapshotResource() core.Resource {
	return core.Resource{Shelf: &snapshots, Operations: []core.Operation{
		core.Define(core.Spec[rds.DescribeDBSnapshotAttributesInput, rds.DescribeDBSnapshotAttributesOutput]{
			Knows: "DBSnapshotIdentifier",
			Answer: core.Found(&snapshots, "DBSnapshotIdentifier", func(_ *core.Call, _ *rds.DescribeDBSnapshotAttributesInput, s *types.DBSnapshotAttributesResult) (*rds.DescribeDBSnapshotAttributesOutput, *core.Refusal) {
				return &rds.DescribeDBSnapshotAttributesOutput{DBSnapshotAttributesResult: shown(s)}, nil
			}),
			Needs: func(c *core.Call, in *rds.DescribeDBSnapshotAttributesInput) []core.Need {
				return onSnapshot(c, in.DBSnapshotIdentifier)
			},
		}),
		core.Define(core.Spec[rds.ModifyDBSnapshotAttributeInput, rds.ModifyDBSnapshotAttributeOutput]{
			Write: true, Basis: "record: recorded ones", Knows: "DBSnapshotIdentifier AttributeName ValuesToAdd ValuesToRemove",
			Answer: core.Found(&snapshots, "DBSnapshotIdentifier", modifyAttribute),
			Needs: func(c *core.Call, in *rds.ModifyDBSnapshotAttributeInput) []core.Need {
				return onSnapshot(c, in.DBSnapshotIdentifier)
			},
			Response: func(_ *core.Call, out *rds.ModifyDBSnapshotAttributeOutput) any {
				return core.Camel(out.DBSnapshotAttributesResult)
			},
		}),
	}}
}

func onSnapshot(c *core.Call, id *string) []core.Need {
	return c.On(c.ARN("rds", "snapshot:"+aws.ToString(id)))
}

// restore is the one attribute that can be changed: which accounts may copy and restore the snapshot; "all" are all accounts.
const restore = "restore"

func modifyAttribute(_ *core.Call, in *rds.ModifyDBSnapshotAttributeInput, s *types.DBSnapshotAttributesResult) (*rds.ModifyDBSnapshotAttributeOutput, *core.Refusal) {
	if aws.ToString(in.AttributeName) != restore {
		return nil, core.Refuse("InvalidParameterValue", "Invalid snapshot attribute: %s", aws.ToString(in.AttributeName))
	}
	s.DBSnapshotAttributes = shown(s).DBSnapshotAttributes
	values := &s.DBSnapshotAttributes[0].AttributeValues
	*values = slices.DeleteFunc(append(*values, in.ValuesToAdd...), func(v string) bool { return slices.Contains(in.ValuesToRemove, v) })
	slices.Sort(*values)
	*values = slices.Compact(*values)
	return &rds.ModifyDBSnapshotAttributeOutput{DBSnapshotAttributesResult: shown(s)}, nil
}

// shown always has the attribute, also where it was never set.
func shown(s *types.DBSnapshotAttributesResult) *types.DBSnapshotAttributesResult {
	values := []string{}
	for _, a := range s.DBSnapshotAttributes {
		if aws.ToString(a.AttributeName) == restore {
			values = append(values, a.AttributeValues...)
		}
	}
	return &types.DBSnapshotAttributesResult{
		DBSnapshotIdentifier: s.DBSnapshotIdentifier,
		DBSnapshotAttributes: []types.DBSnapshotAttribute{{AttributeName: aws.String(restore), AttributeValues: values}},
	}
}

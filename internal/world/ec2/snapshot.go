package ec2

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// snapshots are EBS snapshots.
var snapshots = core.Shelf[types.Snapshot]{
	Kind: "ec2.snapshot", ID: "SnapshotId", Missing: core.Missing("InvalidSnapshot.NotFound", "The snapshot '%s' does not exist."),
	Filters: map[string]string{"volume-id": "VolumeId", "status": "State", "tag": "Tags", "tag-key": "Tags.Key", "snapshot-id": "SnapshotId"},
}

// sharings are by whom volumes may be made of snapshots; one that is not among them is not shared.
var sharings = core.Shelf[ec2.DescribeSnapshotAttributeOutput]{Kind: "ec2.snapshot-sharing", ID: "SnapshotId", Missing: snapshots.Missing}

func sharingResource() core.Resource {
	return core.Resource{Shelf: &sharings, Operations: []core.Operation{
		core.Define(core.Spec[ec2.DescribeSnapshotAttributeInput, ec2.DescribeSnapshotAttributeOutput]{
			Basis: "of another account's snapshot: unverified", Knows: "SnapshotId Attribute",
			Needs: func(c *core.Call, in *ec2.DescribeSnapshotAttributeInput) []core.Need {
				return c.On(publicARN(c.At, "snapshot", in.SnapshotId))
			},
			Answer: shared(describeSnapshotAttribute),
		}),
		core.Define(core.Spec[ec2.ModifySnapshotAttributeInput, ec2.ModifySnapshotAttributeOutput]{
			Write: true, Basis: "record: recorded ones, of everybody: by analogy, unverified", Knows: "SnapshotId Attribute OperationType UserIds GroupNames CreateVolumePermission",
			Needs: snapshotNeeds, Answer: shared(modifySnapshotAttribute),
			Request: func(_ *core.Call, in *ec2.ModifySnapshotAttributeInput) any {
				m := sharing(in)
				return core.Fields{"snapshotId": aws.ToString(in.SnapshotId), "attributeType": "CREATE_VOLUME_PERMISSION", "createVolumePermission": permissionFields(&types.LaunchPermissionModifications{
					Add: likeLaunch(m.Add), Remove: likeLaunch(m.Remove),
				})}
			},
			Response: returned[ec2.ModifySnapshotAttributeOutput],
		}),
	}}
}

// shared answers with whom a snapshot is shared with.
func shared[I, O any](answer func(*core.Call, *I, *ec2.DescribeSnapshotAttributeOutput) (*O, *core.Refusal)) func(*core.Call, *I) (*O, *core.Refusal) {
	return core.Found(&snapshots, "SnapshotId", func(c *core.Call, in *I, s *types.Snapshot) (*O, *core.Refusal) {
		row, there := sharings.Of(c.At)[*s.SnapshotId]
		if !there {
			row = sharings.Put(c.At, &ec2.DescribeSnapshotAttributeOutput{SnapshotId: s.SnapshotId})
		}
		return answer(c, in, row)
	})
}

func describeSnapshotAttribute(_ *core.Call, in *ec2.DescribeSnapshotAttributeInput, s *ec2.DescribeSnapshotAttributeOutput) (*ec2.DescribeSnapshotAttributeOutput, *core.Refusal) {
	if in.Attribute != types.SnapshotAttributeNameCreateVolumePermission {
		return nil, core.Refuse("InvalidParameterValue", "The world does not model the attribute %s", in.Attribute)
	}
	out := *s
	return &out, nil
}

// sharing is what a call adds and removes, in either of its spellings.
func sharing(in *ec2.ModifySnapshotAttributeInput) types.CreateVolumePermissionModifications {
	var m types.CreateVolumePermissionModifications
	if in.CreateVolumePermission != nil {
		m = *in.CreateVolumePermission
	}
	var named []types.CreateVolumePermission
	for _, id := range in.UserIds {
		named = append(named, types.CreateVolumePermission{UserId: aws.String(id)})
	}
	for _, g := range in.GroupNames {
		named = append(named, types.CreateVolumePermission{Group: types.PermissionGroup(g)})
	}
	switch in.OperationType {
	case types.OperationTypeAdd:
		m.Add = append(m.Add, named...)
	case types.OperationTypeRemove:
		m.Remove = append(m.Remove, named...)
	}
	return m
}

// snapshotNeeds brings whom the call adds and removes. That both spellings bring the same keys is unverified.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
func snapshotNeeds(c *core.Call, in *ec2.ModifySnapshotAttributeInput) []core.Need {
	needs, context, m := c.On(publicARN(c.At, "snapshot", in.SnapshotId)), map[string][]string{}, sharing(in)
	for key, all := range map[string][]types.CreateVolumePermission{"ec2:Add/": m.Add, "ec2:Remove/": m.Remove} {
		for _, p := range all {
			if p.UserId != nil {
				context[key+"userId"] = append(context[key+"userId"], *p.UserId)
			}
			if p.Group != "" {
				context[key+"group"] = append(context[key+"group"], string(p.Group))
			}
		}
	}
	needs[0].Context = context
	return needs
}

// modifySnapshotAttribute adds or takes away who may make volumes of a snapshot: all accounts, or some. One call does one.
func modifySnapshotAttribute(_ *core.Call, in *ec2.ModifySnapshotAttributeInput, s *ec2.DescribeSnapshotAttributeOutput) (*ec2.ModifySnapshotAttributeOutput, *core.Refusal) {
	m := sharing(in)
	if (len(m.Add) == 0) == (len(m.Remove) == 0) {
		return nil, core.Refuse("InvalidParameterCombination", "Either add or remove permissions.")
	}
	same := func(p types.CreateVolumePermission) func(types.CreateVolumePermission) bool {
		return func(o types.CreateVolumePermission) bool {
			return o.Group == p.Group && aws.ToString(o.UserId) == aws.ToString(p.UserId)
		}
	}
	for _, p := range m.Add {
		if !slices.ContainsFunc(s.CreateVolumePermissions, same(p)) {
			s.CreateVolumePermissions = append(slices.Clone(s.CreateVolumePermissions), p)
		}
	}
	for _, p := range m.Remove {
		s.CreateVolumePermissions = slices.DeleteFunc(slices.Clone(s.CreateVolumePermissions), same(p))
	}
	return &ec2.ModifySnapshotAttributeOutput{}, nil
}

// likeLaunch spells permissions as those of images are: CloudTrail writes both alike.
func likeLaunch(all []types.CreateVolumePermission) (out []types.LaunchPermission) {
	for _, p := range all {
		out = append(out, types.LaunchPermission{Group: p.Group, UserId: p.UserId})
	}
	return out
}

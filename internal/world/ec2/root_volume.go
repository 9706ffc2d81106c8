package ec2

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

var rootTasks = core.Shelf[types.ReplaceRootVolumeTask]{
	Kind: "ec2.replace-root-volume-task", ID: "ReplaceRootVolumeTaskId",
	Missing: core.Missing("InvalidReplaceRootVolumeTaskId.NotFound", "The replace root volume task '%s' does not exist"),
}

func rootVolumeResource() core.Resource {
	return core.Resource{Shelf: &rootTasks, Operations: []core.Operation{
		core.Define(core.Spec[ec2.CreateReplaceRootVolumeTaskInput, ec2.CreateReplaceRootVolumeTaskOutput]{
			Write: true, Basis: "record: wrapped like those of templates, unverified",
			Knows: "InstanceId ImageId ClientToken DeleteReplacedRootVolume", Needs: ofInstances[ec2.CreateReplaceRootVolumeTaskInput],
			Answer: core.Found(&instances, "InstanceId", createReplaceRootVolumeTask), Request: queried[ec2.CreateReplaceRootVolumeTaskInput],
			Response: func(c *core.Call, out *ec2.CreateReplaceRootVolumeTaskOutput) any {
				return templateResponse(c, core.Fields{"replaceRootVolumeTask": core.Camel(out.ReplaceRootVolumeTask)})
			},
		}),
		core.List[ec2.DescribeReplaceRootVolumeTasksInput, ec2.DescribeReplaceRootVolumeTasksOutput](
			&rootTasks, core.Listing{IDs: "ReplaceRootVolumeTaskIds"}, core.AsIs,
		),
	}}
}

// createReplaceRootVolumeTask puts another disk under a running instance, which shows the image of its launch still: unverified.
func createReplaceRootVolumeTask(c *core.Call, in *ec2.CreateReplaceRootVolumeTaskInput, i *Instance) (*ec2.CreateReplaceRootVolumeTaskOutput, *core.Refusal) {
	if i.State != "running" {
		return nil, wrongState(i, "modified")
	}
	image := i.Image
	if in.ImageId != nil {
		if image = *in.ImageId; image != "" {
			if _, refused := imageSeen(c.At, image); refused != nil {
				return nil, refused
			}
		}
	}
	task := types.ReplaceRootVolumeTask{
		ReplaceRootVolumeTaskId: aws.String(c.ResourceID("replacevol")), InstanceId: aws.String(i.ID), ImageId: aws.String(image),
		TaskState: types.ReplaceRootVolumeTaskStateSucceeded,
	}
	kept := task
	rootTasks.Put(c.At, &kept)
	return &ec2.CreateReplaceRootVolumeTaskOutput{ReplaceRootVolumeTask: &task}, nil
}

package world

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func rootVolumeOperations() []operation {
	return []operation{
		define(spec[ec2.CreateReplaceRootVolumeTaskInput, ec2.CreateReplaceRootVolumeTaskOutput]{
			name: "ec2.CreateReplaceRootVolumeTask", write: true,
			basis: ec2Reference + "CreateReplaceRootVolumeTask.html; record: wrapped like those of templates, unverified",
			knows: "InstanceId ImageId ClientToken DeleteReplacedRootVolume",
			needs: func(c *call, in *ec2.CreateReplaceRootVolumeTaskInput) []need {
				return c.onInstances("CreateReplaceRootVolumeTask", []string{aws.ToString(in.InstanceId)})
			},
			do: createReplaceRootVolumeTask,
			request: func(c *call, in *ec2.CreateReplaceRootVolumeTaskInput) any {
				f := fields{}
				given(f, "InstanceId", aws.ToString(in.InstanceId))
				given(f, "ImageId", aws.ToString(in.ImageId))
				given(f, "ClientToken", aws.ToString(in.ClientToken))
				return c.wrapped(f)
			},
			response: func(c *call, out *ec2.CreateReplaceRootVolumeTaskOutput) any {
				return c.templateResponse(fields{"replaceRootVolumeTask": camel(out.ReplaceRootVolumeTask)})
			},
		}),
		define(spec[ec2.DescribeReplaceRootVolumeTasksInput, ec2.DescribeReplaceRootVolumeTasksOutput]{
			name: "ec2.DescribeReplaceRootVolumeTasks", basis: ec2Reference + "DescribeReplaceRootVolumeTasks.html",
			knows: "ReplaceRootVolumeTaskIds", do: describeReplaceRootVolumeTasks,
		}),
	}
}

// createReplaceRootVolumeTask puts another disk under a running instance, which shows the image of its launch still: unverified.
func createReplaceRootVolumeTask(c *call, in *ec2.CreateReplaceRootVolumeTaskInput) (*ec2.CreateReplaceRootVolumeTaskOutput, *refusal) {
	i, refused := c.at(c.place).instance(aws.ToString(in.InstanceId))
	if refused != nil {
		return nil, refused
	}
	if i.State != "running" {
		return nil, wrongState(i, "modified")
	}
	image := i.Image
	if in.ImageId != nil {
		if image = *in.ImageId; image != "" {
			if _, refused := c.image(c.place, image); refused != nil {
				return nil, refused
			}
		}
	}
	i.Roots = append(i.Roots, rootTask{c.resourceID("replacevol"), image})
	return &ec2.CreateReplaceRootVolumeTaskOutput{ReplaceRootVolumeTask: i.rootTask(len(i.Roots) - 1)}, nil
}

// rootTask is one replacement of an instance's root volume.
type rootTask struct{ ID, Image string }

func (i *instance) rootTask(n int) *types.ReplaceRootVolumeTask {
	return &types.ReplaceRootVolumeTask{
		ReplaceRootVolumeTaskId: aws.String(i.Roots[n].ID), InstanceId: aws.String(i.ID), ImageId: aws.String(i.Roots[n].Image),
		TaskState: types.ReplaceRootVolumeTaskStateSucceeded,
	}
}

func describeReplaceRootVolumeTasks(c *call, in *ec2.DescribeReplaceRootVolumeTasksInput) (*ec2.DescribeReplaceRootVolumeTasksOutput, *refusal) {
	out := &ec2.DescribeReplaceRootVolumeTasksOutput{}
	for _, id := range in.ReplaceRootVolumeTaskIds {
		for _, i := range c.at(c.place).inOrder() {
			for n := range i.Roots {
				if i.Roots[n].ID == id {
					out.ReplaceRootVolumeTasks = append(out.ReplaceRootVolumeTasks, *i.rootTask(n))
				}
			}
		}
	}
	if len(out.ReplaceRootVolumeTasks) < len(in.ReplaceRootVolumeTaskIds) {
		return nil, refuse("InvalidReplaceRootVolumeTaskId.NotFound", "The replace root volume task does not exist")
	}
	return out, nil
}

package ec2

import (
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// wrapped is a request of EC2's newer calls: the query protocol's parameters as they were sent, in one object that is
// named after the call, lists being numbered elements.
func wrapped(c *core.Call, content core.Fields) core.Fields {
	return core.Fields{c.Name + "Request": content}
}

// numbered is a list in such a request: one element stands alone.
func numbered(items []any) any {
	for n, x := range items {
		if f, ok := x.(core.Fields); ok {
			f["tag"] = n + 1
		} else {
			items[n] = core.Fields{"tag": n + 1, "content": x}
		}
	}
	if len(items) == 1 {
		return items[0]
	}
	return items
}

func dataRequest(d *types.RequestLaunchTemplateData) core.Fields {
	f := core.Fields{}
	core.Given(f, "ImageId", aws.ToString(d.ImageId))
	core.Given(f, "InstanceType", string(d.InstanceType))
	core.Given(f, "KeyName", aws.ToString(d.KeyName))
	core.Given(f, "InstanceInitiatedShutdownBehavior", string(d.InstanceInitiatedShutdownBehavior))
	if d.UserData != nil {
		f["UserData"] = core.Hidden
	}
	if d.DisableApiTermination != nil {
		f["DisableApiTermination"] = *d.DisableApiTermination
	}
	if d.DisableApiStop != nil {
		f["DisableApiStop"] = *d.DisableApiStop
	}
	if d.IamInstanceProfile != nil {
		f["IamInstanceProfile"] = core.Pascal(d.IamInstanceProfile)
	}
	if len(d.SecurityGroupIds) > 0 {
		f["SecurityGroupId"] = numbered(core.Pascal(d.SecurityGroupIds).([]any))
	}
	if len(d.TagSpecifications) > 0 {
		f["TagSpecification"] = numberedTags(d.TagSpecifications)
	}
	return f
}

// numberedTags are tag specifications of either of the SDK's types.
func numberedTags[T any](specs []T) any {
	var items []any
	for _, s := range specs {
		v := reflect.ValueOf(s)
		tags := core.Pascal(v.FieldByName("Tags").Interface()).([]any)
		items = append(items, core.Fields{"ResourceType": v.FieldByName("ResourceType").String(), "Tag": numbered(tags)})
	}
	return numbered(items)
}

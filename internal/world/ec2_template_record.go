package world

import (
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// hidden stands in records where user data stood.
const hidden = "<sensitiveDataRemoved>"

// milliseconds is the time inside EC2's newer responses.
func milliseconds(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// wrapped is a request of EC2's newer calls: the query protocol's parameters as they were sent, in one object that is
// named after the call, lists being numbered elements.
func (c *call) wrapped(content fields) fields { return fields{c.name + "Request": content} }

// numbered is a list in such a request: one element stands alone.
func numbered(items []any) any {
	for n, x := range items {
		if f, ok := x.(fields); ok {
			f["tag"] = n + 1
		} else {
			items[n] = fields{"tag": n + 1, "content": x}
		}
	}
	if len(items) == 1 {
		return items[0]
	}
	return items
}

func dataRequest(d *types.RequestLaunchTemplateData) fields {
	f := fields{}
	given(f, "ImageId", aws.ToString(d.ImageId))
	given(f, "InstanceType", string(d.InstanceType))
	given(f, "KeyName", aws.ToString(d.KeyName))
	given(f, "InstanceInitiatedShutdownBehavior", string(d.InstanceInitiatedShutdownBehavior))
	if d.UserData != nil {
		f["UserData"] = hidden
	}
	if d.DisableApiTermination != nil {
		f["DisableApiTermination"] = *d.DisableApiTermination
	}
	if d.DisableApiStop != nil {
		f["DisableApiStop"] = *d.DisableApiStop
	}
	if d.IamInstanceProfile != nil {
		f["IamInstanceProfile"] = pascal(d.IamInstanceProfile)
	}
	if len(d.SecurityGroupIds) > 0 {
		f["SecurityGroupId"] = numbered(pascal(d.SecurityGroupIds).([]any))
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
		tags := pascal(v.FieldByName("Tags").Interface()).([]any)
		items = append(items, fields{"ResourceType": v.FieldByName("ResourceType").String(), "Tag": numbered(tags)})
	}
	return numbered(items)
}

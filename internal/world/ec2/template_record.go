package ec2

import "github.com/ripostehq/riposte/internal/world/core"

// queried is a request of EC2's newer calls: the query protocol's parameters as they were sent, in one object that is named
// after the call.
func queried[I any](c *core.Call, in *I) any {
	f := core.Pascal(in).(core.Fields)
	asSent(f)
	return core.Fields{c.Name + "Request": f}
}

// asSent gives a part of such a request the query protocol's names, and numbers its lists.
func asSent(f core.Fields) {
	if _, ok := f["UserData"]; ok {
		f["UserData"] = core.Hidden
	}
	for name, sent := range map[string]string{
		"DefaultVersion": "SetDefaultVersion", "SecurityGroupIds": "SecurityGroupId", "TagSpecifications": "TagSpecification", "Tags": "Tag",
	} {
		if x, ok := f[name]; ok {
			delete(f, name)
			f[sent] = x
		}
	}
	for name, x := range f {
		switch x := x.(type) {
		case core.Fields:
			asSent(x)
		case []any:
			f[name] = numbered(x)
		}
	}
}

// numbered is a list in such a request: one element stands alone.
func numbered(items []any) any {
	for n, x := range items {
		if f, ok := x.(core.Fields); ok {
			asSent(f)
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

package inventory

import (
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/names"
)

// has says that a resource has names.
func has(of event.Resource, keys []names.Key) (all []names.Entry) {
	for _, k := range keys {
		all = append(all, names.Entry{Key: k, Resource: of})
	}
	return all
}

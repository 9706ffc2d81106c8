package engine

import (
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// regionOf is where a step answers: the region of its target, else that of the call that it answers, "" where both are the
// whole world's. A user is denied for what happens in a region as that region is to be treated.
func regionOf(target event.Resource, o playbook.Origin) string {
	if target.Region != "" || call.Recorded(o.Source, o.Name).Global() {
		return target.Region
	}
	return o.Place.Region
}

package world

import (
	"fmt"
	"maps"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ripostehq/riposte/event"
)

// mostMembers bounds what one line of a snapshot can make.
const mostMembers = 1000

func (r snapshotRegion) buildGroups(st *state, p event.Place) error {
	at := st.at(p)
	for _, x := range r.Groups {
		g := &group{
			Name: x.Name, ARN: st.groupARN(p, x.Name), Created: st.Now, Min: x.Min, Max: x.Max, Desired: x.Desired,
			Suspended: map[string]string{}, Tags: map[string]string{},
		}
		maps.Copy(g.Tags, x.Tags)
		for _, process := range x.Suspended {
			if !knownProcess(process) {
				return fmt.Errorf("group %s: no process %q", x.Name, process)
			}
			g.Suspended[process] = "User suspended at " + stamp(st.Now)
		}
		if x.Desired > mostMembers {
			return fmt.Errorf("group %s: %d instances, a world takes at most %d", x.Name, x.Desired, mostMembers)
		}
		from := types.LaunchTemplateSpecification{LaunchTemplateName: optional(x.Template), Version: optional(x.Version)}
		template := &from
		if x.Template == "" {
			template = nil
		}
		refused := at.launchFrom(g, template, optional(x.Configuration), nil)
		if refused == nil {
			refused = g.sized()
		}
		if refused == nil {
			refused = st.startGroup(p, g, x.Instances)
		}
		if refused != nil {
			return fmt.Errorf("group %s: %s", x.Name, refused.message)
		}
		at.Groups[g.Name] = g
	}
	return nil
}

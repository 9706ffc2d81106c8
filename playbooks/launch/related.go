package launch

import (
	"strings"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// Related are the instances of the launch. That one has no group is known: AWS tags those that have.
func (f launched) Related(root event.Resource) []playbook.Related {
	out := make([]playbook.Related, 0, len(f.Instances))
	for _, m := range f.Instances {
		out = append(out, playbook.Related{Resource: root.Place().In(event.Instance, m.ID), Detail: map[string]string{
			playbook.DetailImage: m.Image, playbook.DetailGroup: f.Group, playbook.DetailLaunched: f.At.UTC().Format(time.RFC3339),
		}})
	}
	return out
}

// Related are the root with the newest image that it may not launch, once that is known, and the groups that would.
func (f prepared) Related(root event.Resource) []playbook.Related {
	var out []playbook.Related
	if n := len(f.Bad); n > 0 && strings.HasPrefix(f.Bad[n-1].Image, "ami-") {
		out = append(out, playbook.Related{Resource: root, Detail: map[string]string{playbook.DetailImage: f.Bad[n-1].Image}})
	}
	for _, g := range f.Groups {
		out = append(out, playbook.Related{Resource: root.Place().In(event.Group, g)})
	}
	return out
}

// Related is the instance; the root is who unprotected it.
func (f unprotected) Related(event.Resource) []playbook.Related {
	return []playbook.Related{{Resource: f.Instance}}
}

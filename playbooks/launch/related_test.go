package launch

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// What people are shown beside the root, with what seed 000 files of an instance.
func TestRelated(t *testing.T) {
	shop := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	at := time.Date(2026, 3, 25, 9, 0, 0, 0, time.UTC)
	group, template := shop.In(event.Group, "web"), shop.In(event.LaunchTemplate, "lt-1")
	instance := func(image, group string) playbook.Related {
		return playbook.Related{Resource: shop.In(event.Instance, "i-1"), Detail: map[string]string{
			playbook.DetailImage: image, playbook.DetailGroup: group, playbook.DetailLaunched: "2026-03-25T09:00:00Z",
		}}
	}
	for _, c := range []struct {
		name  string
		facts playbook.Relater
		root  event.Resource
		want  []playbook.Related
	}{
		{"a group launched", launched{Group: "web", At: at, Instances: []machine{{ID: "i-1", Image: "ami-1", Member: "web"}}}, group, []playbook.Related{instance("ami-1", "web")}},
		{"an instance without a group", launched{At: at, Instances: []machine{{ID: "i-1", Image: "ami-1"}}}, shop.In(event.Instance, "i-1"), []playbook.Related{instance("ami-1", "")}},
		{"a launch without an answer", launched{At: at, Token: "t"}, shop.In(event.Launch, "t"), []playbook.Related{}},
		{"a template, not checked", prepared{}, template, nil},
		{"a template and its group", prepared{Bad: []broken{{Version: 2, Image: "ami-1"}, {Version: 3, Image: "ami-2"}}, Groups: []string{"web"}}, template, []playbook.Related{
			{Resource: template, Detail: map[string]string{playbook.DetailImage: "ami-2"}}, {Resource: group},
		}},
		{"an instance, its root a user", unprotected{Instance: shop.In(event.Instance, "i-1")}, shop.In(event.User, "mallory"), []playbook.Related{{Resource: shop.In(event.Instance, "i-1")}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.facts.Related(c.root)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

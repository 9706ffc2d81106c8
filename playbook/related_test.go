package playbook_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

type seen struct{ Instance string }

func (s seen) Related(root event.Resource) []playbook.Related {
	return []playbook.Related{{Resource: root.Place().In(event.Instance, s.Instance)}}
}

func suspect[F any](facts F) playbook.Spec[struct{}, F] {
	return playbook.Spec[struct{}, F]{On: []playbook.Trigger{playbook.Call(call.EC2RunInstances)}, Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[F] {
		return []playbook.Suspect[F]{{Resource: e.Place().In(event.Group, "web"), Facts: facts}}
	}}
}

// A lead carries what its facts name, so that a notifier needs no playbook's types.
func TestLeadsCarryWhatTheirFactsName(t *testing.T) {
	shop := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	for _, c := range []struct {
		name string
		made playbook.Definition
		want []playbook.Related
	}{
		{"facts that name an instance", playbook.Define(suspect(seen{"i-1"})), []playbook.Related{{Resource: shop.In(event.Instance, "i-1")}}},
		{"facts that name nothing", playbook.Define(suspect(struct{}{})), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := c.made.Default()
			if err != nil {
				t.Fatal(err)
			}
			leads, err := p.Suspects(event.Event{Source: "ec2.amazonaws.com", Name: "RunInstances", Partition: shop.Partition, Account: shop.Account, Region: shop.Region})
			if err != nil || len(leads) != 1 {
				t.Fatalf("got %v, %v", leads, err)
			}
			if diff := cmp.Diff(c.want, leads[0].Related); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

package playbook_test

import (
	"context"
	"fmt"
	"log"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

type params struct {
	Ask bool `yaml:"ask" help:"ask a person before the instance is stopped"`
}

type facts struct{ Instance event.Resource }

// A playbook is one value: what it is about, what starts it, what it may call, and three functions. examples/own-playbook is
// a whole one, with its stories.
func ExampleDefine() {
	weekend := playbook.Define(playbook.Spec[params, facts]{
		ID: "acme.started", Title: "An instance was started", Why: "No work is done here on Sundays.", Severity: playbook.Low,
		On:       []playbook.Trigger{playbook.Call(call.EC2StartInstances)},
		Reads:    []call.ID{call.EC2DescribeInstances},
		Changes:  playbook.Always[params](action.Stop{}.About().Kind),
		Prevents: []playbook.Prevention{{Kind: playbook.ServiceControlPolicy, How: "Deny ec2:StartInstances on Sundays."}},
		Suspect: func(e event.Event, _ params) (all []playbook.Suspect[facts]) { // pure: from the record alone
			for _, item := range request.Of(e).At("instancesSet").Items() {
				i := e.Place().In(event.Instance, item.At("instanceId").Text())
				all = append(all, playbook.Suspect[facts]{Resource: i, Title: i.ID + " was started", Facts: facts{i}})
			}
			return all
		},
		Check: func(_ context.Context, in playbook.In, s playbook.Suspect[facts], _ params) ([]playbook.Suspect[facts], error) {
			return []playbook.Suspect[facts]{s}, nil // reads the present state by in.AWS, and dismisses what is gone
		},
		Plan: func(s playbook.Suspect[facts], p params) action.Plan { // pure: data
			step := action.Try(action.Stop{Instance: s.Facts.Instance})
			if p.Ask {
				step = step.Asking("an instance that was started on a Sunday")
			}
			return action.Plan{Steps: []action.Step{step}}
		},
	})

	book, err := weekend.Default()
	if err != nil {
		log.Fatal(err)
	}
	found, err := book.Suspects(event.Event{
		Account: "111122223333", Region: "eu-west-1", Source: "ec2.amazonaws.com", Name: "StartInstances",
		Request: []byte(`{"instancesSet": {"items": [{"instanceId": "i-0web"}]}}`),
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range found {
		plan, err := book.Preview(s)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(s.Severity, s.Title, plan.Kinds())
	}
	// Output:
	// low i-0web was started [ec2.stop]
}

// Package ripostetest is the AWS in memory that riposte's own tests stand on, for the tests of playbooks and actions that are
// written elsewhere, and of anything else that calls AWS by its SDK for Go.
package ripostetest

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbook/fixture"
	"github.com/ripostehq/riposte/playbooks/playbooktest"
)

// World is one AWS: accounts and regions behind the SDK's own clients (Config), a clock that only the test moves (AdvanceTo),
// and a trail that records every change as CloudTrail would (Deliveries). What it does not model it answers with an error
// that says so.
type World = world.World

// Options are the world's delays and its seed; the zero value has those of AWS.
type Options = world.Options

// New returns the world that a YAML estate describes: accounts, users and roles with their policies, images, instances and the
// like. The estates in playbooks/launch/testdata are examples.
func New(estate string, o Options) (*World, error) { return world.New([]byte(estate), o) }

// AWS returns the world as the suite of actions sees it, with the rights of one user. What a change sets in motion comes to its
// end when the suite waits for it.
func AWS(t *testing.T, w *World, c aws.Credentials) *actiontest.AWS {
	return actiontest.On(func(p event.Place) aws.Config { return w.Config(p, c) }).Settling(func() {
		if err := w.AdvanceTo(w.Now().Add(15 * time.Second)); err != nil {
			t.Fatal(err)
		}
	})
}

// Stories tells the fixtures of all playbooks of a catalogue, by no more rights than those that riposte permissions prints for
// reading.
func Stories(t *testing.T, catalogue []playbook.Definition, kinds []action.Kind) {
	playbooktest.Catalogue(t, catalogue, Opening(catalogue, kinds))
}

// Opening opens the AWS of a fixture as Stories does.
func Opening(catalogue []playbook.Definition, kinds []action.Kind) playbooktest.Open {
	return func(t *testing.T, f fixture.Fixture) (func(event.Place) aws.Config, time.Time) {
		estate, err := demo.Furnish(f, catalogue, kinds)
		if err != nil {
			t.Fatal(err)
		}
		w, err := world.New(estate, world.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return func(p event.Place) aws.Config {
			c, err := w.Mint("arn:aws:iam::"+p.Account+":role/riposte-audit", world.SessionOptions{Name: "story"})
			if err != nil {
				t.Logf("riposte has no role in account %s", p.Account)
			}
			return w.Config(p, c)
		}, w.Now()
	}
}

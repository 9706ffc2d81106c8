package playbooks_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook/fixture"
	"github.com/ripostehq/riposte/playbooks"
	"github.com/ripostehq/riposte/playbooks/playbooktest"
)

// TestStories tells the fixtures of all playbooks, by no more rights than those that riposte permissions prints for reading.
func TestStories(t *testing.T) {
	playbooktest.Catalogue(t, playbooks.All(), func(t *testing.T, f fixture.Fixture) (func(event.Place) aws.Config, time.Time) {
		estate, err := demo.Furnish(f, playbooks.All(), action.Kinds())
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
	})
}

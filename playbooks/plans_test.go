package playbooks_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/playbook/fixture"
	"github.com/ripostehq/riposte/playbooks"
	"github.com/ripostehq/riposte/playbooks/playbooktest"
	"github.com/ripostehq/riposte/ripostetest"
)

// A plan is data: of every story that fires all of it is written down, with what the fixture's lines leave out. That is which sizes, ways
// out, documents and sessions, what a person is asked, and when. Of the others it is written down what is looked at, which costs calls.
func TestPlansAreTheseToTheLetter(t *testing.T) {
	all, codec := playbooks.All(), action.NewCodec(action.Kinds()...)
	open := ripostetest.Opening(all, action.Kinds())
	for _, d := range all {
		t.Run(d.ID, func(t *testing.T) {
			var b strings.Builder
			for _, s := range d.Stories.Stories {
				fmt.Fprintf(&b, "%s: %s\n", s.Sort, s.Name)
				if s.Sort != fixture.Fires {
					for _, l := range playbooktest.Suspects(t, d, s) {
						fmt.Fprintf(&b, "  looked at %s: %s\n", l.Resource, l.Title)
					}
					continue
				}
				for _, p := range playbooktest.Proposals(t, d, s, open) {
					fmt.Fprintf(&b, "  %s: %s\n", p.Suspect.Resource, p.Suspect.Title)
					for _, of := range p.Suspect.Found {
						fmt.Fprintf(&b, "    found %s\n", of)
					}
					for _, of := range p.Suspect.Related {
						fmt.Fprintf(&b, "    related %s %s\n", of.Resource, of.Detail)
					}
					for _, step := range p.Plan.Steps {
						b.WriteString(written(t, codec, step))
					}
				}
			}
			golden := filepath.Join("testdata", "plans", d.ID+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), b.String()); diff != "" {
				t.Errorf("plans (-written +made); -update writes them:\n%s", diff)
			}
		})
	}
}

// written is a step, a line for each of its rungs.
func written(t *testing.T, codec action.Codec, step action.Step) string {
	t.Helper()
	var b strings.Builder
	for i, r := range step.Ladder {
		stored, err := codec.Encode(r.Do)
		if err != nil {
			t.Fatal(err)
		}
		mark := "-"
		if i > 0 {
			mark = "  else"
		}
		fmt.Fprintf(&b, "    %s %s %s", mark, stored.Kind, stored.Data)
		if step.After > 0 && i == 0 {
			fmt.Fprintf(&b, " after %s", step.After)
		}
		if step.Must && i == 0 {
			b.WriteString(" !")
		}
		if r.Ask != "" {
			fmt.Fprintf(&b, " ? %s", r.Ask)
		}
		b.WriteString("\n")
	}
	return b.String()
}

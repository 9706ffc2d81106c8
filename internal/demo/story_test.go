package demo_test

import (
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbook/fixture"
	"github.com/ripostehq/riposte/playbooks"
)

// told plays the first story of a playbook.
func told(t *testing.T, d playbook.Definition) *audience {
	t.Helper()
	scene, err := demo.Story(d, playbooks.All(), action.Kinds(), 0)
	if err != nil {
		t.Fatal(err)
	}
	return played(t, &scene)
}

// played is a scene that was watched to its end.
func played(t *testing.T, scene *demo.Scene) *audience {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	a := &audience{T: t}
	a.Stage, err = demo.Open(demo.Options{
		Catalogue: playbooks.All(), Kinds: action.Kinds(), Scene: scene, Store: store, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Emit: func(l demo.Line) { a.lines = append(a.lines, l) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Play(t.Context(), scene.Attacks); err != nil {
		t.Fatal(err)
	}
	a.sum, a.wrong = a.Outcome(t.Context(), scene.Attacks)
	return a
}

// TestEveryPlaybookIsPlayedFromItsFirstStory: what is wrong in the fixture's world is contained and stays so, by the rights
// that riposte permissions prints.
func TestEveryPlaybookIsPlayedFromItsFirstStory(t *testing.T) {
	for _, d := range playbooks.All() {
		if first, _ := d.Stories.First(); first.Listed != nil || d.Learns {
			continue // weeks of sweeps, or an index that they fill
		}
		t.Run(d.ID, func(t *testing.T) {
			a := told(t, d)
			if a.wrong != nil {
				t.Errorf("%v\n%s", a.wrong, a.told())
			}
			contained := "contained: 5s after it happened"
			if d.Window > 0 {
				contained = `contained: [0-9ms]+ after it happened`
			}
			if d.Tells { // what it finds is told, and nothing is done about it
				a.inOrder(`calls `, `trail 0: .* arrives, 5s after it happened`, `tells: .*(deleted by hand|comes to administrator|tried to assume decoy)`)
				return
			}
			a.inOrder(`calls `, `trail 0: .* arrives, 5s after it happened`, `finds `, `does `, contained, `verified`)
		})
	}
}

// TestAStoryThatIsNotContainedFails: the exit code of a story is that of what became of it.
func TestAStoryThatIsNotContainedFails(t *testing.T) {
	all := playbooks.All()
	d := all[slices.IndexFunc(all, func(d playbook.Definition) bool { return d.ID == "identity.instance-credentials-elsewhere" })]
	d.Stories.Stories = slices.DeleteFunc(slices.Clone(d.Stories.Stories), func(s fixture.Story) bool { return !strings.HasPrefix(s.Name, "a read from a strange") })
	if a := told(t, d); a.wrong == nil || !strings.Contains(a.wrong.Error(), "ended asked") {
		t.Errorf("%v\n%s", a.wrong, a.told())
	}
}

// TestTheDemoPlaysWhatTheCatalogueAnswers: it asks for no playbook that is not there.
func TestTheDemoPlaysWhatTheCatalogueAnswers(t *testing.T) {
	images := slices.DeleteFunc(playbooks.All(), func(d playbook.Definition) bool { return d.ID != "launch.unapproved-image" })
	attacks := demo.AttacksOn(images)
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	s, err := demo.Open(demo.Options{Catalogue: images, Kinds: action.Kinds(), Store: store, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Play(t.Context(), attacks); err != nil {
		t.Fatal(err)
	}
	sum, err := s.Outcome(t.Context(), attacks)
	if err != nil || sum.Attacks != 1 || sum.Verified != 1 {
		t.Errorf("%+v, %v", sum, err)
	}
}

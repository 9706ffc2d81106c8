package playbooks_test

import (
	"encoding/json"
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

func TestTheCatalogueCanBeTrusted(t *testing.T) {
	if err := playbook.Validate(playbooks.All()); err != nil {
		t.Fatal(err)
	}
}

func TestEveryExampleFires(t *testing.T) {
	for _, d := range playbooks.All() {
		book, err := d.Default()
		if err != nil {
			t.Fatalf("%s: %v", d.ID, err)
		}
		e, err := event.Decode([]byte(d.Example))
		if err != nil {
			t.Fatalf("%s: %v", d.ID, err)
		}
		leads, err := book.Leads(e)
		if err != nil || len(leads) == 0 {
			t.Errorf("%s: its example gives %d leads, %v", d.ID, len(leads), err)
		}
	}
}

// A preview goes the way of a real plan: it is sealed and comes back, with kinds that the playbook declares.
func TestEveryPreviewUsesDeclaredKinds(t *testing.T) {
	codec := action.NewCodec(action.Kinds()...)
	for _, d := range playbooks.All() {
		declared := map[string]bool{}
		for _, k := range d.Changes {
			declared[k.Name] = true
		}
		for _, s := range preview(t, d).Steps {
			for _, r := range s.Ladder {
				if !declared[r.Do.Kind().Name] {
					t.Errorf("%s plans %s without declaring it", d.ID, r.Do.Kind().Name)
				}
			}
		}
		if _, err := codec.Seal(preview(t, d)); err != nil {
			t.Errorf("%s: %v", d.ID, err)
		}
	}
}

func preview(t *testing.T, d playbook.Definition) action.Plan {
	t.Helper()
	book, err := d.Default()
	if err != nil {
		t.Fatal(err)
	}
	e, err := event.Decode([]byte(d.Example))
	if err != nil {
		t.Fatal(err)
	}
	leads, err := book.Leads(e)
	if err != nil || len(leads) == 0 {
		t.Fatalf("%s: %d leads, %v", d.ID, len(leads), err)
	}
	plan, err := book.Preview(leads[0])
	if err != nil || len(plan.Steps) == 0 {
		t.Fatalf("%s: an empty preview, %v", d.ID, err)
	}
	return plan
}

// What people are told to put into their organisation must at least be a policy.
func TestEveryPreventionParses(t *testing.T) {
	for _, d := range playbooks.All() {
		for _, p := range d.Prevents {
			if p.Kind == "SCP" {
				if _, err := iam.Parse([]byte(p.Document)); err != nil {
					t.Errorf("%s: %v", d.ID, err)
				}
			} else if p.Document != "" && !json.Valid([]byte(p.Document)) {
				t.Errorf("%s: the document of %q is no JSON", d.ID, p.Kind)
			}
		}
	}
}

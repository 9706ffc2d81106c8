package playbooks_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
	"github.com/ripostehq/riposte/playbooks/playbooktest"
	"github.com/ripostehq/riposte/ripostetest"
)

func TestTheCatalogueCanBeTrusted(t *testing.T) {
	if err := playbook.Validate(playbooks.All(), action.Kinds()); err != nil {
		t.Fatal(err)
	}
}

// A plan whose kind the process does not know could be neither stored nor taken back.
func TestAPlaybookWhoseActionIsNotThereIsRefused(t *testing.T) {
	but := slices.DeleteFunc(action.Kinds(), func(k action.Kind) bool { return k.Name == "ec2.terminate" })
	if err := playbook.Validate(playbooks.All(), but); err == nil || !strings.Contains(err.Error(), "ec2.terminate, which is none of the kinds") {
		t.Errorf("without ec2.terminate: %v", err)
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
				if !declared[r.Do.About().Kind.Name] {
					t.Errorf("%s plans %s without declaring it", d.ID, r.Do.About().Kind.Name)
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
	example, _ := d.Stories.First()
	if example.Listed != nil || d.Learns { // which names are meant no event says: the index does
		return playbooktest.Proposals(t, d, example, ripostetest.Opening(playbooks.All(), action.Kinds()))[0].Plan
	}
	book, err := d.Knowing(event.People{Issuers: d.Stories.People}).Bind(func(p any) error {
		if example.Params == "" {
			return nil
		}
		return yaml.Unmarshal([]byte(example.Params), p)
	})
	if err != nil {
		t.Fatal(err)
	}
	e, err := event.Decode([]byte(example.Record))
	if err != nil {
		t.Fatal(err)
	}
	leads, err := book.Suspects(e)
	if err != nil || len(leads) == 0 {
		t.Fatalf("%s: %d leads, %v", d.ID, len(leads), err)
	}
	plan, err := book.Preview(leads[0])
	if err != nil || (len(plan.Steps) == 0) != d.Tells {
		t.Fatalf("%s: an empty preview, %v", d.ID, err)
	}
	return plan
}

// What people are told to put into their organisation must at least be a policy.
func TestEveryPreventionParses(t *testing.T) {
	for _, d := range playbooks.All() {
		for _, p := range d.Prevents {
			if p.Kind == playbook.ServiceControlPolicy {
				if _, err := iam.Parse([]byte(p.Document)); err != nil {
					t.Errorf("%s: %v", d.ID, err)
				}
			} else if p.Document != "" && !json.Valid([]byte(p.Document)) {
				t.Errorf("%s: the document of %q is no JSON", d.ID, p.Kind)
			}
		}
	}
}

// Who reads a playbook's page before it acts learns whom it may hit for nothing, and what in the configuration, or on the thing, keeps it from that.
func TestEveryPlaybookNamesItsFalsePositives(t *testing.T) {
	for _, d := range playbooks.All() {
		_, known, named := strings.Cut(d.Why, "nown false positive")
		excludes := []string{"trusted", "exception", "riposte:keep", "people.issuers", "organization."}
		for _, p := range d.Params {
			excludes = append(excludes, p.Name)
		}
		if !named || !slices.ContainsFunc(excludes, func(x string) bool { return strings.Contains(known, x) }) {
			t.Errorf("%s: name its known false positives, and the parameter, trust or tag that excludes them (one of %v)", d.ID, excludes)
		}
	}
}

// A principal that may make roles chooses their names: what a prevention spares is exact, or it keeps that name from being made.
func TestNoPreventionSparesANameThatCanBeChosen(t *testing.T) {
	for _, d := range playbooks.All() {
		for _, p := range d.Prevents {
			var doc policy
			if p.Kind != playbook.ServiceControlPolicy {
				continue
			}
			if err := json.Unmarshal([]byte(p.Document), &doc); err != nil {
				t.Fatal(err)
			}
			for _, s := range doc.Statement {
				for _, name := range s.Condition["ArnNotLike"]["aws:PrincipalArn"] {
					place, role, _ := strings.Cut(name, ":role/")
					if strings.ContainsAny(role, "*?") || strings.Contains(place, "*") && !doc.keeps(name) {
						t.Errorf("%s, %s spares %s", d.ID, s.Sid, name)
					}
				}
			}
		}
	}
}

type policy struct {
	Statement []struct {
		Sid              string
		Action, Resource texts
		Condition        map[string]map[string]texts
	}
}

// keeps reports whether a policy denies making a role.
func (p policy) keeps(role string) bool {
	for _, s := range p.Statement {
		if slices.Contains(s.Action, "iam:CreateRole") && slices.Contains(s.Resource, role) {
			return true
		}
	}
	return false
}

// texts are one text or a list of them.
type texts []string

func (x *texts) UnmarshalJSON(b []byte) error {
	if b[0] != '"' {
		return json.Unmarshal(b, (*[]string)(x))
	}
	*x = []string{""}
	return json.Unmarshal(b, &(*x)[0])
}

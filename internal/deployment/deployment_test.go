package deployment_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/deployment"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/internal/pattern"
	"github.com/ripostehq/riposte/internal/permissions"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

// files are all that is generated, by name.
func files(t *testing.T, of []playbook.Definition) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, write := range map[string]func() ([]byte, error){
		"rights.tf.json":    func() ([]byte, error) { return deployment.Terraform(of, action.Kinds()) },
		"spoke.json":        func() ([]byte, error) { return deployment.CloudFormation(of, action.Kinds()) },
		"patterns.json":     func() ([]byte, error) { return deployment.Patterns(of) },
		"guardrail.tf.json": deployment.Guardrail,
	} {
		b, err := write()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = string(b)
	}
	return out
}

func some(t *testing.T, id string) []playbook.Definition {
	t.Helper()
	return slices.DeleteFunc(playbooks.All(), func(d playbook.Definition) bool { return d.ID != id })
}

func parsed[T any](t *testing.T, text string) (out T) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestNothingIsOfOnePartition(t *testing.T) {
	for name, text := range files(t, playbooks.All()) {
		for _, partition := range []string{"arn:aws:", "arn:aws-cn:", "arn:aws-us-gov:"} {
			if at := strings.Index(text, partition); at >= 0 {
				t.Errorf("%s: %s", name, text[at:min(len(text), at+80)])
			}
		}
	}
}

type template struct {
	Conditions map[string]any
	Resources  map[string]struct {
		Type, Condition string
		Properties      map[string]any
	}
}

// One StackSet over all regions: what is global is made once, where the records of global services arrive.
func TestWhatIsGlobalIsMadeAtHome(t *testing.T) {
	x := parsed[template](t, files(t, playbooks.All())["spoke.json"])
	atHome := map[string]bool{"Home": true}
	for name, c := range x.Conditions {
		all, _ := c.(map[string]any)["Fn::And"].([]any)
		if slices.ContainsFunc(all, func(part any) bool { return cmp.Equal(part, map[string]any{"Condition": "Home"}) }) {
			atHome[name] = true
		}
	}
	rules, err := pattern.For(playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	global := map[string]bool{}
	for _, r := range rules {
		global["riposte-"+r.Name] = r.Global
	}
	made := 0
	for name, r := range x.Resources {
		want := true
		if r.Type == "AWS::Events::Rule" {
			rule, _ := r.Properties["Name"].(string)
			want = global[rule]
			made++
		}
		if atHome[r.Condition] != want || !want && r.Condition != "" {
			t.Errorf("%s, a %s, has the condition %q", name, r.Type, r.Condition)
		}
	}
	if made != len(rules) {
		t.Errorf("%d rules are made of %d", made, len(rules))
	}
}

type module struct {
	Locals struct {
		Rights map[string]json.RawMessage `json:"riposte_rights"`
		Denies map[string]struct {
			Document json.RawMessage `json:"document"`
		} `json:"riposte_denies"`
	} `json:"locals"`
	Variable map[string]any `json:"variable"`
}

// What is deployed is what riposte permissions prints, but for the names of riposte's own roles.
func TestTerraformGrantsWhatPermissionsPrints(t *testing.T) {
	m := parsed[module](t, files(t, playbooks.All())["rights.tf.json"])
	tiers, err := permissions.Roles{}.For(playbooks.All(), action.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Locals.Rights) != len(tiers) {
		t.Errorf("%d tiers, want %d", len(m.Locals.Rights), len(tiers))
	}
	for _, tier := range tiers {
		b, err := tier.Document.JSON()
		if err != nil {
			t.Fatal(err)
		}
		want, got := parsed[map[string]any](t, string(b)), parsed[map[string]any](t, string(m.Locals.Rights[tier.Tier]))
		statements := want["Statement"].([]any)
		if last := statements[len(statements)-1].(map[string]any); last["Sid"] == permissions.NeverItself {
			last["Resource"] = "${local.riposte_own}"
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", tier.Tier, diff)
		}
	}
	ready, err := permissions.Predeployed()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range ready {
		if diff := cmp.Diff(parsed[any](t, string(p.Document)), parsed[any](t, string(m.Locals.Denies[p.Name].Document))); diff != "" {
			t.Errorf("%s:\n%s", p.Name, diff)
		}
	}
}

func TestOnlyWhatThePlaybooksNeedIsDeployed(t *testing.T) {
	of := some(t, "launch.termination-unprotected")
	all := files(t, of)
	if strings.Contains(all["patterns.json"], "PutParameter") || !strings.Contains(all["patterns.json"], "ModifyInstanceAttribute") {
		t.Errorf("patterns of one playbook: %s", all["patterns.json"])
	}
	readOnly := slices.Clone(of)
	readOnly[0].Changes = nil
	m := parsed[module](t, files(t, readOnly)["rights.tf.json"])
	if len(m.Locals.Denies) > 0 || m.Locals.Rights["contain"] != nil || m.Locals.Rights["audit"] == nil {
		t.Errorf("an organisation that only observes is given %v and %v", m.Locals.Rights, m.Locals.Denies)
	}
}

func TestCloudFormationIsSound(t *testing.T) {
	lint := mototest.Program(t, "cfn-lint")
	for name, of := range map[string][]playbook.Definition{"all": playbooks.All(), "one": some(t, "launch.unapproved-image")} {
		file := filepath.Join(t.TempDir(), name+".json")
		if err := os.WriteFile(file, []byte(files(t, of)["spoke.json"]), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), lint, file).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// What an action takes for a deny is what either way of deploying attaches, and nothing else: were they to differ, no principal
// could be denied.
func TestWhatIsDeployedCountsAsADeny(t *testing.T) {
	all := files(t, playbooks.All())
	documents := map[string]string{}
	for name, deny := range parsed[module](t, all["rights.tf.json"]).Locals.Denies {
		documents["terraform "+name] = string(deny.Document)
	}
	for _, r := range parsed[template](t, all["spoke.json"]).Resources {
		if name, _ := r.Properties["ManagedPolicyName"].(string); name != "" {
			b, err := json.Marshal(r.Properties["PolicyDocument"])
			if err != nil {
				t.Fatal(err)
			}
			documents["cloudformation "+name] = string(b)
		}
	}
	if len(documents) != 4 {
		t.Errorf("%d documents, want two policies in two ways", len(documents))
	}
	for name, document := range documents {
		if exact, err := action.DeniesEverything(document); err != nil || !exact {
			t.Errorf("%s is not taken for a deny: %s, %v", name, document, err)
		}
	}
}

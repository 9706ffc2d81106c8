package deploy_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/ripostehq/riposte/internal/mototest"
)

// synthesised is what examples/cdk makes of the templates, in a folder that has nothing else of the repository.
func synthesised(t *testing.T) []byte {
	t.Helper()
	if _, err := exec.LookPath("npm"); err != nil {
		mototest.Skip(t, "npm is not on PATH: examples/cdk is not synthesised")
	}
	dir := t.TempDir()
	own := filepath.Join(dir, "examples", "cdk")
	for from, to := range map[string]string{"../examples/cdk": own, "cloudformation": filepath.Join(dir, "deploy", "cloudformation")} {
		if err := os.MkdirAll(to, 0o755); err != nil {
			t.Fatal(err)
		}
		files, err := os.ReadDir(from)
		for _, f := range files {
			var text []byte
			if f.IsDir() {
				continue
			}
			if text, err = os.ReadFile(filepath.Join(from, f.Name())); err == nil {
				err = os.WriteFile(filepath.Join(to, f.Name()), text, 0o600)
			}
			if err != nil {
				break
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	install := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	install.Dir = own
	if out, err := install.CombinedOutput(); err != nil {
		t.Logf("%s", out)
		mototest.Skip(t, "npm can't install aws-cdk-lib: examples/cdk is not synthesised")
	}
	synth := exec.Command("npm", "run", "synth")
	synth.Dir = own
	if out, err := synth.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(own, "cdk.out", "riposte-hub.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// CDK takes nothing away from the hub's template, and brings the spoke's to the letter, with values for parameters that it has.
func TestCDKDeploysTheTemplates(t *testing.T) {
	type resource struct {
		Type       string
		Condition  string
		Properties map[string]any
	}
	var made struct {
		Parameters map[string]struct{ Default any }
		Resources  map[string]resource
		Outputs    map[string]any
	}
	if err := json.Unmarshal(synthesised(t), &made); err != nil {
		t.Fatal(err)
	}
	hub, err := os.ReadFile("cloudformation/hub.yaml")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, named := range regexp.MustCompile(`(?m)^  (\w+):(?: #.*)?\n    Type: (AWS::\w+::\w+)`).FindAllSubmatch(hub, -1) {
		found++
		if got := made.Resources[string(named[1])].Type; got != string(named[2]) {
			t.Errorf("%s is %q, want %s", named[1], got, named[2])
		}
	}
	if others := len(made.Resources) - found; found < 20 || others != 1 {
		t.Errorf("%d resources of the hub's, and %d others: want the StackSet alone", found, others)
	}
	for name, want := range map[string]string{"OrganizationId": "o-a1b2c3d4e5", "CodeBucket": "my-code-in-this-region", "ConfigLocation": "ssm:/riposte/config"} {
		if made.Parameters[name].Default != want {
			t.Errorf("%s is %v by default, want %s", name, made.Parameters[name].Default, want)
		}
	}
	spokes := made.Resources["Spokes"].Properties
	var spoke, want map[string]any
	text, err := os.ReadFile("cloudformation/spoke.json")
	body, _ := spokes["TemplateBody"].(string)
	if err != nil || json.Unmarshal(text, &want) != nil || json.Unmarshal([]byte(body), &spoke) != nil || !reflect.DeepEqual(spoke, want) {
		t.Errorf("the StackSet has another template than cloudformation/spoke.json: %v", err)
	}
	if len(body) > 51_200 {
		t.Errorf("the template has %d bytes: CloudFormation takes 51,200 within a call", len(body))
	}
	var set []string
	for _, p := range spokes["Parameters"].([]any) {
		name, _ := p.(map[string]any)["ParameterKey"].(string)
		set = append(set, name)
		if _, is := want["Parameters"].(map[string]any)[name]; !is {
			t.Errorf("the spoke has no parameter %s", name)
		}
	}
	for name, p := range want["Parameters"].(map[string]any) {
		if _, may := p.(map[string]any)["Default"]; !may && !slices.Contains(set, name) {
			t.Errorf("nothing sets %s", name)
		}
	}
}

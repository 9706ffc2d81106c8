// Package deploy holds what deploys riposte; its tests apply that to an AWS that others wrote.
package deploy_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/e2e/terraform"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/internal/pattern"
	"github.com/ripostehq/riposte/playbooks"
)

// These tests wait for queues more than they work: as many as there are processors at once would take twice as long.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "5"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func TestTerraformIsFormatted(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(mototest.Program(t, "terraform"), "fmt", "-check", "-recursive", "-diff", ".")
	cmd.Dir = "terraform"
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("terraform fmt -recursive deploy/terraform would change: %v\n%s", err, out)
	}
}

// The examples call the modules, so what is wrong with one of these is wrong with an example.
func TestExamplesAreValid(t *testing.T) {
	t.Parallel()
	examples, err := filepath.Glob("terraform/examples/*")
	if err != nil || len(examples) < 3 {
		t.Fatalf("examples: %v, %v", examples, err)
	}
	for _, folder := range examples {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			if err := terraform.Open(t, folder, "AWS_REGION=eu-west-1").Validate(t); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTemplatesAreValid(t *testing.T) {
	t.Parallel()
	lint := mototest.Program(t, "cfn-lint")
	templates, err := filepath.Glob("cloudformation/*.[jy]*")
	if err != nil {
		t.Fatal(err)
	}
	if len(templates) < 2 {
		t.Errorf("templates of the hub and of the spoke: found %v", templates)
	}
	if out, err := exec.Command(lint, templates...).CombinedOutput(); err != nil {
		t.Errorf("cfn-lint: %v\n%s", err, out)
	}
}

// What a spoke forwards and the hub's rule leaves out would be lost between them.
func TestTheHubPassesOnWhatTheSpokesForward(t *testing.T) {
	rules, err := pattern.For(playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"terraform/modules/hub/bus.tf", "cloudformation/hub.yaml"} {
		hub, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rules {
			for _, of := range r.Pattern.DetailType {
				if !strings.Contains(string(hub), string(of)) {
					t.Errorf("%s does not let %q through, which rule %s forwards", file, of, r.Name)
				}
			}
		}
	}
}

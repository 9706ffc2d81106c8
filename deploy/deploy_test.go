// Package deploy holds what deploys riposte; its tests apply that to an AWS that others wrote.
package deploy_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ripostehq/riposte/e2e/terraform"
	"github.com/ripostehq/riposte/internal/mototest"
)

func TestTerraformIsFormatted(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(mototest.Program(t, "terraform"), "fmt", "-check", "-recursive", "-diff", ".")
	cmd.Dir = "terraform"
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("terraform fmt -recursive deploy/terraform would change: %v\n%s", err, out)
	}
}

// Every folder with a .tf file is a module that somebody may call.
func TestModulesAreValid(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("terraform/*/*/*.tf*")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, file := range files {
		folder := filepath.Dir(file)
		if seen[folder] {
			continue
		}
		seen[folder] = true
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			if err := terraform.Open(t, folder, "AWS_REGION=eu-west-1").Validate(t); err != nil {
				t.Error(err)
			}
		})
	}
	if len(seen) < 4 {
		t.Errorf("modules: found %d", len(seen))
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

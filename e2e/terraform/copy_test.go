package terraform

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestWhatSomebodyDeployedFromHereStaysThere(t *testing.T) {
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "deploy")
	for _, name := range []string{
		"example/main.tf", "example/patterns.json", "example/terraform.tfstate", "example/terraform.tfvars", "example/mine.auto.tfvars.json",
		"example/override.tf", "example/.terraform.lock.hcl", "example/.terraform/modules/modules.json", "hub.yaml", "deploy_test.go",
	} {
		if err := os.MkdirAll(filepath.Join(from, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(from, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := copyModules(to, from); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, pattern := range []string{"*", "*/*", "*/*/*"} {
		found, err := filepath.Glob(filepath.Join(to, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			if info, err := os.Stat(path); err == nil && !info.IsDir() {
				part, err := filepath.Rel(to, path)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, part)
			}
		}
	}
	slices.Sort(got)
	if want := []string{"example/main.tf", "example/patterns.json", "hub.yaml"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

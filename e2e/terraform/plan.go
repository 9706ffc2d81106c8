package terraform

import (
	"encoding/json"
	"errors"
	"os/exec"
	"slices"
	"testing"
	"time"
)

// Change is what a plan would do to one resource.
type Change struct {
	Address string
	Actions []string // create, update, delete, read
	Before  map[string]any
	After   map[string]any
}

// Plan lists what terraform would change now: nothing, where AWS is as the modules say.
func (f *Folder) Plan(t testing.TB) (out []Change) {
	t.Helper()
	const file = "test.plan"
	said, err := f.with(t.Context(), "plan", "-detailed-exitcode", "-out="+file)
	if err == nil {
		return nil
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 2 { // 2: there are changes
		t.Fatalf("terraform plan: %v\n%s", err, said)
	}
	text, err := f.run(t.Context(), time.Minute, "show", "-json", file)
	if err != nil {
		t.Fatalf("terraform show: %v\n%s", err, text)
	}
	var plan struct {
		Changes []struct {
			Address string
			Change  struct {
				Actions       []string
				Before, After map[string]any
			}
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal(text, &plan); err != nil {
		t.Fatalf("terraform show: %v", err)
	}
	for _, c := range plan.Changes {
		if !slices.Equal(c.Change.Actions, []string{"no-op"}) {
			out = append(out, Change{c.Address, c.Change.Actions, c.Change.Before, c.Change.After})
		}
	}
	return out
}

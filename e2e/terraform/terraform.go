// Package terraform runs terraform for tests, on a copy of the project's modules, against whatever AWS the environment
// names: nothing is written into the project, and what was applied goes with the test.
package terraform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/mototest"
)

// Folder is a root module, initialised, in a copy of deploy/.
type Folder struct {
	program, path string
	env           []string
	vars          string // a file of variables; "" without any
}

// Open copies deploy/ and initialises one of its folders ("terraform/examples/single-account"). env ("NAME=value") goes
// over the process's own, as Server.Env of mototest has it. Where there is no terraform, or no provider, the test is
// skipped with one line, and fails with CI=true.
func Open(t testing.TB, folder string, env ...string) *Folder {
	t.Helper()
	f := &Folder{program: mototest.Program(t, "terraform")}
	root := filepath.Join(t.TempDir(), "deploy")
	if err := os.CopyFS(root, os.DirFS(Deploy())); err != nil {
		t.Fatalf("copy the modules: %v", err)
	}
	f.path = filepath.Join(root, folder)
	f.env = append(append(os.Environ(), "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1", "TF_INPUT=0"), providers(t, filepath.Dir(root))...)
	f.env = append(f.env, env...)
	if out, err := f.run(t.Context(), 5*time.Minute, "init", "-backend=false", "-no-color"); err != nil {
		mototest.Skip(t, fmt.Sprintf("terraform can't have its AWS provider: %v\n%s", err, out))
	}
	return f
}

// Apply opens a folder, applies it with variables, and destroys it at the end of the test.
func Apply(t testing.TB, folder string, vars map[string]any, env ...string) *Folder {
	t.Helper()
	f := Open(t, folder, env...)
	text, err := json.Marshal(vars)
	if err != nil {
		t.Fatalf("variables: %v", err)
	}
	f.vars = filepath.Join(f.path, "test.tfvars.json")
	if err := os.WriteFile(f.vars, text, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Destroy(t) })
	if out, err := f.with(t.Context(), "apply", "-auto-approve"); err != nil {
		t.Fatalf("terraform apply: %v\n%s", err, out)
	}
	return f
}

// Validate says what terraform finds wrong with the folder.
func (f *Folder) Validate(t testing.TB) error {
	out, err := f.run(t.Context(), time.Minute, "validate", "-no-color")
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// Output is one of the folder's outputs, decoded into the value pointed to.
func (f *Folder) Output(t testing.TB, name string, into any) {
	t.Helper()
	out, err := f.run(t.Context(), time.Minute, "output", "-json", name)
	if err == nil {
		err = json.Unmarshal(out, into)
	}
	if err != nil {
		t.Fatalf("output %q: %v: %s", name, err, out)
	}
}

// Text is an output that is text.
func (f *Folder) Text(t testing.TB, name string) (out string) {
	t.Helper()
	f.Output(t, name, &out)
	return out
}

// Destroy takes everything away again. A second time there is nothing to do.
func (f *Folder) Destroy(t testing.TB) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // the test may be over
	if out, err := f.with(ctx, "destroy", "-auto-approve"); err != nil {
		t.Errorf("terraform destroy: %v\n%s", err, out)
	}
}

// with runs a verb that takes variables and may take minutes: creating and deleting a queue are waited for.
func (f *Folder) with(ctx context.Context, verb string, args ...string) ([]byte, error) {
	args = append([]string{verb, "-no-color", "-parallelism=30"}, args...)
	if f.vars != "" {
		args = append(args, "-var-file="+f.vars)
	}
	return f.run(ctx, 8*time.Minute, args...)
}

// run gives back standard output, or with an error what was said on both.
func (f *Folder) run(ctx context.Context, limit time.Duration, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var out, said bytes.Buffer
	cmd := exec.CommandContext(ctx, f.program, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = f.path, f.env, &out, &said
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it writes its state down then
	cmd.WaitDelay = 20 * time.Second
	err := cmd.Run()
	if err != nil {
		return append(out.Bytes(), said.Bytes()...), errors.Join(err, context.Cause(ctx))
	}
	return out.Bytes(), nil
}

// Deploy is the project's folder of modules and templates.
func Deploy() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "deploy")
}

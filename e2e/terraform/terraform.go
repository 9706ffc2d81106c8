// Package terraform runs terraform for tests, on a copy of the project's modules, against whatever AWS the environment
// names; nothing is written into the project.
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
	vars          string                     // a file of variables; "" without any
	outputs       map[string]json.RawMessage // after Apply
}

// Open copies deploy/ and initialises one of its folders ("terraform/examples/single-account"). env ("NAME=value") goes
// over the process's own, as Server.Env of mototest has it. Where there is no terraform, or no provider, the test is
// skipped with one line, and fails with CI=true.
func Open(t testing.TB, folder string, env ...string) *Folder {
	t.Helper()
	return open(t, deploy(), folder, env)
}

// Foreign is Apply for a module that is none of riposte's: a path of the test's own.
func Foreign(t testing.TB, path string, vars map[string]any, env ...string) *Folder {
	t.Helper()
	return open(t, path, ".", env).applied(t, vars)
}

func open(t testing.TB, modules, folder string, env []string) *Folder {
	t.Helper()
	f := &Folder{program: mototest.Program(t, "terraform")}
	root := filepath.Join(t.TempDir(), "deploy")
	if err := copyModules(root, modules); err != nil {
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

// Checkout copies deploy/ into a folder, as a clone has it, and gives the environment in which
// terraform finds its provider there; see Open for where it can't.
func Checkout(t testing.TB, root string) (env []string) {
	t.Helper()
	mototest.Program(t, "terraform")
	if err := copyModules(filepath.Join(root, "deploy"), deploy()); err != nil {
		t.Fatalf("copy the modules: %v", err)
	}
	return append([]string{"CHECKPOINT_DISABLE=1"}, providers(t, t.TempDir())...)
}

// Apply opens a folder and applies it with variables. AWS being a server that ends with the test, nothing is destroyed then:
// that would take a minute.
func Apply(t testing.TB, folder string, vars map[string]any, env ...string) *Folder {
	t.Helper()
	return Open(t, folder, env...).applied(t, vars)
}

func (f *Folder) applied(t testing.TB, vars map[string]any) *Folder {
	t.Helper()
	f.Set(t, vars)
	if out, err := f.with(t.Context(), "apply", "-auto-approve"); err != nil {
		t.Fatalf("terraform apply: %v\n%s", err, out)
	}
	f.read(t)
	return f
}

// Set gives the folder its variables, instead of those it had.
func (f *Folder) Set(t testing.TB, vars map[string]any) {
	t.Helper()
	text, err := json.Marshal(vars)
	if err != nil {
		t.Fatalf("variables: %v", err)
	}
	f.vars = filepath.Join(f.path, "test.tfvars.json")
	if err := os.WriteFile(f.vars, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// read keeps the outputs: a call of terraform each would take a second.
func (f *Folder) read(t testing.TB) {
	t.Helper()
	out, err := f.run(t.Context(), time.Minute, "output", "-json")
	var values map[string]struct{ Value json.RawMessage }
	if err == nil {
		err = json.Unmarshal(out, &values)
	}
	if err != nil {
		t.Fatalf("terraform output: %v: %s", err, out)
	}
	f.outputs = map[string]json.RawMessage{}
	for name, v := range values {
		f.outputs[name] = v.Value
	}
}

// Validate says what terraform finds wrong with the folder.
func (f *Folder) Validate(t testing.TB) error {
	out, err := f.run(t.Context(), time.Minute, "validate", "-no-color")
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// Output is one of the outputs of what was applied, decoded into the value pointed to. An output that is null is left out.
func (f *Folder) Output(t testing.TB, name string, into any) {
	t.Helper()
	value, ok := f.outputs[name]
	if !ok {
		t.Fatalf("output %q: there is none", name)
	}
	if err := json.Unmarshal(value, into); err != nil {
		t.Fatalf("output %q: %v", name, err)
	}
}

// Text is an output that is text.
func (f *Folder) Text(t testing.TB, name string) (out string) {
	t.Helper()
	f.Output(t, name, &out)
	return out
}

// Destroy takes everything away again.
func (f *Folder) Destroy(t testing.TB) {
	t.Helper()
	if out, err := f.with(t.Context(), "destroy", "-auto-approve"); err != nil {
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

// deploy is the project's folder of modules and templates.
func deploy() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "deploy")
}

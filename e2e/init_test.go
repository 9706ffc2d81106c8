package e2e

import (
	"archive/zip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ripostehq/riposte/e2e/terraform"
	"github.com/ripostehq/riposte/internal/mototest"
)

// What riposte init has one type is typed, as it is printed, into a shell that reads it line by line, as from a terminal: a program that asks something
// swallows the rest. It ends with a riposte that observes, as a daemon or as a function that reads its configuration from a parameter.
func TestWhatInitSaysIsTyped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		form  string
		last  string   // the last line that is typed, and what is typed in its place
		wants []string // of what it says
	}{
		{"daemon", "riposte serve --config \"$PWD\"/riposte.yaml\n", []string{"acts      nowhere\n", "rights    audit, report\n", "ledger    dynamodb:riposte-record\n"}},
		{"lambda", "bin/riposte cases --config \"$PWD\"/riposte.yaml\n", []string{`"Version": 1`}},
	} {
		t.Run(c.form, func(t *testing.T) {
			t.Parallel()
			s := mototest.Start(t)
			root := t.TempDir()
			env := append(append(os.Environ(), terraform.Checkout(t, root)...), s.Env()...)
			must(t, os.MkdirAll(filepath.Join(root, "bin"), 0o700))
			must(t, os.Symlink(riposte(t), filepath.Join(root, "bin", "riposte")))
			packed(t, filepath.Join(root, "bin", "riposte-lambda-arm64.zip"))
			said := typed(t, root, append(env, "AWS_MAX_ATTEMPTS=1"), "bin/riposte init --account --run-as "+c.form+" 2> init.log || cat init.log\n")
			operated(t, filepath.Join(root, "riposte.tfvars"))
			text := replace(t, said, "make build\n", "") // it is built
			text = strings.Replace(text, "make lambda\n", "", 1)
			check := strings.Replace(c.last, "riposte serve", "riposte serve --check", 1)
			text = replace(t, text, c.last, strings.TrimSuffix(check, "\n")+" && echo it came to the end\n")
			out := typed(t, root, env, text)
			for _, want := range append(c.wants, "it came to the end\n") {
				if !strings.Contains(out, want) {
					t.Fatalf("it does not say %q:\n%s\n%s", want, said, out)
				}
			}
			var role struct{ PolicyNames []string }
			must(t, clientOf(t, s).call(t, &role, "iam", "list-role-policies", "--role-name", "riposte-operate"))
			if strings.Join(role.PolicyNames, " ") != "operate" {
				t.Errorf("operators have the policies %v", role.PolicyNames)
			}
			if c.form == "lambda" {
				served(t, s, root)
			}
		})
	}
}

// served wants a function that is told where its configuration lies, and the file to lie there.
func served(t *testing.T, s *mototest.Server, root string) {
	t.Helper()
	var f struct {
		Environment struct{ Variables map[string]string }
	}
	must(t, clientOf(t, s).call(t, &f, "lambda", "get-function-configuration", "--function-name", "riposte-function"))
	if got := f.Environment.Variables; len(got) != 1 || got["RIPOSTE_CONFIG"] != "ssm:/riposte/config" {
		t.Errorf("the function is told %v", got)
	}
	p, err := ssm.NewFromConfig(s.Config(ireland)).GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/riposte/config"), WithDecryption: aws.Bool(true)})
	must(t, err)
	file, err := os.ReadFile(filepath.Join(root, "riposte.yaml"))
	must(t, err)
	if strings.TrimSpace(aws.ToString(p.Parameter.Value)) != strings.TrimSpace(string(file)) {
		t.Errorf("the parameter is not the file:\n%s", *p.Parameter.Value)
	}
}

// operated names operators in the variables, as their comment says it.
func operated(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	must(t, err)
	with := replace(t, string(text), `# operators = ["arn:aws:iam::`+mototest.Account+`:role/ROLE"]`, `operators = ["arn:aws:iam::`+mototest.Account+`:role/on-call"]`)
	must(t, os.WriteFile(file, []byte(with), 0o600))
}

// typed is what a shell says to what is typed into it.
func typed(t *testing.T, dir string, env []string, text string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), "bash")
	c.Dir, c.Env, c.Stdin = dir, env, strings.NewReader(text)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v:\n%s\nto\n%s", err, out, text)
	}
	return string(out)
}

// packed is a package that Lambda takes and nobody invokes.
func packed(t *testing.T, name string) {
	t.Helper()
	f, err := os.Create(name)
	must(t, err)
	z := zip.NewWriter(f)
	_, err = z.Create("bootstrap")
	must(t, err)
	must(t, z.Close())
	must(t, f.Close())
}

package e2e

import (
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/e2e/terraform"
	"github.com/ripostehq/riposte/internal/mototest"
)

// What the README has an operator paste is pasted: into a shell that reads it line by line, as from a terminal, so that a
// program which asks something swallows the rest. It ends with a riposte that observes, as its own role, which whoever
// pasted it may assume.
func TestTheREADMEsDeploymentCanBePasted(t *testing.T) {
	t.Parallel()
	s := mototest.Start(t)
	root := t.TempDir()
	env := append(os.Environ(), terraform.Checkout(t, root)...)
	must(t, os.MkdirAll(filepath.Join(root, "bin"), 0o700))
	must(t, os.Symlink(riposte(t), filepath.Join(root, "bin", "riposte")))
	blocks := pasted(t, "## On AWS")
	if len(blocks) != 2 {
		t.Fatalf("%d blocks of commands, want those of the emulator and of the deployment", len(blocks))
	}
	text := replace(t, blocks[1], "make build\n", "") // it is built
	text = replace(t, text, "riposte serve\n", "riposte serve --check && echo it came to the end\n")
	c := exec.CommandContext(t.Context(), "bash")
	c.Dir, c.Env, c.Stdin = root, append(env, s.Env()...), strings.NewReader(text)
	out, err := c.CombinedOutput()
	for _, want := range []string{"it came to the end\n", "acts      nowhere\n", "rights    audit, report, contain\n", "ledger    dynamodb:riposte-record\n"} {
		if err != nil || !strings.Contains(string(out), want) {
			t.Fatalf("%v; it does not say %q:\n%s", err, want, out)
		}
	}
	for _, file := range []string{"riposte.yaml", "deploy/terraform/examples/single-account/own.auto.tfvars"} {
		info, err := os.Stat(filepath.Join(root, file))
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s holds a secret, and is %v", file, info.Mode())
		}
	}
	r, err := iam.NewFromConfig(s.Config(ireland)).GetRole(t.Context(), &iam.GetRoleInput{RoleName: aws.String("riposte-own")})
	must(t, err)
	trust, err := url.QueryUnescape(aws.ToString(r.Role.AssumeRolePolicyDocument))
	must(t, err)
	var caller struct{ Arn string }
	must(t, clientOf(t, s).call(t, &caller, "sts", "get-caller-identity"))
	if !json.Valid([]byte(trust)) || !strings.Contains(trust, caller.Arn) {
		t.Errorf("%s, who pasted it, may not be riposte: %s", caller.Arn, trust)
	}
}

// pasted are the blocks of commands in a section of the README.
func pasted(t *testing.T, heading string) (out []string) {
	t.Helper()
	readme, err := os.ReadFile("../README.md")
	must(t, err)
	_, section, _ := strings.Cut(string(readme), "\n"+heading+"\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, part := range strings.Split(section, "\n```sh\n")[1:] {
		block, _, _ := strings.Cut(part, "```")
		out = append(out, block)
	}
	return out
}

// replace puts one line in place of another that must be there.
func replace(t *testing.T, text, old, with string) string {
	t.Helper()
	if strings.Count(text, old) != 1 {
		t.Fatalf("%q stands %d times in\n%s", old, strings.Count(text, old), text)
	}
	return strings.Replace(text, old, with, 1)
}

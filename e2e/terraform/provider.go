package terraform

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// providers is the environment by which terraform finds its AWS provider: settings of the user's own, a mirror named by
// TF_PLUGIN_MIRROR, or one that lies below /opt. Else terraform looks where it always does: in its own mirrors, then in
// the registry.
func providers(t testing.TB, scratch string) []string {
	t.Helper()
	if file := os.Getenv("TF_CLI_CONFIG_FILE"); file != "" && exists(file) {
		return nil
	}
	file, text := filepath.Join(scratch, "terraform.rc"), ""
	if mirror := mirror(); mirror != "" {
		text = fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror)
	} else if home, err := os.UserHomeDir(); err == nil && exists(filepath.Join(home, ".terraformrc")) {
		return []string{"TF_CLI_CONFIG_FILE=" + filepath.Join(home, ".terraformrc")}
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"TF_CLI_CONFIG_FILE=" + file} // the variable may name a file that is not there
}

func mirror() string {
	if dir := os.Getenv("TF_PLUGIN_MIRROR"); dir != "" {
		return dir
	}
	found, err := filepath.Glob("/opt/*/registry.terraform.io/hashicorp/aws")
	if err != nil || len(found) == 0 {
		return ""
	}
	return filepath.Dir(filepath.Dir(filepath.Dir(found[0])))
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

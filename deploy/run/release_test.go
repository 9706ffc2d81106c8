package run_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/ripostehq/riposte/internal/mototest"
)

// info is who and when a file in an archive is of.
type info struct {
	Owner, Group string
	Mode         int
	Mtime        string
}

type built struct {
	ID, Goos, Goarch, Use, Dockerfile string
	IDs                               []string
	Templates                         []string `yaml:"image_templates"`
	Flags                             []string `yaml:"build_flag_templates"`
}

type signature struct {
	ID, Cmd, Artifacts, Signature string
	Args                          []string
}

type globs []struct{ Glob string }

// plan is .goreleaser.yaml as far as this project uses it: a key that is not here is an error, since nobody looked at it.
type plan struct {
	Version int
	Project string `yaml:"project_name"`
	Before  struct{ Hooks []string }
	Builds  []struct {
		ID, Main, Binary                          string
		Env, Flags, Ldflags, Goos, Goarch, Ignore []string
		Modified                                  string `yaml:"mod_timestamp"`
	}
	Archives []struct {
		ID           string
		IDs, Formats []string
		Name         string `yaml:"name_template"`
		Built        info   `yaml:"builds_info"`
		Files        []struct {
			Src  string
			Info info
		}
	}
	Checksum struct {
		Name  string `yaml:"name_template"`
		Files globs  `yaml:"extra_files"`
	}
	Sboms     []struct{ ID, Artifacts string }
	Signs     []signature
	Dockers   []built
	Manifests []struct {
		Name      string   `yaml:"name_template"`
		Templates []string `yaml:"image_templates"`
	} `yaml:"docker_manifests"`
	ImageSigns []signature `yaml:"docker_signs"`
	Changelog  struct{ Disable bool }
	Release    struct {
		Draft bool
		Files globs `yaml:"extra_files"`
	}
}

func planned(t *testing.T) (p plan) {
	t.Helper()
	text, err := os.ReadFile("../../.goreleaser.yaml")
	if err == nil {
		err = yaml.UnmarshalWithOptions(text, &p, yaml.Strict())
	}
	if err != nil || p.Version != 2 || len(p.Builds) != 1 || len(p.Archives) != 1 {
		t.Fatalf("version %d, %d builds, %d archives: %v", p.Version, len(p.Builds), len(p.Archives), err)
	}
	return p
}

// A release that lacks a signature, or was not built as it can be built again, is noticed by nobody before somebody needs that.
func TestARelease(t *testing.T) {
	p := planned(t)
	b := p.Builds[0]
	for what, ok := range map[string]bool{
		"four binaries, static, without paths, and of the commit": slices.Equal(b.Goos, []string{"linux", "darwin"}) && slices.Equal(b.Goarch, []string{"amd64", "arm64"}) &&
			slices.Equal(b.Env, []string{"CGO_ENABLED=0"}) && slices.Equal(b.Flags, []string{"-trimpath", "-buildvcs=true"}) && len(b.Ignore) == 0,
		"the program":                     b.Main == "./cmd/riposte" && b.Binary == "riposte",
		"the commit's time":               b.Modified == "{{ .CommitTimestamp }}" && p.Archives[0].Built == info{"root", "root", 0o755, "{{ .CommitDate }}"},
		"the function, by its own bundle": slices.Equal(p.Before.Hooks, []string{"go run ./internal/bundle -o bin"}),
		"a list of bills of materials":    len(p.Sboms) == 1 && p.Sboms[0].Artifacts == "archive",
		"a draft that a person looks at":  p.Release.Draft && p.Changelog.Disable,
	} {
		if !ok {
			t.Errorf("want %s: %+v", what, p)
		}
	}
	for _, f := range p.Archives[0].Files {
		if f.Info != (info{"root", "root", 0o644, "{{ .CommitDate }}"}) {
			t.Errorf("%s: whose and when it is must not come from the machine: %+v", f.Src, f.Info)
		}
		if found, err := filepath.Glob(filepath.Join("../..", strings.ReplaceAll(f.Src, "**/", ""))); err != nil || len(found) == 0 {
			t.Errorf("%s: no such files: %v", f.Src, err)
		}
	}
	for name, g := range map[string]globs{"checksums": p.Checksum.Files, "the release": p.Release.Files} {
		if len(g) != 1 || g[0].Glob != "bin/riposte-lambda-*.zip" {
			t.Errorf("%s: want the function's packages: %+v", name, g)
		}
	}
	if s := p.Signs; len(s) != 1 || s[0].Cmd != "cosign" || s[0].Artifacts != "checksum" || !slices.Contains(s[0].Args, "--bundle=${signature}") {
		t.Errorf("want %s signed, which has all else in it: %+v", p.Checksum.Name, s)
	}
}

func TestTheImageOfARelease(t *testing.T) {
	p := planned(t)
	var images []string
	for _, d := range p.Dockers {
		if _, err := os.Stat(filepath.Join("../..", d.Dockerfile)); err != nil || d.Goos != "linux" || len(d.Flags) == 0 || d.Flags[0] != "--platform=linux/"+d.Goarch {
			t.Errorf("image %s: %+v, %v", d.ID, d, err)
		}
		images = append(images, d.Templates...)
	}
	if m := p.Manifests; len(p.Dockers) != 2 || len(m) != 1 || !slices.Equal(m[0].Templates, images) || strings.Contains(m[0].Name, "latest") {
		t.Errorf("want one manifest of both images, under its version alone: %+v of %q", m, images)
	}
	if s := p.ImageSigns; len(s) != 1 || s[0].Cmd != "cosign" || s[0].Artifacts != "manifests" || s[0].Args[len(s[0].Args)-1] != "${artifact}@${digest}" {
		t.Errorf("want the manifest signed, by its digest: %+v", s)
	}
}

// The workflow may sign, has what the plan calls, and takes the version of goreleaser that was looked at.
func TestTheWorkflowOfARelease(t *testing.T) {
	var w struct {
		Permissions map[string]string
		Jobs        map[string]struct {
			Steps []struct {
				Uses, Run string
				With      map[string]string
			}
		}
	}
	text, err := os.ReadFile("../../.github/workflows/release.yml")
	if err == nil {
		err = yaml.Unmarshal(text, &w)
	}
	if err != nil {
		t.Fatal(err)
	}
	for right, why := range map[string]string{"contents": "the release", "packages": "the image", "id-token": "cosign"} {
		if w.Permissions[right] != "write" {
			t.Errorf("%s: %q, and %s needs it", right, w.Permissions[right], why)
		}
	}
	var used []string
	for _, s := range w.Jobs["release"].Steps {
		name, version, pinned := strings.Cut(s.Uses, "@")
		if s.Uses != "" && (!pinned || strings.Count(version, ".") != 2) {
			t.Errorf("%s: want one version of it", s.Uses)
		}
		if name == "goreleaser/goreleaser-action" && strings.ContainsAny(s.With["version"], "~^ ") {
			t.Errorf("goreleaser %s: want one version of it", s.With["version"])
		}
		used = append(used, name)
	}
	last := slices.Index(used, "goreleaser/goreleaser-action")
	for _, before := range []string{"anchore/sbom-action/download-syft", "sigstore/cosign-installer", "docker/setup-buildx-action", "docker/login-action"} {
		if i := slices.Index(used, before); i < 0 || i > last {
			t.Errorf("%s is not there before goreleaser: %q", before, used)
		}
	}
}

// Goreleaser's own word for it, where it is on PATH.
func TestGoreleaserTakesThePlan(t *testing.T) {
	if _, err := exec.LookPath("goreleaser"); err != nil {
		mototest.SkipRare(t, "goreleaser is not on PATH: its own check of .goreleaser.yaml is not made")
	}
	dir := t.TempDir() // a repository of its own, since the check wants to know where it comes from
	text, err := os.ReadFile("../../.goreleaser.yaml")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, ".goreleaser.yaml"), text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"git", "init", "--quiet"}, {"git", "remote", "add", "origin", "https://github.com/ripostehq/riposte"}, {"goreleaser", "check"}} {
		run := exec.Command(args[0], args[1:]...)
		run.Dir = dir
		if out, err := run.CombinedOutput(); err != nil {
			t.Fatalf("%q: %v: %s", args, err, out)
		}
	}
}

// Whoever builds a release's commit with its Go gets its binary, wherever the clone lies.
func TestTwoClonesOfACommitAreOneBinary(t *testing.T) {
	if err := exec.Command("git", "rev-parse", "HEAD").Run(); err != nil {
		mototest.SkipRare(t, "this is no clone, or git is not there: nothing says which commit is built")
	}
	p := planned(t)
	var built [2][]byte
	for i := range built {
		clone, file := filepath.Join(t.TempDir(), strings.Repeat("deep/", i), "riposte"), filepath.Join(t.TempDir(), "riposte")
		if out, err := exec.Command("git", "clone", "--quiet", "../..", clone).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		build := exec.Command("go", slices.Concat([]string{"build", "-ldflags=" + strings.Join(p.Builds[0].Ldflags, " "), "-o", file}, p.Builds[0].Flags, []string{p.Builds[0].Main})...)
		build.Dir, build.Env = clone, append(os.Environ(), p.Builds[0].Env...)
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		var err error
		if built[i], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(built[i], []byte(clone)) {
			t.Error("the binary holds the path that it was built in")
		}
	}
	if !bytes.Equal(built[0], built[1]) {
		t.Error("two builds of one commit differ")
	}
}

// Package run_test holds what runs the daemon (systemd, an image, a chart) against the binary: nothing else notices a flag or a
// port that is there no more.
package run_test

import (
	"debug/elf"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/playbooks"
)

// binary builds riposte as make build does.
func binary(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "riposte")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", file, "../../cmd/riposte")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return file
}

var flag = regexp.MustCompile(`^--[a-z-]+`)

// serves wants arguments to be those of riposte serve: its flags, and its configuration where it is put.
func serves(t *testing.T, riposte string, args []string) {
	t.Helper()
	help, err := exec.Command(riposte, "serve", "--help").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, help)
	}
	if len(args) == 0 || args[0] != "serve" {
		t.Fatalf("want riposte serve: %q", args)
	}
	for _, arg := range args[1:] {
		if name := flag.FindString(arg); name != "" && !strings.Contains(string(help), " "+name+"=") {
			t.Errorf("riposte serve has no %s", name)
		}
	}
	line := strings.ReplaceAll(strings.Join(args, " "), "=", " ")
	for _, want := range []string{"--config /etc/riposte/riposte.yaml", "--format json"} {
		if !strings.Contains(line, want) {
			t.Errorf("%s: want %s", line, want)
		}
	}
	// Whether the values are taken, too: --check does nothing, and says what would be done.
	own := filepath.Join(t.TempDir(), "riposte.yaml")
	if err := os.WriteFile(own, []byte("sources: [{stdin: {}}]\nmetrics: {listen: \"127.0.0.1:0\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	check := exec.Command(riposte, append(strings.Fields(strings.ReplaceAll(line, "/etc/riposte/riposte.yaml", own)), "--check")...)
	check.Dir = t.TempDir()
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("riposte %s --check: %v: %s", line, err, out)
	}
}

func port(t *testing.T) string {
	t.Helper()
	_, port, err := net.SplitHostPort(config.DefaultMetrics)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// unit is a file of systemd's: by key, all that it is set to.
func unit(t *testing.T, file string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	set := map[string][]string{}
	for line := range strings.SplitSeq(string(text), "\n") {
		if key, value, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			set[key] = append(set[key], value)
		}
	}
	return set
}

func TestService(t *testing.T) {
	const file = "systemd/riposte.service"
	riposte, set := binary(t), unit(t, file)
	program, args, _ := strings.Cut(set["ExecStart"][0], " ")
	serves(t, riposte, strings.Fields(args))
	for key, want := range map[string]string{
		"DynamicUser": "yes", "ProtectSystem": "strict", "NoNewPrivileges": "yes", "StateDirectory": "riposte", "WorkingDirectory": "%S/riposte", "Restart": "always",
		"CapabilityBoundingSet": "", "ExecReload": "/bin/kill -HUP $MAINPID", "RestartPreventExitStatus": "2", "UMask": "0077", "TimeoutStopSec": "40s",
		"StateDirectoryMode": "0700", "PrivateDevices": "yes", "ProtectHome": "yes", "MemoryDenyWriteExecute": "yes", "StartLimitIntervalSec": "0",
	} {
		if got := set[key]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	t.Run("systemd reads it", func(t *testing.T) {
		analyze, err := exec.LookPath("systemd-analyze")
		if err != nil {
			mototest.SkipRare(t, "systemd-analyze is not installed: the unit is read by this test alone")
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		there := filepath.Join(t.TempDir(), "riposte.service")
		if err := os.WriteFile(there, []byte(strings.ReplaceAll(string(text), program, riposte)), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(analyze, "verify", "--man=no", there).CombinedOutput(); err != nil || strings.Contains(string(out), there) {
			t.Errorf("%v: %s", err, out)
		}
		// Exposure in tenths, 100 is a service that nothing holds; what is left is mostly that it talks to the network.
		if out, err := exec.Command(analyze, "security", "--no-pager", "--offline=true", "--threshold=20", there).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
}

func TestImage(t *testing.T) {
	riposte := binary(t)
	text, err := os.ReadFile("container/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	set := map[string][]string{}
	for line := range strings.SplitSeq(string(text), "\n") {
		if word, rest, ok := strings.Cut(line, " "); ok && word != "#" {
			set[word] = append(set[word], rest)
		}
	}
	if from := set["FROM"]; len(from) != 1 || !regexp.MustCompile(`^gcr\.io/distroless/static-debian12:nonroot@sha256:[0-9a-f]{64}$`).MatchString(from[0]) {
		t.Errorf("FROM %q: want one static distroless image, by its digest", from)
	}
	for word, want := range map[string]string{"USER": "65532:65532", "EXPOSE": port(t), "COPY": "--chmod=0555 riposte /usr/local/bin/riposte", "ENTRYPOINT": `["/usr/local/bin/riposte"]`} {
		if got := set[word]; !slices.Equal(got, []string{want}) {
			t.Errorf("%s %q, want %q", word, got, want)
		}
	}
	for _, word := range []string{"RUN", "ADD", "ENV", "ARG"} {
		if len(set[word]) > 0 {
			t.Errorf("%s %q: the image is the binary and nothing else", word, set[word])
		}
	}
	serves(t, riposte, regexp.MustCompile(`[^\[\]", ]+`).FindAllString(set["CMD"][0], -1))
	if runtime.GOOS == "linux" {
		program, err := elf.Open(riposte)
		if err != nil {
			t.Fatal(err)
		}
		defer program.Close()
		if slices.ContainsFunc(program.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
			t.Error("the binary wants a loader, which the image has not")
		}
	}
	t.Run("docker builds it", func(t *testing.T) {
		if err := exec.Command("docker", "version").Run(); err != nil {
			mototest.SkipRare(t, "no Docker daemon answers: the image is not built")
		}
		if out, err := exec.Command("docker", "build", "-f", "container/Dockerfile", "-t", "riposte:test", filepath.Dir(riposte)).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		out, err := exec.Command("docker", "run", "--rm", "--read-only", "--cap-drop=ALL", "--network=none", "riposte:test", "version").CombinedOutput()
		if err != nil || !strings.HasPrefix(string(out), "riposte ") {
			t.Errorf("%v: %s", err, out)
		}
	})
}

// valid wants a configuration that riposte takes, with its figures where probes find them.
func valid(t *testing.T, text string) {
	t.Helper()
	c, err := config.Parse("riposte.yaml", []byte(text), playbooks.All())
	if err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	if c.Metrics.Listen != ":"+port(t) {
		t.Errorf("metrics.listen is %q: probes come to port %s from outside", c.Metrics.Listen, port(t))
	}
}

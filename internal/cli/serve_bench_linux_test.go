package cli

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Goal: at most 25 ms over an empty Go binary from process start to ready, and 40 MB resident.
func BenchmarkServeToReadyVersusAnEmptyBinary(b *testing.B) {
	dir := b.TempDir()
	riposte, empty := filepath.Join(dir, "riposte"), filepath.Join(dir, "empty")
	source := filepath.Join(dir, "empty.go")
	given(b, source, "package main\n\nfunc main() {}\n")
	made(b, "build", "-trimpath", "-ldflags=-s -w", "-o", empty, source)
	made(b, "build", "-trimpath", "-ldflags=-s -w", "-o", riposte, "../../cmd/riposte")
	given(b, filepath.Join(dir, "riposte.yaml"), `
organization: {accounts: [{id: "111122223333"}], regions: [eu-west-1]}
sources: [{http: {listen: "127.0.0.1:0", secret_env: RIPOSTE_HTTP_SECRET}}]
metrics: {listen: "127.0.0.1:0"}
`)
	var starts, nothing []time.Duration
	var resident []float64
	for b.Loop() {
		began := time.Now()
		if err := exec.Command(empty).Run(); err != nil {
			b.Fatal(err)
		}
		nothing = append(nothing, time.Since(began))
		took, kb := ready(b, riposte, dir)
		starts, resident = append(starts, took), append(resident, kb)
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	least := slices.Min(nothing) // each at its best: what else runs there only ever slows them down
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ms(slices.Min(starts)-least), "ms-over-empty")
	b.ReportMetric(ms(least), "ms-empty")
	b.ReportMetric(slices.Max(resident)/1000, "MB-resident")
}

// ready starts riposte and returns after how long it was ready, and how much memory it holds a moment later, in kB.
func ready(b *testing.B, riposte, dir string) (time.Duration, float64) {
	b.Helper()
	cmd := exec.Command(riposte, "serve", "--format", "json")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "RIPOSTE_HTTP_SECRET=0123456789abcdef", "AWS_ACCESS_KEY_ID=AKIANOBODY0000000001", "AWS_SECRET_ACCESS_KEY=nothing",
		"AWS_REGION=eu-west-1", "AWS_EC2_METADATA_DISABLED=true")
	pipe, err := cmd.StderrPipe()
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	var took time.Duration
	var said bytes.Buffer
	log := bufio.NewScanner(io.TeeReader(pipe, &said))
	for took == 0 && log.Scan() {
		if strings.Contains(log.Text(), `"msg":"ready"`) {
			took = time.Since(began)
		}
	}
	if took == 0 {
		b.Fatalf("it was never ready:\n%s", said.String())
	}
	time.Sleep(200 * time.Millisecond) // what begins after ready counts, too
	kb := held(b, cmd.Process.Pid)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		b.Fatal(err)
	}
	for log.Scan() {
		continue
	}
	if err := cmd.Wait(); err != nil {
		b.Fatalf("%v\n%s", err, said.String())
	}
	return took, kb
}

// held is the resident memory of a process in kB, or 0 where the system does not tell.
func held(b *testing.B, pid int) float64 {
	b.Helper()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kb, err := strconv.ParseFloat(strings.Fields(rest + " 0")[0], 64)
	if err != nil {
		b.Fatal(err)
	}
	return kb
}

func given(b *testing.B, file, text string) {
	b.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
}

func made(b *testing.B, args ...string) {
	b.Helper()
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

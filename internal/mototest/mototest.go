// Package mototest starts moto_server, which is AWS as other people understand it, for tests: on loopback, on a free port,
// with a state of its own, stopped with the test.
package mototest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/transport"
)

// Account is whose credentials moto takes those of Config for. Another account is entered by assuming a role in it.
const Account = "123456789012"

// Server is one moto_server.
type Server struct {
	URL  string
	Port string
	path string
	env  []string
	cmd  *exec.Cmd
	log  journal
}

// journal is what a server wrote. It is safe for concurrent use.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// Start starts a server with some more environment ("NAME=value"). Where there is none the test is skipped with one line;
// with CI=true, which stands for a machine that could have it, the test fails.
func Start(t testing.TB, env ...string) *Server {
	t.Helper()
	s := &Server{Port: "0", path: Program(t, "moto_server"), env: append(append(os.Environ(), "MOTO_EC2_LOAD_DEFAULT_AMIS=false"), env...)}
	s.Up(t)
	t.Cleanup(func() { s.Down() })
	return s
}

// Program is the path of a program that tests need: on PATH, or in the folder that make tools installs into.
func Program(t testing.TB, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	_, file, _, _ := runtime.Caller(0)
	path := filepath.Join(filepath.Dir(file), "..", "..", ".tools", "bin", name)
	if info, err := os.Stat(path); err == nil && info.Mode()&0o111 != 0 {
		return path
	}
	Skip(t, name+" is not installed: make tools installs it, or says where it is to be had")
	return ""
}

// Skip ends a test for which something is missing that the machine could have, and tells make test, which counts: go test
// would keep it to itself. With CI=true the test fails.
func Skip(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s; with CI=true nothing may be skipped", why)
	}
	skip(t, "", why)
}

// rare begins the line that make test is told of a test that was skipped for what few machines have.
const rare = "rare: "

// SkipRare is Skip for what make tools can't install and few machines have, those of CI not among them: a container's daemon. It is
// said, and fails nothing.
func SkipRare(t testing.TB, why string) {
	t.Helper()
	skip(t, rare, why)
}

func skip(t testing.TB, kind, why string) {
	t.Helper()
	if path := os.Getenv("RIPOSTE_SKIPPED"); path != "" {
		line, _, _ := strings.Cut(why, "\n")
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err == nil {
			_, err = fmt.Fprintln(f, kind+t.Name()+": "+line)
			err = errors.Join(err, f.Close())
		}
		if err != nil {
			t.Fatalf("say that a test is skipped: %v", err)
		}
	}
	t.Skipf("SKIPPED: %s", why)
}

// listening is how the server says where it listens.
var listening = regexp.MustCompile(`Running on http://127\.0\.0\.1:(\d+)`)

// Up starts the server, again after Down, at the same port: its state is empty then. The first time it takes a port that
// is free and says which, since a port that was free a moment ago may be another test's by now.
func (s *Server) Up(t testing.TB) {
	t.Helper()
	s.cmd = exec.Command(s.path, "-H", "127.0.0.1", "-p", s.Port)
	s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = s.env, &s.log, &s.log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", s.path, err)
	}
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		said := listening.FindStringSubmatch(s.log.String())
		if said == nil {
			continue
		}
		s.Port, s.URL = said[1], "http://127.0.0.1:"+said[1]
		if resp, err := http.Get(s.URL + "/moto-api/"); err == nil {
			resp.Body.Close()
			return
		}
	}
	t.Fatalf("%s does not answer at %q: %s", s.path, s.URL, s.log.String())
}

// Down stops the server at once, with all that it started.
func (s *Server) Down() {
	if s.cmd == nil {
		return
	}
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	_ = s.cmd.Wait()
	s.cmd = nil
}

// Hang lets the server take calls and answer none, until Resume; it forgets nothing.
func (s *Server) Hang(t testing.TB) {
	t.Helper()
	s.signal(t, syscall.SIGSTOP)
}

// Resume ends what Hang began.
func (s *Server) Resume(t testing.TB) {
	t.Helper()
	s.signal(t, syscall.SIGCONT)
}

func (s *Server) signal(t testing.TB, sig syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(-s.cmd.Process.Pid, sig); err != nil {
		t.Fatal(err)
	}
}

// Reset empties the server.
func (s *Server) Reset(t testing.TB) {
	t.Helper()
	resp, err := http.Post(s.URL+"/moto-api/reset", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}

// Config signs for Account and calls the server. An operation that moto lacks is a 500: trying again would only take time.
func (s *Server) Config(p event.Place) aws.Config {
	return aws.Config{
		Region: p.Region, BaseEndpoint: &s.URL, RetryMaxAttempts: 1, HTTPClient: transport.Steady{HTTPClient: awshttp.NewBuildableClient()},
		Credentials: aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider("AKIAMOTO000000000001", "moto", "")),
	}
}

// Assume is the configuration of a caller in the place's account, who has all rights there as long as moto asks for none.
func (s *Server) Assume(t testing.TB, p event.Place) aws.Config {
	t.Helper()
	cfg := s.Config(p)
	out, err := sts.NewFromConfig(cfg).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::" + p.Account + ":role/builder"), RoleSessionName: aws.String("test"),
	})
	if err != nil {
		t.Fatal(err)
	}
	got := out.Credentials
	cfg.Credentials = aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider(*got.AccessKeyId, *got.SecretAccessKey, *got.SessionToken))
	return cfg
}

// Env is what a process needs to take the server for AWS.
func (s *Server) Env() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + s.URL, "AWS_ACCESS_KEY_ID=AKIAMOTO000000000001", "AWS_SECRET_ACCESS_KEY=moto",
		"AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1", "AWS_EC2_METADATA_DISABLED=true",
	}
}

// FreePort is a port of loopback that is free.
func FreePort(t testing.TB) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

package lambda

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// service is Lambda as a function sees it: the Runtime API, from which it takes one invocation after the other.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
type service struct {
	testing.TB
	next    chan string // payloads
	replies chan reply
	process *exec.Cmd
	log     bytes.Buffer
	exited  chan struct{}
}

// reply is what a function made of an invocation.
type reply struct {
	body   string
	failed bool
}

const (
	timeout = time.Minute // of the function
	version = "/2018-06-01/runtime"
)

// start builds the function, as it is deployed, and starts it in a folder of its own.
func start(t testing.TB, env ...string) *service {
	t.Helper()
	s := &service{TB: t, next: make(chan string), replies: make(chan reply), exited: make(chan struct{})}
	api := httptest.NewServer(s.routes())
	t.Cleanup(api.Close)
	s.process = exec.Command(built(t))
	s.process.Dir = t.TempDir()
	s.process.Env = append(env, "AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(api.URL, "http://"), "AWS_LAMBDA_FUNCTION_NAME=riposte",
		"AWS_LAMBDA_LOG_STREAM_NAME=2026/03/25/[$LATEST]0a1b2c3d")
	s.process.Stdout, s.process.Stderr = &s.log, &s.log
	if err := s.process.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = s.process.Wait() // it is killed in the end
		close(s.exited)
	}()
	t.Cleanup(func() {
		if log := s.end(); t.Failed() {
			t.Logf("the function's log:\n%s", log)
		}
	})
	return s
}

// end kills the process, as Lambda does with one that it does not need any more, and returns its log.
func (s *service) end() string {
	_ = s.process.Process.Kill()
	<-s.exited
	return s.log.String()
}

// built is the path of the function's binary.
func built(t testing.TB) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "bootstrap")
	c := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-tags=lambda.norpc", "-o", name, "../cmd/riposte-lambda")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("build the function: %v\n%s", err, out)
	}
	return name
}

func (s *service) routes() http.Handler {
	mux := http.NewServeMux()
	n := 0
	mux.HandleFunc("GET "+version+"/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		select {
		case payload := <-s.next:
			n++
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", fmt.Sprintf("8476a536-e9f4-11e8-9739-%012d", n))
			w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(timeout).UnixMilli(), 10))
			w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:123456789012:function:riposte")
			w.Header().Set("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Lineage=a87bd80c:1")
			fmt.Fprint(w, payload)
		case <-r.Context().Done():
		}
	})
	answer := func(failed bool) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				body, failed = []byte(err.Error()), true
			}
			w.WriteHeader(http.StatusAccepted)
			s.replies <- reply{string(body), failed}
		}
	}
	mux.HandleFunc("POST "+version+"/invocation/{id}/response", answer(false))
	mux.HandleFunc("POST "+version+"/invocation/{id}/error", answer(true))
	return mux
}

// invoke plays one invocation to its end.
func (s *service) invoke(payload string) reply {
	s.Helper()
	late := time.After(timeout)
	select {
	case s.next <- payload:
	case <-s.exited:
		s.Fatalf("the function has ended: %s", s.log.Bytes())
	case <-late:
		s.Fatal("the function does not ask for an invocation")
	}
	select {
	case a := <-s.replies:
		return a
	case <-s.exited:
		s.Fatalf("the function has ended: %s", s.log.Bytes())
	case <-late:
		s.Fatal("the function does not answer")
	}
	return reply{}
}

// resident is the memory that the process holds, in bytes.
func (s *service) resident() int {
	s.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.Process.Pid))
	if err != nil {
		s.Skipf("no /proc here: %v", err)
	}
	for line := range strings.Lines(string(status)) {
		if kb, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, err := strconv.Atoi(strings.Fields(kb)[0])
			if err != nil {
				s.Fatal(err)
			}
			return n << 10
		}
	}
	s.Fatal("no VmRSS")
	return 0
}

func TestAFunctionWithoutAConfigurationSaysSo(t *testing.T) {
	s := start(t, "AWS_REGION=eu-west-1")
	for range 2 { // it does not end by it: the next invocation may find one
		got := s.invoke(`{"riposte":"tick"}`)
		if !got.failed || !strings.Contains(got.body, "RIPOSTE_CONFIG") {
			t.Errorf("answered %+v", got)
		}
	}
}

package e2e

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/ripostehq/riposte/internal/mototest"
)

// proxy stands before moto, counts the calls, and fails some of them, as AWS does.
type proxy struct {
	*httptest.Server
	mu    sync.Mutex
	calls map[string]int // by operation: "TerminateInstances"
	fault func(call) *fault
	table sync.Mutex // moto differs: it takes back a transaction that fails together with what others wrote meanwhile
}

// call is one request.
type call struct {
	operation string
	nth       int    // of the operation, from 1
	key       string // id of the access key that signed it
	body      string
}

// fault is an answer in moto's place.
type fault struct {
	status int
	code   string // AWS's: "" is a 500 that moto did not make
}

// before starts a proxy. What fails is said by a function, which is asked about one call at a time and may be nil.
func before(t *testing.T, s *mototest.Server, f func(call) *fault) *proxy {
	t.Helper()
	to, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{calls: map[string]int{}, fault: f}
	forward := httputil.NewSingleHostReverseProxy(to)
	forward.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, err error) { // moto is down
		http.Error(w, err.Error(), http.StatusBadGateway)
	}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if f := p.count(call{operation: operation(r, body), key: signer(r), body: string(body)}); f != nil {
			f.answer(w, r)
			return
		}
		if strings.HasPrefix(r.Header.Get("X-Amz-Target"), "DynamoDB_") {
			p.table.Lock()
			defer p.table.Unlock()
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	t.Cleanup(func() { t.Logf("calls: %v", p.counted()) })
	return p
}

// env lets a process take the proxy for AWS.
func (p *proxy) env(s *mototest.Server) []string {
	return append(s.Env(), "AWS_ENDPOINT_URL="+p.URL)
}

func (p *proxy) count(c call) *fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls[c.operation]++
	if c.nth = p.calls[c.operation]; p.fault == nil {
		return nil
	}
	return p.fault(c)
}

// counted are the calls so far, by operation, those that failed too.
func (p *proxy) counted() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.calls)
}

// total counts all calls.
func (p *proxy) total() (n int) {
	for _, calls := range p.counted() {
		n += calls
	}
	return n
}

// operation is the call's name, in whichever of AWS's protocols it is made.
func operation(r *http.Request, body []byte) string {
	if _, name, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		return name
	}
	if form, err := url.ParseQuery(string(body)); err == nil && form.Get("Action") != "" {
		return form.Get("Action")
	}
	if r.URL.Path == "/findings/import" {
		return "BatchImportFindings"
	}
	return r.Method + " " + r.URL.Path
}

// signer is the id of the access key that a request names in its signature.
func signer(r *http.Request) string {
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	id, _, _ := strings.Cut(rest, "/")
	return id
}

// answer says it in the protocol of the call.
func (f *fault) answer(w http.ResponseWriter, r *http.Request) {
	switch {
	case f.code == "":
		http.Error(w, "<html>something is wrong</html>", f.status)
	case r.Header.Get("X-Amz-Target") != "" || strings.Contains(r.Header.Get("Content-Type"), "json"):
		w.Header().Set("X-Amzn-Errortype", f.code)
		w.WriteHeader(f.status)
		fmt.Fprintf(w, `{"__type":%q,"message":"injected"}`, f.code)
	case strings.Contains(r.Header.Get("Authorization"), "/ec2/aws4_request"):
		w.WriteHeader(f.status)
		fmt.Fprintf(w, `<Response><Errors><Error><Code>%s</Code><Message>injected</Message></Error></Errors><RequestID>r-1</RequestID></Response>`, f.code)
	default:
		w.WriteHeader(f.status)
		fmt.Fprintf(w, `<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>injected</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`, f.code)
	}
}

package cloud

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/transport"
)

// instant answers before a request is read.
func instant(t *testing.T) (connections *atomic.Int64) {
	t.Helper()
	connections = new(atomic.Int64)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": s.URL, "AWS_ACCESS_KEY_ID": "AKIARIPOSTE000000001", "AWS_SECRET_ACCESS_KEY": "own", "AWS_SESSION_TOKEN": "",
		"AWS_REGION": "eu-west-1", "AWS_PROFILE": "", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
	} {
		t.Setenv(name, value)
	}
	return connections
}

func loaded(t *testing.T) aws.Config {
	t.Helper()
	base, err := Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return base(event.Place{})
}

func TestAnAnswerFasterThanTheRequestCostsNoConnection(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	connections := instant(t)
	client := sts.NewFromConfig(loaded(t))
	for range 200 {
		if _, err := client.GetCallerIdentity(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections for 200 calls", n)
	}
}

// spy keeps the requests that it is sent.
type spy struct{ sent []*http.Request }

func (s *spy) Do(r *http.Request) (*http.Response, error) {
	s.sent = append(s.sent, r)
	return nil, http.ErrServerClosed
}

// A body that can write itself is read all the same, by whichever client riposte sends it.
func TestABodyIsSentAsAReader(t *testing.T) {
	instant(t)
	base := loaded(t)
	for name, client := range map[string]aws.HTTPClient{"riposte's own": base.HTTPClient, "a session's": New(Options{}).impatient(base.HTTPClient), "where none is given": New(Options{}).impatient(nil)} {
		if _, ok := client.(transport.Steady); !ok {
			t.Errorf("%s: %T", name, client)
		}
	}
	to := &spy{}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1", io.NopCloser(strings.NewReader("Action=GetCallerIdentity")))
	if err != nil {
		t.Fatal(err)
	}
	if _, can := r.Body.(io.WriterTo); !can {
		t.Fatal("the request's body can't write itself: this tries nothing")
	}
	_, _ = transport.Steady{HTTPClient: to}.Do(r)
	if _, can := to.sent[0].Body.(io.WriterTo); can {
		t.Error("what is sent can write itself")
	}
	if body, err := io.ReadAll(to.sent[0].Body); string(body) != "Action=GetCallerIdentity" {
		t.Errorf("what is sent is %q, %v", body, err)
	}
}

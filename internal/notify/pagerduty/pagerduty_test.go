package pagerduty_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/internal/notify/pagerduty"
	"github.com/ripostehq/riposte/playbook"
)

const key = "0123456789abcdef0123456789abcdef"

// service is PagerDuty's, as its page says: it keeps events and answers what it is told to.
func service(t *testing.T, status int, header ...string) (*pagerduty.Channel, *[]string) {
	t.Helper()
	var got []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		if r.Method != http.MethodPost || r.URL.Path != "/v2/enqueue" {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		got = append(got, string(b))
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"status":"invalid event","message":"` + key + `"}`))
	}))
	t.Cleanup(s.Close)
	c, err := pagerduty.New(key, s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return c, &got
}

func letter(severity playbook.Severity) notify.Letter {
	return notify.Letter{Matter: "incident/c_1", Content: notify.Content{
		Title: "Keys used from elsewhere", Severity: severity, State: "1 case asks", Link: "https://riposte.example.com/cases/c_1",
		Cases: []notify.Item{{Title: "Role web", State: "asked", Account: "111122223333"}},
	}}
}

// A matter pages once, and ends when nothing of it is open.
func TestAMatterPagesAndEnds(t *testing.T) {
	c, got := service(t, http.StatusAccepted)
	l := letter(playbook.Critical)
	var err error
	if l.Ref, err = c.Send(t.Context(), l); err != nil || l.Ref != "incident/c_1" {
		t.Fatalf("%q, %v", l.Ref, err)
	}
	l.Content.Closed = true
	if _, err := c.Send(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`{"routing_key":"` + key + `","event_action":"trigger","dedup_key":"incident/c_1","client":"riposte","client_url":"https://riposte.example.com/cases/c_1",` +
			`"payload":{"summary":"Keys used from elsewhere","source":"riposte","severity":"critical","custom_details":{"case 01":"asked: Role web (111122223333)","state":"1 case asks"}}}`,
		`{"routing_key":"` + key + `","event_action":"resolve","dedup_key":"incident/c_1"}`,
	}
	if strings.Join(*got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(*got, "\n"))
	}
}

// What is less than high pages nobody, and what it was told before ends all the same.
func TestWhoIsPaged(t *testing.T) {
	closed := func(l notify.Letter) notify.Letter { l.Content.Closed = true; return l }
	told := func(l notify.Letter) notify.Letter { l.Ref = l.Matter; return l }
	tried := func(l notify.Letter) notify.Letter { l.Tried = true; return l }
	for _, x := range []struct {
		name   string
		letter notify.Letter
		action string
		reject bool
	}{
		{"critical", letter(playbook.Critical), "trigger", false},
		{"high", letter(playbook.High), "trigger", false},
		{"medium", letter(playbook.Medium), "", true},
		{"low", letter(playbook.Low), "", true},
		{"over before it was told", closed(letter(playbook.High)), "", false},
		{"over, and perhaps told", closed(tried(letter(playbook.High))), "resolve", false},
		{"over, and less by now", closed(told(letter(playbook.Low))), "resolve", false},
		{"told, and less by now", told(letter(playbook.Low)), "", false},
	} {
		c, got := service(t, http.StatusAccepted)
		_, err := c.Send(t.Context(), x.letter)
		var rejected *notify.Rejected
		var event struct {
			Action string `json:"event_action"`
		}
		if len(*got) > 0 {
			_ = json.Unmarshal([]byte((*got)[0]), &event)
		}
		if errors.As(err, &rejected) != x.reject || event.Action != x.action {
			t.Errorf("%s: %q, %v", x.name, event.Action, err)
		}
	}
}

func TestAnswers(t *testing.T) {
	for _, x := range []struct {
		status   int
		header   []string
		rejected bool
		after    time.Duration
	}{
		{http.StatusBadRequest, nil, true, 0},
		{http.StatusTooManyRequests, nil, false, time.Minute},
		{http.StatusTooManyRequests, []string{"Retry-After", "90"}, false, 90 * time.Second},
		{http.StatusTooManyRequests, []string{"Retry-After", "99999999"}, false, time.Hour},
		{http.StatusInternalServerError, nil, false, 0},
		{http.StatusFound, []string{"Location", "http://169.254.169.254/"}, false, 0},
	} {
		c, got := service(t, x.status, x.header...)
		ref, err := c.Send(t.Context(), letter(playbook.High))
		var rejected *notify.Rejected
		var throttled *notify.Throttled
		if err == nil || ref != "" || errors.As(err, &rejected) != x.rejected || errors.As(err, &throttled) != (x.after > 0) || throttled != nil && throttled.After != x.after || len(*got) != 1 {
			t.Errorf("%d: %q, %v, %d requests", x.status, ref, err, len(*got))
		}
		if err != nil && strings.Contains(err.Error(), key) {
			t.Errorf("the error holds the key: %v", err)
		}
	}
	c, err := pagerduty.New(key, "http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send(t.Context(), letter(playbook.High)); err == nil || strings.Contains(err.Error(), key) {
		t.Errorf("nobody is there: %v", err)
	}
}

func TestKeys(t *testing.T) {
	for _, bad := range []string{"", "hunter2", key + "0", strings.Repeat("-", 32)} {
		if _, err := pagerduty.New(bad, pagerduty.Host("us")); err == nil || bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if pagerduty.Host("eu") == pagerduty.Host("us") {
		t.Error("the European region has a host of its own")
	}
}

package console_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/console"
)

// paths are all pages that need a session.
func paths(id string) []string {
	return []string{
		"/", "/cases", "/cases?open=on", "/cases?incident=" + id, "/cases/" + id, "/cases/" + id + "/approve", "/cases/" + id + "/dismiss", "/cases/" + id + "/except",
		"/incidents", "/incidents/" + id, "/incidents/" + id + "/approve", "/letters", "/coverage", "/savings", "/surges", "/exceptions", "/exceptions/new", "/playbooks", "/playbooks/launch.unapproved-image", "/halt",
	}
}

func TestNobodyComesInWithoutAKey(t *testing.T) {
	s := set(t, asking)
	c := s.attack()
	for _, path := range append(paths(c.ID), "/nowhere") {
		if a := s.get(path); a.status != http.StatusSeeOther || a.header.Get("Location") != "/login?next="+url.QueryEscape(path) || strings.Contains(a.body, "ami-") {
			t.Errorf("%s: %d %q", path, a.status, a.header.Get("Location"))
		}
	}
	if a := s.get("/changes"); a.status != http.StatusUnauthorized {
		t.Errorf("news: %d", a.status)
	}
	for _, path := range []string{"/cases/" + c.ID + "/approve", "/halt", "/release", "/logout"} {
		if a := s.ask("POST", path, url.Values{"scope": {"all"}}); a.status != http.StatusUnauthorized {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	for _, wrong := range []string{"", "0", key + "0", strings.ToUpper(key), key[:31]} {
		if a := s.ask("POST", "/login", url.Values{"key": {wrong}}); a.status != http.StatusUnauthorized || a.header.Get("Set-Cookie") != "" || !strings.Contains(a.body, "This is not the key.") {
			t.Errorf("key %q: %d", wrong, a.status)
		}
	}
}

func TestASessionEnds(t *testing.T) {
	s := set(t, asking)
	c := s.attack()
	s.login()
	form := s.filled(s.page("/cases/"+c.ID+"/dismiss"), "/cases/"+c.ID+"/dismiss")
	s.wall.Add(8 * 3600)
	if a := s.get("/"); a.status != http.StatusSeeOther {
		t.Errorf("a page after eight hours: %d", a.status)
	}
	if a := s.ask("POST", "/cases/"+c.ID+"/dismiss", form); a.status != http.StatusUnauthorized {
		t.Errorf("an order after eight hours: %d", a.status)
	}
	stale := s.cookie
	s.login()
	if s.cookie == stale {
		t.Error("the new session has the old one's cookie")
	}
	if a := s.ask("POST", "/cases/"+c.ID+"/dismiss", form); a.status != http.StatusForbidden {
		t.Errorf("another session's form: %d", a.status)
	}
	if a := s.ask("POST", "/logout", s.filled(s.page("/"), "/logout")); a.status != http.StatusSeeOther {
		t.Errorf("logout: %d", a.status)
	}
	if a := s.get("/"); a.status != http.StatusSeeOther {
		t.Errorf("a page after the logout: %d", a.status)
	}
}

// A session is laid out by nobody: the cookie that a browser brings is never the one that it gets.
func TestALoginBeginsANewSession(t *testing.T) {
	s := set(t, asking)
	s.login()
	before := s.cookie
	s.login()
	after := s.cookie
	if s.cookie = before; after == before || s.get("/").status != http.StatusSeeOther {
		t.Error("the session from before the login still counts")
	}
}

func TestOnlyOurOwnFormsCount(t *testing.T) {
	s := set(t, asking)
	s.login()
	c := s.attack()
	path := "/cases/" + c.ID + "/dismiss"
	fresh := func() url.Values { return s.filled(s.page(path), path) }
	halt := s.filled(s.page("/halt"), "/halt")
	other := fresh()
	other.Set("form", halt.Get("form"))
	for name, x := range map[string]struct {
		form   url.Values
		as     browser
		status int
	}{
		"from another site":                    {fresh(), with("Sec-Fetch-Site", "cross-site"), http.StatusForbidden},
		"from a sibling of the site":           {fresh(), with("Sec-Fetch-Site", "same-site"), http.StatusForbidden},
		"of a foreign origin":                  {fresh(), with("Origin", "https://evil.example.com"), http.StatusForbidden},
		"of no origin":                         {fresh(), with("Origin", "null"), http.StatusForbidden},
		"without a token":                      {url.Values{"reason": {"x"}}, nil, http.StatusForbidden},
		"with another form's token":            {other, nil, http.StatusForbidden},
		"as JSON":                              {fresh(), with("Content-Type", "application/json"), http.StatusUnsupportedMediaType},
		"in parts":                             {fresh(), with("Content-Type", "multipart/form-data; boundary=x"), http.StatusUnsupportedMediaType},
		"too large":                            {url.Values{"form": {fresh().Get("form")}, "reason": {strings.Repeat("x", 70<<10)}}, nil, http.StatusRequestEntityTooLarge},
		"under a foreign name, by DNS":         {fresh(), func(r *http.Request) { r.Host = "evil.example.com:8417" }, http.StatusMisdirectedRequest},
		"under a name that begins as ours":     {fresh(), func(r *http.Request) { r.Host = "127.0.0.1.evil.example.com" }, http.StatusMisdirectedRequest},
		"with a reason without end":            {func() url.Values { f := fresh(); f.Set("reason", strings.Repeat("x", 1001)); return f }(), nil, http.StatusBadRequest},
		"our own, as browsers send it":         {fresh(), with("Sec-Fetch-Site", "same-origin"), http.StatusSeeOther},
		"our own, under a name that was given": {halt, func(r *http.Request) { r.Host = "riposte.example.com" }, http.StatusForbidden}, // of another page
	} {
		if x.as == nil {
			x.as = func(*http.Request) {}
		}
		if a := s.ask("POST", path, x.form, x.as); a.status != x.status {
			t.Errorf("%s: %d, want %d\n%s", name, a.status, x.status, text(a.body))
		}
	}
	for host, want := range map[string]int{
		"localhost:8417": 200, "127.0.0.1": 200, "[::1]:8417": 200, "RIPOSTE.example.com": 200, "riposte.example.com:443": 200,
		"example.com": 421, "": 421, "10.0.0.1:8417": 421, "localhost.evil.example.com": 421,
	} {
		if host == "" {
			continue // Go's client can't leave it out
		}
		if a := s.get("/", func(r *http.Request) { r.Host = host }); a.status != want {
			t.Errorf("host %q: %d, want %d", host, a.status, want)
		}
	}
}

func TestNobodyIsLedAway(t *testing.T) {
	s := set(t, asking)
	for next, want := range map[string]string{
		"/cases?open=on": "/cases?open=on", "": "/", "https://evil.example.com/": "/", "//evil.example.com": "/", "///evil.example.com": "/", "/\\evil.example.com": "/", "\\\\evil": "/",
		"javascript:alert(1)": "/", "/cases\r\nSet-Cookie: a=b": "/", "cases": "/", "/\t/evil.example.com": "/",
	} {
		a := s.ask("POST", "/login", url.Values{"key": {key}, "next": {next}})
		if got := a.header.Get("Location"); got != want {
			t.Errorf("next %q leads to %q, want %q", next, got, want)
		}
	}
}

func TestEveryAnswerHasItsHeaders(t *testing.T) {
	s := set(t, asking)
	c := s.attack()
	s.login()
	for _, path := range append(paths(c.ID), "/login", "/nowhere", "/cases/c_none", "/console.css", "/console.js", "/icon.svg") {
		a := s.get(path)
		csp := a.header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: %s is missing in %q", path, want, csp)
			}
		}
		if strings.Contains(csp, "unsafe") || a.header.Get("X-Content-Type-Options") != "nosniff" || a.header.Get("X-Frame-Options") != "DENY" ||
			a.header.Get("Referrer-Policy") != "same-origin" || a.header.Get("Cross-Origin-Opener-Policy") != "same-origin" || a.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %v", path, a.header)
		}
		if !strings.HasPrefix(path, "/console.") && path != "/icon.svg" && a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept: %q", path, a.header.Get("Cache-Control"))
		}
	}
}

// A person does not give twenty orders a minute.
func TestOrdersInHasteAreRefused(t *testing.T) {
	s := set(t, asking)
	s.login()
	form := func() url.Values { return s.filled(s.page("/halt"), "/halt", "scope", "all") }
	for range 20 {
		if a := s.ask("POST", "/halt", form()); a.status != http.StatusSeeOther {
			t.Fatal(a.status)
		}
	}
	if a := s.ask("POST", "/halt", form()); a.status != http.StatusTooManyRequests {
		t.Errorf("the 21st: %d", a.status)
	}
	s.wall.Add(60)
	if a := s.ask("POST", "/halt", form()); a.status != http.StatusSeeOther {
		t.Errorf("a minute later: %d", a.status)
	}
}

func TestAKeyThatCouldBeGuessedIsRefused(t *testing.T) {
	if err := console.Usable("hunter2"); err == nil || !strings.Contains(err.Error(), "32 or more") || strings.Contains(err.Error(), "hunter2") {
		t.Error(err)
	}
}

// News comes to each listener, to so many at most, and ends with the session.
func TestNews(t *testing.T) {
	s := set(t, asking)
	s.login()
	ctx := deadline(s)
	listen := func() (*http.Response, context.CancelFunc) {
		one, stop := context.WithCancel(ctx)
		r, err := http.NewRequestWithContext(one, "GET", s.server.URL+"/changes", nil)
		s.must(err)
		r.Header.Set("Cookie", "__Host-riposte="+s.cookie)
		resp, err := http.DefaultClient.Do(r)
		s.must(err)
		return resp, stop
	}
	read := func(resp *http.Response, want string) {
		t.Helper()
		got := ""
		for b := make([]byte, 256); !strings.Contains(got, want); {
			n, err := resp.Body.Read(b)
			if got += string(b[:n]); err != nil {
				t.Fatalf("want %q, got %q: %v", want, got, err)
			}
		}
	}
	first, stop := listen()
	if first.Header.Get("Content-Type") != "text/event-stream" {
		t.Error(first.Header)
	}
	read(first, "event: changed\n")
	s.attack()
	read(first, "event: changed\n")
	var stops []context.CancelFunc
	for range 63 {
		_, stop := listen()
		stops = append(stops, stop)
	}
	full, stopFull := listen()
	if full.StatusCode != http.StatusServiceUnavailable || full.Header.Get("Retry-After") == "" {
		t.Errorf("the 65th: %d", full.StatusCode)
	}
	stopFull()
	for _, stop := range stops {
		stop()
	}
	s.wall.Add(9 * 3600)
	s.must(s.store.Halt(ctx, brake("all")))
	if _, err := io.ReadAll(first.Body); err != nil {
		t.Errorf("the stream of a session that is over: %v", err)
	}
	stop()
}

// A stream outlives the deadline for reading its request.
func TestAStreamStaysOpen(t *testing.T) {
	s := set(t, asking)
	pages, err := console.New(s.options)
	s.must(err)
	s.server.Close()
	s.server = httptest.NewUnstartedServer(pages.Handler())
	s.server.Config.ReadTimeout, s.server.Config.WriteTimeout = 100*time.Millisecond, 100*time.Millisecond
	s.server.Start()
	t.Cleanup(s.server.Close)
	s.login()
	r, err := http.NewRequestWithContext(deadline(s), "GET", s.server.URL+"/changes", nil)
	s.must(err)
	r.Header.Set("Cookie", "__Host-riposte="+s.cookie)
	stream, err := http.DefaultClient.Do(r)
	s.must(err)
	defer stream.Body.Close()
	time.Sleep(300 * time.Millisecond)
	s.must(s.store.Halt(t.Context(), brake("all")))
	got := ""
	for b := make([]byte, 256); strings.Count(got, "event: changed") < 2; {
		n, err := stream.Body.Read(b)
		if got += string(b[:n]); err != nil {
			t.Fatalf("%q: %v", got, err)
		}
	}
}

// A process that is told to stop does not wait for listeners.
func TestTheConsoleEndsWithItsProcess(t *testing.T) {
	s := set(t, asking)
	pages, err := console.New(s.options)
	s.must(err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	s.must(err)
	ctx, stop := context.WithCancel(deadline(s))
	ended := make(chan error, 1)
	go func() { ended <- pages.Serve(ctx, l) }()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.PostForm("http://"+l.Addr().String()+"/login", url.Values{"key": {key}})
	s.must(err)
	resp.Body.Close()
	r, err := http.NewRequestWithContext(ctx, "GET", "http://"+l.Addr().String()+"/changes", nil)
	s.must(err)
	r.AddCookie(resp.Cookies()[0])
	stream, err := client.Do(r)
	s.must(err)
	defer stream.Body.Close()
	began := time.Now()
	stop()
	if err := <-ended; err != nil || time.Since(began) > 5*time.Second {
		t.Errorf("after %s: %v", time.Since(began), err)
	}
}

// The key is nowhere in the log, whoever tries one.
func TestKeysAreNotLogged(t *testing.T) {
	s := set(t, asking)
	var log strings.Builder
	s.options.Log = slog.New(slog.NewTextHandler(&log, nil))
	pages, err := console.New(s.options)
	s.must(err)
	s.server.Config.Handler = pages.Handler()
	s.ask("POST", "/login", url.Values{"key": {"a key of another system"}})
	s.login()
	if !strings.Contains(log.String(), "wrong key") || strings.Contains(log.String(), "another system") || strings.Contains(log.String(), key) {
		t.Error(log.String())
	}
}

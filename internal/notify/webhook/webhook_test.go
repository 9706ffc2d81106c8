package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/notify"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func at() time.Time { return time.Date(2026, 3, 25, 10, 0, 0, 0, time.UTC) }

// request is one as it came.
type request struct {
	header http.Header
	body   string
}

// receiver is an address that is told, on loopback, with a certificate that only its test believes.
func receiver(t *testing.T, answer http.HandlerFunc) (Hook, *[]request) {
	t.Helper()
	var got []request
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got = append(got, request{r.Header, string(b)})
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	anywhere := func(netip.Addr) error { return nil }
	return Hook{URL: s.URL + "/hunter2?sig=hunter2", Secret: secret, Allow: anywhere, TLS: &tls.Config{RootCAs: pool}}, &got
}

func ok(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }

func letter() notify.Letter {
	return notify.Letter{
		ID: "l_1", To: notify.Recipient{Group: "security"}, Matter: "incident/c_1", Nonce: "n1", Notice: true, Urgent: true,
		Content: notify.Content{
			Title: "Unapproved image in shop", Severity: "high", State: "1 case asks", Says: []string{"Nobody has answered."}, Link: "https://riposte.example.com/cases?incident=c_1", More: 2,
			Cases: []notify.Item{{
				Case: "c_1", Playbook: "launch.unapproved-image", Title: "Group web launches an unapproved image", State: "asked", Severity: "high", Account: "111122223333",
				Facts: []notify.Fact{{Name: "who", Value: "mallory"}}, Link: "https://riposte.example.com/cases/c_1",
				Ask: &notify.Ask{Shown: "a1b2c3d4", Revision: 1, Steps: []string{"suspend the group web"}, Final: []string{"end i-1"}, Why: []string{"mode"}, Class: action.Contain, Production: true, Silence: "it is asked again", Until: at(), By: "Wed, 25 Mar 2026 11:00 CET (Europe/Berlin)"},
			}},
		},
	}
}

// The body is a promise to programs: whoever changes it changes docs/telling.md, and breaks somebody.
const promised = `{"type":"riposte.letter","letter":"l_1","matter":"incident/c_1","to":"security","notice":true,"urgent":true,"closed":false,"title":"Unapproved image in shop","severity":"high","state":"1 case asks",` +
	`"says":["Nobody has answered."],"cases":[{"case":"c_1","playbook":"launch.unapproved-image","title":"Group web launches an unapproved image","state":"asked","severity":"high","account":"111122223333",` +
	`"facts":[{"name":"who","value":"mallory"}],"asks":{"question":"a1b2c3d4","steps":["suspend the group web"],"final":["end i-1"],"why":["mode"],"class":"contain","production":true,"silence":"it is asked again",` +
	`"until":"2026-03-25T10:00:00Z"},"link":"https://riposte.example.com/cases/c_1"}],"more":2,"link":"https://riposte.example.com/cases?incident=c_1"}`

// A letter comes signed; another attempt has the same id, and what it says later another.
func TestALetterIsARequest(t *testing.T) {
	h, got := receiver(t, ok)
	c, err := New(h, at)
	if err != nil {
		t.Fatal(err)
	}
	l := letter()
	for range 2 {
		if ref, err := c.Send(t.Context(), l); err != nil || ref != "n1" {
			t.Fatalf("%q, %v", ref, err)
		}
	}
	l.Ref, l.Content.State = "n1", "contained"
	if ref, err := c.Send(t.Context(), l); err != nil || ref != "n1" {
		t.Fatalf("%q, %v", ref, err)
	}
	all := *got
	if first, again, later := all[0].header.Get("webhook-id"), all[1].header.Get("webhook-id"), all[2].header.Get("webhook-id"); first != "n1" || again != first || later == first {
		t.Errorf("ids %q, %q, %q", first, again, later)
	}
	if all[0].body != promised || all[0].header.Get("Content-Type") != "application/json" {
		t.Errorf("%v\n%s", all[0].header, all[0].body)
	}
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	for _, r := range all { // as a receiver does
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(r.header.Get("webhook-id") + "." + r.header.Get("webhook-timestamp") + "." + r.body))
		if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); r.header.Get("webhook-signature") != want || r.header.Get("webhook-timestamp") != "1774432800" {
			t.Errorf("signature %q, want %q", r.header.Get("webhook-signature"), want)
		}
	}
}

// The specification's own example: the same key, id, time and body give the same signature.
func TestTheSignatureOfTheSpecification(t *testing.T) {
	c, err := New(Hook{URL: "https://hooks.example.com", Secret: secret}, func() time.Time { return time.Unix(1614265330, 0) })
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	c.sign(r, "msg_p5jXN8AQM9LWM0D4loKWxJek", []byte(`{"test": 2432232314}`))
	if got := r.Header.Get("webhook-signature"); got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("got %s", got)
	}
}

func TestATeamsCard(t *testing.T) {
	h, got := receiver(t, ok)
	h.Teams, h.Secret = true, ""
	c, err := New(h, at)
	if err != nil {
		t.Fatal(err)
	}
	l := letter()
	if _, err := c.Send(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.4",`,
		`{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"HIGH Unapproved image in shop","weight":"Bolder"}]}`, `"asks: suspend the group web"`, `"final, there is no way back: end i-1"`, `"and 2 more"`,
		`"actions":[{"type":"Action.OpenUrl","title":"Open","url":"https://riposte.example.com/cases?incident=c_1"}]`,
	} {
		if !strings.Contains((*got)[0].body, want) {
			t.Errorf("want %s in\n%s", want, (*got)[0].body)
		}
	}
	if (*got)[0].header.Get("webhook-signature") != "" {
		t.Error("signed by no key")
	}
	for range 40 { // more than a card holds
		item := l.Content.Cases[0]
		item.Title = strings.Repeat("x", 10_000)
		for range 10 {
			item.Facts = append(item.Facts, notify.Fact{Name: "f", Value: strings.Repeat("<", 10_000)}) // six bytes each in JSON
		}
		l.Content.Cases = append(l.Content.Cases, item)
	}
	b, err := card(l)
	if err != nil || len(b) > mostCard || !json.Valid(b) || !strings.Contains(string(b), " more") {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

// What answers mean; that a redirect leads nowhere, and that what never ends does.
func TestAnswers(t *testing.T) {
	elsewhere := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer other.Close()
	for _, x := range []struct {
		name                string
		answer              http.HandlerFunc
		rejected, throttled bool
		fine                bool
	}{
		{"taken", ok, false, false, true},
		{"gone", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }, true, false, false},
		{"not that", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) }, true, false, false},
		{"too many", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }, false, true, false},
		{"not now", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "5")
			w.WriteHeader(http.StatusServiceUnavailable)
		}, false, true, false},
		{"broken", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, false, false, false},
		{"elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL, http.StatusPermanentRedirect)
		}, true, false, false},
		{"without end", func(w http.ResponseWriter, r *http.Request) {
			for junk := make([]byte, 1<<16); ; {
				if _, err := w.Write(junk); err != nil {
					return
				}
			}
		}, false, false, true},
		{"headers without end", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 1<<20)) }, false, false, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			h, _ := receiver(t, x.answer)
			c, err := New(h, at)
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Send(t.Context(), letter())
			var rejected *notify.Rejected
			var throttled *notify.Throttled
			if (err == nil) != x.fine || errors.As(err, &rejected) != x.rejected || errors.As(err, &throttled) != x.throttled {
				t.Errorf("%v", err)
			}
			hidden(t, err)
		})
	}
	if elsewhere > 0 {
		t.Error("a redirect was followed")
	}
}

// hidden fails where an error holds what may be secret of a URL.
func hidden(t *testing.T, err error) {
	t.Helper()
	if err != nil && strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the error holds the URL: %v", err)
	}
}

func TestAReceiverThatHangs(t *testing.T) {
	end := make(chan struct{})
	h, _ := receiver(t, func(http.ResponseWriter, *http.Request) { <-end })
	defer close(end)
	c, err := New(h, at)
	if err != nil {
		t.Fatal(err)
	}
	if c.client.Timeout != patience {
		t.Errorf("an attempt may take %s", c.client.Timeout)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.Send(ctx, letter()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

// Whatever a name stands for, only the public internet is spoken to, and no proxy of the environment is asked to do it.
func TestOnlyThePublicInternetIsDialled(t *testing.T) {
	proxied := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { proxied++ }))
	defer proxy.Close()
	t.Setenv("HTTPS_PROXY", proxy.URL)
	h, got := receiver(t, ok)
	h.Allow = nil
	c, err := New(h, at)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Send(t.Context(), letter())
	if err == nil || !strings.Contains(err.Error(), "127.0.0.1 is not of the public internet") {
		t.Errorf("loopback was dialled: %v", err)
	}
	hidden(t, err)
	_, port, _ := net.SplitHostPort(c.to.Host)
	for _, host := range []string{"localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1.2.3"} {
		h.URL = "https://" + host + ":" + port + "/"
		if c, err = New(h, at); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Send(t.Context(), letter()); err == nil {
			t.Errorf("%s was dialled", host)
		}
	}
	if len(*got) != 0 || proxied != 0 {
		t.Errorf("%d requests came, %d by the proxy", len(*got), proxied)
	}
}

func TestPublic(t *testing.T) {
	for _, private := range []string{
		"127.0.0.1", "127.255.255.255", "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.168.1.1", "192.0.0.8",
		"198.18.0.1", "224.0.0.1", "239.255.255.255", "255.255.255.255", "240.0.0.1", "192.0.2.1",
		"::", "::1", "::127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "100::1",
		"64:ff9b::169.254.169.254", "64:ff9b::a00:1", "64:ff9b:1::808:808", "2002:a9fe:a9fe::1", "2001:0:a9fe:a9fe::1", "2001:db8::1",
	} {
		if Public(netip.MustParseAddr(private)) == nil {
			t.Errorf("%s counts as public", private)
		}
	}
	for _, public := range []string{"8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "100.63.255.255", "100.128.0.1", "172.32.0.1", "2600:1f18::1", "2a00:1450:4001::1"} {
		if err := Public(netip.MustParseAddr(public)); err != nil {
			t.Errorf("%s: %v", public, err)
		}
	}
}

// Before anything is sent, it is known whether it would go anywhere.
func TestCheck(t *testing.T) {
	c, err := New(Hook{URL: "https://hooks.example.com/x", Secret: secret}, at)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name, is string
		bad      bool
	}{{"public", "8.8.8.8", false}, {"one of two is not", "8.8.8.8 10.0.0.1", true}, {"nothing", "", true}} {
		err := c.Check(t.Context(), func(_ context.Context, _, host string) (all []netip.Addr, err error) {
			if host != "hooks.example.com" || x.is == "" {
				return nil, &net.DNSError{Err: "no such host", Name: host}
			}
			for s := range strings.FieldsSeq(x.is) {
				all = append(all, netip.MustParseAddr(s))
			}
			return all, nil
		})
		if (err != nil) != x.bad {
			t.Errorf("%s: %v", x.name, err)
		}
	}
}

func TestHooksThatAreNone(t *testing.T) {
	for _, h := range []Hook{
		{URL: "http://hooks.example.com/hunter2", Secret: secret}, {URL: "https:///hunter2", Secret: secret}, {URL: "https://u:hunter2@hooks.example.com", Secret: secret},
		{URL: "://hunter2", Secret: secret}, {URL: "https://hooks.example.com", Secret: "hunter2"}, {URL: "https://hooks.example.com", Secret: "whsec_aHVudGVyMg=="},
	} {
		_, err := New(h, at)
		if err == nil {
			t.Errorf("%+v is taken", h)
		}
		hidden(t, err)
	}
}

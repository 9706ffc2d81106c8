package notify_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"mime/quotedprintable"
	"net/http"
	"net/http/httptest"
	netmail "net/mail"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/internal/notify/mail"
	"github.com/ripostehq/riposte/internal/notify/mail/smtp"
	"github.com/ripostehq/riposte/internal/notify/pagerduty"
	"github.com/ripostehq/riposte/internal/notify/webhook"
)

// hostile are texts that somebody may have chosen who is told of: names, tags, sessions, user agents, reasons.
func hostile() map[string]string {
	return map[string]string{
		"everybody in Slack":    "<!channel> <!here> <@U012345>",
		"everybody in Teams":    "<at>everyone</at>",
		"bold, code and quotes": "*bold* _it_ ~gone~ `code` ```block``` > quote # head",
		"a link of Slack's":     "<http://evil.example.org|your console>",
		"a link of Markdown's":  "[your console](https://evil.example.org)",
		"a bare link":           "go to https://evil.example.org/login now",
		"a script":              `</script><script>alert(1)</script><img src=x onerror=alert(1)>`,
		"javascript":            "javascript:alert(1)",
		"a template":            "{{.Secret}} ${SECRET} {{DATE(2020-01-01T00:00:00Z)}} @{triggerBody()}",
		"bidi":                  "login \u202etxt.exe\u202c \u2066\u200b\ufeff",
		"line breaks":           "one\r\ntwo\nthree\u2028four\u0085five",
		"a header":              "x\r\nBcc: eve@example.org\r\nContent-Type: text/html\r\n\r\n<b>hello</b>",
		"the end of a mail":     "x\r\n.\r\nQUIT\r\n",
		"nothing at all":        "\x00\x01\x1b[31m\x7f",
		"no UTF-8":              "a\xff\xfe\xc3b",
		"10 KB":                 strings.Repeat("x", 10<<10),
		"1,000 emoji":           strings.Repeat("🔥", 1000),
		"10 KB of what swells":  strings.Repeat("<&\"\\", 10<<8),
		"other scripts":         "名前 اسم नाम שם ﷽ Ⅻ ｆｕｌｌ e\u0301",
		"an encoded word":       "=?utf-8?q?=E2=80=AEtxt?=",
	}
}

// written is what arrived by a channel.
type written struct {
	size  int
	shown []string // each text that somebody sees
	more  string   // what else is wrong
}

// route is a channel, and how to read what came by it. Slack's has the same texts in its own test.
type route struct {
	name    string
	most    int  // bytes
	links   bool // the program that shows it makes links of what looks like one
	channel func(*testing.T, string) notify.Channel
	read    func(*testing.T, []byte) written
}

func routes() []route {
	return []route{
		{"smtp", 160 << 10, true, func(_ *testing.T, at string) notify.Channel {
			return mail.New("riposte@example.com", posted(at), time.Now)
		}, readMail},
		{"ses", 160 << 10, true, func(t *testing.T, at string) notify.Channel {
			client := sesv2.New(sesv2.Options{Region: "eu-west-1", BaseEndpoint: aws.String(at), Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "x", ""), HTTPClient: trusting()})
			c, _ := mail.SES("riposte@example.com", client, time.Now)
			return c
		}, readSES},
		{"pagerduty", 64 << 10, true, func(t *testing.T, at string) notify.Channel {
			c, err := pagerduty.New(strings.Repeat("k", 32), at)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}, readJSON},
		{"webhook", 128 << 10, false, hook(false), readJSON},
		{"teams", 24 << 10, true, hook(true), readCard},
	}
}

// posted is a mail server that is given the mail as it would go by SMTP.
type posted string

func (at posted) Deliver(_ context.Context, m mail.Mail) (string, error) {
	msg, err := smtp.Message(m)
	if err != nil {
		return "", err
	}
	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		return "", err
	}
	answer, err := trusting().Post(string(at), "message/rfc822", &raw)
	if err != nil {
		return "", err
	}
	return "", answer.Body.Close()
}

func hook(teams bool) func(*testing.T, string) notify.Channel {
	return func(t *testing.T, at string) notify.Channel {
		c, err := webhook.New(webhook.Hook{
			URL: at, Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Teams: teams, Allow: func(netip.Addr) error { return nil }, TLS: &tls.Config{RootCAs: authority()},
		}, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
}

// authority vouches for the test servers.
func authority() *x509.CertPool {
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}

func trusting() *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authority()}}}
}

const console = "https://riposte.example.com/cases/c_1"

// letterOf says a text wherever somebody's text may stand.
func letterOf(text string) notify.Letter {
	item := notify.Item{
		Case: "c_1", Playbook: "launch.unapproved-image", Title: text, State: "asked", Severity: "high", Account: "111122223333", Link: console,
		Facts: []notify.Fact{{Name: text, Value: text}, {Name: "who", Value: text}},
		Ask:   &notify.Ask{Shown: "a1b2c3d4", Steps: []string{text}, Final: []string{text}, Why: []string{text}, Silence: text, Production: true},
	}
	return notify.Letter{
		ID: "l_1", To: notify.Recipient{Address: "ann@example.com"}, Matter: "incident/c_1", Nonce: "n1", Notice: true,
		Content: notify.Content{Title: text, Severity: "critical", State: text, Says: []string{text}, Cases: slices.Repeat([]notify.Item{item}, 30), Link: console},
	}
}

// Whatever is called whatever: each channel brings one message that shows it as text, within its limits.
func TestHostileTextsArriveAsText(t *testing.T) {
	for _, r := range routes() {
		for _, name := range slices.Sorted(maps.Keys(hostile())) {
			t.Run(r.name+"/"+name, func(t *testing.T) {
				text := hostile()[name]
				got := arrive(t, r, letterOf(text))
				if got.size > r.most || got.more != "" {
					t.Errorf("%d bytes, may have %d; %s", got.size, r.most, got.more)
				}
				for _, s := range got.shown {
					if i := strings.IndexFunc(s, func(c rune) bool { return !unicode.IsPrint(c) }); i >= 0 {
						t.Errorf("%q shows a character that is none", s)
					}
					if rest := strings.NewReplacer(console, "", "[://]", "").Replace(s); r.links && strings.Contains(rest, "://") && !strings.Contains(rest, "adaptivecards.io") {
						t.Errorf("%q becomes a link", s)
					}
				}
				shows := func(s string) bool {
					return strings.Contains(strings.ReplaceAll(s, "[://]", "://"), notify.Plain(text))
				}
				if want := notify.Plain(text); len(want) < 100 && !slices.ContainsFunc(got.shown, shows) {
					t.Errorf("%q is nowhere in %q", want, got.shown)
				}
			})
		}
	}
}

// arrive sends a letter by a channel to a server that takes anything.
func arrive(t *testing.T, r route, l notify.Letter) written {
	t.Helper()
	var bodies [][]byte
	take := http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		b, _ := io.ReadAll(q.Body)
		bodies = append(bodies, b)
		if r.name == "pagerduty" {
			w.WriteHeader(http.StatusAccepted)
		}
		_, _ = w.Write([]byte("{}"))
	})
	s := httptest.NewUnstartedServer(take)
	if r.name == "pagerduty" { // whose client believes the machine's authorities alone
		s.Start()
	} else {
		s.StartTLS()
	}
	defer s.Close()
	if _, err := r.channel(t, s.URL).Send(t.Context(), l); err != nil || len(bodies) != 1 {
		t.Fatalf("%d requests, %v", len(bodies), err)
	}
	return r.read(t, bodies[0])
}

// readJSON reads each string of a body, keys too.
func readJSON(t *testing.T, body []byte) written {
	t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	out := written{size: len(body), shown: stringsOf(v)}
	if bytes.Contains(body, []byte("</")) {
		out.more = "a page that holds it would end a script there"
	}
	return out
}

func stringsOf(v any) (all []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, x := range v {
			all = append(all, stringsOf(x)...)
		}
	case map[string]any:
		for key, x := range v {
			all = append(append(all, key), stringsOf(x)...)
		}
	}
	return all
}

// readCard wants texts only where no Markdown counts.
func readCard(t *testing.T, body []byte) written {
	t.Helper()
	out := readJSON(t, body)
	for _, kind := range []string{"TextBlock", "FactSet", "Input.", "Action.Submit", "Action.Execute", "Action.Http"} {
		if bytes.Contains(body, []byte(`"type":"`+kind)) {
			out.more += kind
		}
	}
	return out
}

// readSES reads what SES is to write.
func readSES(t *testing.T, body []byte) written {
	t.Helper()
	var in struct {
		Content struct {
			Simple struct {
				Subject struct{ Data string }
				Body    struct{ Text struct{ Data string } }
				Headers []struct{ Name, Value string }
			}
		}
		Destination struct{ ToAddresses []string }
	}
	if err := json.Unmarshal(body, &in); err != nil {
		t.Fatal(err)
	}
	one := in.Content.Simple
	subject, err := new(mime.WordDecoder).DecodeHeader(one.Subject.Data)
	if err != nil {
		t.Fatal(err)
	}
	out := written{size: len(body), shown: append(strings.Split(one.Body.Text.Data, "\n"), subject)}
	names := ""
	for _, h := range append(one.Headers, struct{ Name, Value string }{"Subject", one.Subject.Data}) {
		names += " " + h.Name
		if strings.ContainsFunc(h.Value, func(c rune) bool { return c < ' ' || c > '~' }) || h.Name != "Subject" && len(h.Name+h.Value) > 996 {
			out.more += "header " + h.Name + ": " + h.Value
		}
	}
	if names != " Auto-Submitted In-Reply-To References X-Auto-Response-Suppress Subject" || strings.Join(in.Destination.ToAddresses, " ") != "ann@example.com" {
		out.more += "headers:" + names
	}
	return out
}

// readMail reads what a mail program shows, and wants no header more than there are.
func readMail(t *testing.T, raw []byte) written {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	out := written{size: len(raw), shown: append(strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n"), subject)}
	want := "Auto-Submitted Content-Transfer-Encoding Content-Type Date From In-Reply-To Message-Id Mime-Version References Subject To X-Auto-Response-Suppress"
	if got := strings.Join(slices.Sorted(maps.Keys(m.Header)), " "); got != want || m.Header.Get("To") != "<ann@example.com>" || !strings.HasPrefix(m.Header.Get("Content-Type"), "text/plain") {
		out.more = "headers: " + got
	}
	for line := range strings.Lines(string(raw)) {
		if len(line) > 1000 || strings.TrimRight(line, "\r\n") == "." {
			out.more += "a line that ends a mail, or is too long: " + line
		}
	}
	return out
}

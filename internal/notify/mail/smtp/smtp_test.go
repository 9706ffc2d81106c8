package smtp

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/internal/notify/mail"
)

const password = "hunter2hunter2"

func at() time.Time { return time.Date(2026, 3, 25, 10, 0, 0, 0, time.UTC) }

func channel(t *testing.T, s *server) (*mail.Channel, func(context.Context) error) {
	t.Helper()
	c, check, err := New("riposte@example.com", Server{Address: s.listener.Addr().String(), User: "riposte", Password: password, TLSFirst: s.first, TLS: s.trust}, at)
	if err != nil {
		t.Fatal(err)
	}
	return c, check
}

func letter() notify.Letter {
	return notify.Letter{
		ID: "l_1", To: notify.Recipient{Address: "ann@example.com"}, Matter: "incident/c_1", Nonce: "n1", Notice: true,
		Content: notify.Content{
			Title: "Unapproved image in shop", Severity: "high", State: "1 case asks", Link: "https://riposte.example.com/cases/c_1",
			Cases: []notify.Item{{
				Case: "c_1", Playbook: "launch.unapproved-image", Title: "Group web launches an unapproved image", State: "asked", Account: "111122223333",
				Facts: []notify.Fact{{Name: "who", Value: "mallory"}}, Link: "https://riposte.example.com/cases/c_1",
				Ask: &notify.Ask{Shown: "a1b2c3d4", Revision: 1, Steps: []string{"suspend the group web"}, Why: []string{"mode"}, Silence: "it is asked again", Until: at().Add(time.Hour), By: "Wed, 25 Mar 2026 12:00 CET (Europe/Berlin)"},
			}},
		},
	}
}

// parsed is a mail as its reader sees it.
func parsed(t *testing.T, raw string) (headers netmail.Header, subject, text string) {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatalf("%v in:\n%s", err, raw)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	return m.Header, subject, strings.ReplaceAll(string(body), "\r\n", "\n")
}

// A question comes as a mail that says it whole, and whose next is in its thread.
func TestALetterIsAMail(t *testing.T) {
	s := serve(t, &server{})
	c, check := channel(t, s)
	if err := check(t.Context()); err != nil || len(s.mails()) != 0 {
		t.Fatalf("the check: %v, %d mails", err, len(s.mails()))
	}
	l := letter()
	ref, err := c.Send(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.Send(t.Context(), l) // nobody has noted that it was sent
	if err != nil || again != ref {
		t.Errorf("another attempt has another Message-ID: %q, %q, %v", ref, again, err)
	}
	l.Ref, l.Notice = ref, false
	if same, err := c.Send(t.Context(), l); err != nil || same != ref || len(s.mails()) != 2 {
		t.Errorf("what is worth nobody's notice was sent: %q, %d mails, %v", same, len(s.mails()), err)
	}
	l.Notice, l.Content.State = true, "contained"
	next, err := c.Send(t.Context(), l)
	if err != nil || next == ref || len(s.mails()) != 3 {
		t.Fatalf("%q, %d mails, %v", next, len(s.mails()), err)
	}
	first, later := s.mails()[0], s.mails()[2]
	if !strings.HasPrefix(first.from, "FROM:<riposte@example.com>") || first.to != "TO:<ann@example.com>" || !first.user {
		t.Errorf("envelope %+v", first)
	}
	h, subject, text := parsed(t, first.data)
	if subject != "[riposte] HIGH: Unapproved image in shop" || h.Get("Message-Id") != ref || h.Get("Auto-Submitted") != "auto-generated" ||
		!strings.HasPrefix(h.Get("Content-Type"), "text/plain") || h.Get("To") != "<ann@example.com>" || h.Get("Date") != "Wed, 25 Mar 2026 10:00:00 +0000" {
		t.Errorf("%q: %v", subject, h)
	}
	for _, want := range []string{
		"1. Group web launches an unapproved image\n   state: asked\n   account: 111122223333\n   who: mallory\n", "   ASKED: may this be done?\n   - suspend the group web\n   - why: mode\n",
		"   no answer means: it is asked again\n   until: Wed, 25 Mar 2026 12:00 CET (Europe/Berlin)\n   question: a1b2c3d4\n", "Open: https://riposte.example.com/cases/c_1\n", "Nothing in this mail gives an order",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("want %q in:\n%s", want, text)
		}
	}
	g, _, _ := parsed(t, later.data)
	if g.Get("In-Reply-To") != ref || !strings.Contains(g.Get("References"), ref) || !strings.HasPrefix(g.Get("References"), h.Get("References")) || g.Get("Message-Id") != next {
		t.Errorf("the thread: %v, then %v", h, g)
	}
	for _, said := range s.clear {
		if verb, _, _ := strings.Cut(said, " "); verb != "EHLO" && verb != "STARTTLS" {
			t.Errorf("said without TLS: %s", said)
		}
	}
}

func TestTLSFromTheFirstByte(t *testing.T) {
	s := serve(t, &server{first: true})
	c, _ := channel(t, s)
	if _, err := c.Send(t.Context(), letter()); err != nil || len(s.mails()) != 1 || !s.mails()[0].user {
		t.Errorf("%v, %d mails", err, len(s.mails()))
	}
}

// A server that refuses, wants less, hangs or dies: what becomes of the letter.
func TestServersThatDoNot(t *testing.T) {
	const again, rejected, throttled = "again", "rejected", "throttled"
	for _, x := range []struct {
		name    string
		answers map[string]string
		want    string
	}{
		{"no such recipient", map[string]string{"RCPT": "550 5.1.1 no such user"}, rejected},
		{"no such sender", map[string]string{"MAIL": "553 5.7.1 not yours"}, rejected},
		{"what it says is refused", map[string]string{".": "554 5.6.0 spam"}, rejected},
		{"a full box", map[string]string{"RCPT": "452 4.2.2 over quota"}, again},
		{"a greylist", map[string]string{"RCPT": "450 4.7.1 come back"}, throttled},
		{"too many", map[string]string{"MAIL": "421 4.4.5 too many"}, throttled},
		{"a mailbox that is busy", map[string]string{".": "451 4.3.0 later"}, again},
		{"a wrong password", map[string]string{"AUTH": "535 5.7.8 " + password + " is wrong"}, again},
		{"nobody has signed in", map[string]string{"MAIL": "530 5.7.0 sign in"}, again},
		{"no service", map[string]string{"greeting": "554 no"}, again},
		{"it hangs at once", map[string]string{"greeting": "hang"}, again},
		{"it hangs at the mail", map[string]string{".": "hang"}, again},
		{"it dies before", map[string]string{"MAIL": "die"}, again},
		{"it dies after it took it", map[string]string{".": "die"}, again},
		{"it says nothing of use", map[string]string{"RCPT": "hello"}, again},
	} {
		t.Run(x.name, func(t *testing.T) {
			s := serve(t, &server{answers: x.answers})
			c, _ := channel(t, s)
			ctx, cancel := context.WithCancel(t.Context())
			if strings.Contains(x.name, "hangs") {
				ctx, cancel = context.WithTimeout(ctx, 300*time.Millisecond)
			}
			defer cancel()
			_, err := c.Send(ctx, letter())
			var r *notify.Rejected
			var th *notify.Throttled
			got := again
			switch {
			case err == nil:
				got = "sent"
			case errors.As(err, &r):
				got = rejected
			case errors.As(err, &th):
				got = throttled
			}
			if got != x.want {
				t.Errorf("%s: %v, want %s", got, err, x.want)
			}
			if err != nil && strings.Contains(err.Error(), password) {
				t.Errorf("the error holds the password: %v", err)
			}
		})
	}
}

// Without TLS, or by a certificate that nobody vouches for, nothing is said that matters.
func TestNothingIsSaidWithoutTLS(t *testing.T) {
	plain := serve(t, &server{plain: true})
	c, check := channel(t, plain)
	if _, err := c.Send(t.Context(), letter()); err == nil {
		t.Error("a mail went without TLS")
	}
	if check(t.Context()) == nil {
		t.Error("the check takes a server without TLS")
	}
	other := serve(t, &server{})
	stranger, _, err := New("riposte@example.com", Server{Address: other.listener.Addr().String(), User: "riposte", Password: password}, at)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stranger.Send(t.Context(), letter()); err == nil {
		t.Error("a mail went to a server that nobody vouches for")
	}
	if n := len(plain.mails()) + len(other.mails()); n != 0 {
		t.Errorf("%d mails", n)
	}
	for _, said := range append(plain.clear, other.clear...) {
		if strings.HasPrefix(said, "AUTH") || strings.HasPrefix(said, "MAIL") {
			t.Errorf("said without TLS: %s", said)
		}
	}
}

// Recipients that are none, or bring a header along, are written to by nobody.
func TestRecipientsThatAreNone(t *testing.T) {
	s := serve(t, &server{})
	c, _ := channel(t, s)
	for _, to := range []string{"", "ann", "ann@example.com\r\nBcc: eve@example.org", "ann@example.com, eve@example.org", "Ann <ann@example.com>", "ann@example.com\x00", "<ann@example.com>"} {
		l := letter()
		l.To = notify.Recipient{Mail: to}
		_, err := c.Send(t.Context(), l)
		var r *notify.Rejected
		if !errors.As(err, &r) {
			t.Errorf("%q: %v", to, err)
		}
	}
	l := letter()
	l.Ref = "<a@example.com>\r\nBcc: <eve@example.org>"
	if _, err := c.Send(t.Context(), l); err == nil {
		t.Error("a ref became a header")
	}
	if len(s.mails()) != 0 {
		t.Errorf("%d mails", len(s.mails()))
	}
}

// A title that is what ends a mail ends none, and a subject that would be another header is the subject.
func TestATextEndsNoMail(t *testing.T) {
	s := serve(t, &server{})
	c, _ := channel(t, s)
	l := letter()
	l.Content.Title, l.Content.State, l.Content.Says = ".", "QUIT", []string{".", "x\r\n.\r\nMAIL FROM:<eve@example.org>"}
	if _, err := c.Send(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	l.Nonce, l.Content.Title = "n2", "x\r\nBcc: eve@example.org\r\n\r\nhello"
	if _, err := c.Send(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	all := s.mails()
	if len(all) != 2 || strings.Contains(all[0].from+all[0].to+all[1].to, "eve") {
		t.Fatalf("%+v", all)
	}
	if _, _, text := parsed(t, all[0].data); !strings.HasPrefix(text, ".\nQUIT\n\n.\n\nx . MAIL FROM:<eve@example.org>\n") || !strings.Contains(text, "Nothing in this mail gives an order") {
		t.Errorf("got\n%s", text)
	}
	if h, subject, _ := parsed(t, all[1].data); subject != "[riposte] HIGH: x Bcc: eve@example.org hello" || h.Get("Bcc") != "" {
		t.Errorf("%q: %v", subject, h)
	}
}

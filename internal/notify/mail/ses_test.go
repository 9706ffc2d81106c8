package mail

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/internal/notify"
)

func at() time.Time { return time.Date(2026, 3, 25, 10, 0, 0, 0, time.UTC) }

func letter() notify.Letter {
	return notify.Letter{
		ID: "l_1", To: notify.Recipient{Address: "ann@example.com"}, Matter: "incident/c_1", Nonce: "n1", Notice: true,
		Content: notify.Content{Title: "Unapproved image in “shop”", Severity: "high", State: "1 case asks"},
	}
}

// SES, as moto understands it, takes the mail of a sender whose domain it knows, and no other's.
func TestMailBySES(t *testing.T) {
	server := mototest.Start(t)
	client := sesv2.NewFromConfig(server.Config(event.Place{Region: "eu-west-1"}))
	c, check := SES("riposte@example.com", client, at)
	if err := check(t.Context()); err == nil || !strings.Contains(err.Error(), "SES has no identity for riposte@example.com") {
		t.Errorf("without an identity: %v", err)
	}
	var rejected *notify.Rejected
	if _, err := c.Send(t.Context(), letter()); !errors.As(err, &rejected) {
		t.Errorf("a sender that is not verified: %v", err)
	}
	if _, err := client.CreateEmailIdentity(t.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: aws.String("example.com")}); err != nil {
		t.Fatal(err)
	}
	ref, err := c.Send(t.Context(), letter())
	if err != nil || !strings.HasSuffix(ref, "@eu-west-1.amazonses.com>") || !isName(ref) {
		t.Errorf("a sender whose domain is known: %q, %v", ref, err)
	}
	later := letter()
	later.Ref = ref
	if next, err := c.Send(t.Context(), later); err != nil || next == ref {
		t.Errorf("what it says later: %q, %v", next, err)
	}
}

// SES is given a mail whose headers keep it in its thread, and whose names are text.
func TestAMailBySESIsInItsThread(t *testing.T) {
	var sent struct {
		Content struct {
			Simple struct {
				Subject struct{ Data string }
				Body    struct {
					Text struct{ Data, Charset string }
				}
				Headers []struct{ Name, Value string }
			}
		}
		FromEmailAddress string
		Destination      struct{ ToAddresses []string }
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
			t.Error(err)
		}
		_, _ = w.Write([]byte(`{"MessageId":"0102"}`))
	}))
	defer s.Close()
	c, _ := SES("riposte@example.com", sesv2.New(sesv2.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(s.URL), Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "x", ""),
	}), at)
	l := letter()
	l.Ref, l.Content.Title = "<first@email.amazonses.com>", "shop \r\nBcc: eve@example.net “wide”"
	ref, err := c.Send(t.Context(), l)
	if err != nil || ref != "<0102@email.amazonses.com>" {
		t.Fatalf("%q, %v", ref, err)
	}
	mail, headers := sent.Content.Simple, map[string]string{}
	for _, h := range mail.Headers {
		headers[h.Name] = h.Value
		if strings.ContainsAny(h.Value, "\r\n") || len(h.Name)+len(h.Value) > 996 {
			t.Errorf("header %s: %q", h.Name, h.Value)
		}
	}
	if headers["In-Reply-To"] != l.Ref || !strings.HasSuffix(headers["References"], " "+l.Ref) || headers["Auto-Submitted"] != "auto-generated" || len(headers) != 4 {
		t.Errorf("headers: %v", headers)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(mail.Subject.Data)
	if err != nil || !strings.Contains(subject, "Bcc: eve@example.net “wide”") || strings.ContainsFunc(mail.Subject.Data, func(c rune) bool { return c < ' ' || c > '~' }) {
		t.Errorf("subject: %q is %q, %v", mail.Subject.Data, subject, err)
	}
	if mail.Body.Text.Charset != "UTF-8" || !strings.Contains(mail.Body.Text.Data, "1 case asks") || sent.FromEmailAddress != "riposte@example.com" || strings.Join(sent.Destination.ToAddresses, " ") != "ann@example.com" {
		t.Errorf("sent: %+v", sent)
	}
}

// What SES says becomes what the letter is to do.
func TestWhatSESSays(t *testing.T) {
	for name, x := range map[string]struct {
		code     string
		status   int
		rejected bool
		wait     bool
	}{
		"too many":          {"TooManyRequestsException", 429, false, true},
		"over the quota":    {"LimitExceededException", 400, false, true},
		"a bad address":     {"BadRequestException", 400, true, false},
		"not verified":      {"MessageRejected", 400, true, false},
		"sending is paused": {"SendingPausedException", 400, false, false},
		"out of order":      {"InternalServerErrorException", 500, false, false},
		"no right":          {"AccessDeniedException", 403, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			tries := 0
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				tries++
				w.Header().Set("X-Amzn-ErrorType", x.code)
				w.WriteHeader(x.status)
				_, _ = w.Write([]byte(`{"message":"because"}`))
			}))
			defer s.Close()
			client := sesv2.New(sesv2.Options{
				Region: "eu-west-1", BaseEndpoint: aws.String(s.URL), Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "x", ""),
			})
			c, _ := SES("riposte@example.com", client, at)
			_, err := c.Send(t.Context(), letter())
			var rejected *notify.Rejected
			var throttled *notify.Throttled
			if err == nil || errors.As(err, &rejected) != x.rejected || errors.As(err, &throttled) != x.wait || tries != 1 {
				t.Errorf("%v after %d tries", err, tries)
			}
		})
	}
}

// An identity that waits for its records is none yet.
func TestAnIdentityThatIsNotVerified(t *testing.T) {
	for name, x := range map[string]struct{ answer, want string }{
		"verified": {`{"VerifiedForSendingStatus":true}`, ""},
		"waiting":  {`{"VerifiedForSendingStatus":false}`, "the identity riposte@example.com is not verified in SES"},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(x.answer)) }))
		client := sesv2.New(sesv2.Options{
			Region: "eu-west-1", BaseEndpoint: aws.String(s.URL), Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "x", ""),
		})
		_, check := SES("riposte@example.com", client, at)
		if err := check(t.Context()); (err == nil) != (x.want == "") || err != nil && !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v", name, err)
		}
		s.Close()
	}
}

// Package smtp brings mails to a mail server. It stands apart from mail: its library executes templates, which would make the function
// larger by an eighth.
package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	gosmtp "github.com/wneessen/go-mail/smtp"

	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/internal/notify/mail"
)

// implicit is the port at which TLS begins with the first byte: RFC 8314.
const implicit = 465

// Server is a mail server. It is spoken to by TLS alone.
type Server struct {
	Address  string // host and port
	User     string // "": nobody signs in
	Password string
	TLSFirst bool        // TLS begins with the first byte, as it does at port 465 anyway
	TLS      *tls.Config // nil: the machine's authorities
}

// transport is a mail.Transport.
type transport struct {
	host    string
	options []gomail.Option
}

// New makes a channel that sends from an address by a server, and the check that signs in there and sends nothing.
func New(from string, s Server, now func() time.Time) (*mail.Channel, func(context.Context) error, error) {
	host, port, err := net.SplitHostPort(s.Address)
	if err != nil {
		return nil, nil, fmt.Errorf("the mail server's address: %w", err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, nil, fmt.Errorf("the mail server's port: %w", err)
	}
	settings := s.TLS
	if settings == nil {
		settings = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	}
	_, domain, _ := strings.Cut(from, "@")
	options := []gomail.Option{
		gomail.WithPort(number), gomail.WithTLSPolicy(gomail.TLSMandatory), gomail.WithTLSConfig(settings), gomail.WithHELO(domain), gomail.WithoutNoop(),
	}
	if s.TLSFirst || number == implicit {
		options = append(options, gomail.WithSSL())
	}
	if s.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.User), gomail.WithPassword(s.Password))
	}
	by := transport{host, options}
	if _, err := gomail.NewClient(host, options...); err != nil {
		return nil, nil, fmt.Errorf("the mail server: %w", err)
	}
	return mail.New(from, by, now), by.check, nil
}

// session speaks to the server, and has signed in. It ends with the context, of which the connection's own deadlines know nothing.
func (s transport) session(ctx context.Context) (client *gomail.Client, session *gosmtp.Client, end func(), err error) {
	left := mail.Patience
	if until, ok := ctx.Deadline(); ok {
		left = max(time.Until(until), time.Millisecond)
	}
	if client, err = gomail.NewClient(s.host, append(slices.Clone(s.options), gomail.WithTimeout(left))...); err != nil {
		return nil, nil, nil, err
	}
	if session, err = client.DialToSMTPClientWithContext(ctx); err != nil {
		return nil, nil, nil, spoken("sign in to the mail server", err)
	}
	stop := context.AfterFunc(ctx, func() { session.Close() })
	return client, session, func() {
		stop()
		session.Close() // without QUIT, whose answer nobody needs: the mail is the server's when it said so
	}, nil
}

// check signs in, and leaves.
func (s transport) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, mail.Patience)
	defer cancel()
	_, _, end, err := s.session(ctx)
	if err == nil {
		end()
	}
	return err
}

// Deliver hands a mail to the server.
func (s transport) Deliver(ctx context.Context, one mail.Mail) (string, error) {
	m, err := Message(one)
	if err != nil {
		return "", err
	}
	client, session, end, err := s.session(ctx)
	if err != nil {
		return "", err
	}
	defer end()
	err = client.SendWithSMTPClient(session, m)
	if err == nil || m.IsDelivered() { // whatever the server says after it has taken the mail
		return "", nil
	}
	var refused *gomail.SendError
	if !errors.As(err, &refused) {
		return "", spoken("hand the mail over", err)
	}
	return "", outcome(refused)
}

// outcome is what a server's refusal means to the letter.
func outcome(e *gomail.SendError) error {
	code, enhanced := e.ErrorCode(), e.EnhancedStatusCode()
	said := fmt.Errorf("the mail server said %d %s to %s", code, enhanced, step(e.Reason))
	switch {
	case code == 421, code >= 400 && code < 500 && strings.HasPrefix(enhanced, "4.7."): // RFC 3463: security or policy, as rates and greylists are
		return &notify.Throttled{After: mail.Breath, Err: said}
	case code >= 500 && code != 530 && code != 535: // which say that nobody signed in, and nothing of the recipient
		return &notify.Rejected{Why: said.Error()}
	case code == 0:
		return fmt.Errorf("the mail server broke off at %s", step(e.Reason))
	}
	return said
}

func step(r gomail.SendErrReason) string {
	switch r {
	case gomail.ErrSMTPMailFrom:
		return "the sender"
	case gomail.ErrSMTPRcptTo:
		return "the recipient"
	}
	return "the mail"
}

// spoken is an error without what the server said: it may repeat what it was told to sign in with.
func spoken(doing string, err error) error {
	var said *textproto.Error
	if errors.As(err, &said) {
		return fmt.Errorf("%s: it said %d", doing, said.Code)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// Message is a mail as it goes to a server.
func Message(one mail.Mail) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(gomail.EncodingQP))
	if err := m.From(one.From); err != nil {
		return nil, fmt.Errorf("the sender: %w", err)
	}
	if err := m.To(one.To); err != nil {
		return nil, fmt.Errorf("the recipient: %w", err)
	}
	m.SetDateWithValue(one.Date)
	m.SetMessageIDWithValue(strings.Trim(one.ID, "<>"))
	for name, value := range mail.Headers() {
		m.SetGenHeader(gomail.Header(name), value)
	}
	m.SetGenHeaderPreformatted(gomail.HeaderInReplyTo, one.Answers)
	m.SetGenHeaderPreformatted(gomail.HeaderReferences, one.Thread)
	m.Subject(one.Subject)
	m.SetBodyString(gomail.TypeTextPlain, one.Body)
	return m, nil
}

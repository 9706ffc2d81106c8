// Package mail brings letters to people by mail: in plain text, whose links open the console and do nothing else.
package mail

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/notify"
)

// Patience ends an attempt that hangs: the letter is sent again later, under the same Message-ID.
const Patience = 30 * time.Second

// Channel sends letters by mail. A mail can't be changed when it is sent: what a letter says later is another mail in the same thread, where it is worth
// a person's notice, and nothing else.
type Channel struct {
	from string
	by   Transport
	now  func() time.Time
}

// New makes a Channel that sends from an address.
func New(from string, by Transport, now func() time.Time) *Channel { return &Channel{from, by, now} }

// Transport is the way that a mail takes.
type Transport interface {
	// Deliver hands a mail over. It returns the Message-ID that the mail has got on the way, "" where that is ours. Its errors are those
	// of notify.Channel.
	Deliver(context.Context, Mail) (id string, err error)
}

// Mail is a mail, in plain text.
type Mail struct {
	ID       string // Message-ID: <...@...>
	Answers  string // In-Reply-To: the mail before about the same matter, or the name of the thread
	Thread   string // References
	From, To string // addresses, and nothing around them
	Subject  string // in any script
	Body     string
	Date     time.Time
}

// Headers are those beside the usual ones, by name: nobody's holiday answers it. RFC 3834; the second is what Exchange goes by.
func Headers() map[string]string {
	return map[string]string{"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
}

// Send implements notify.Channel. The ref is the Message-ID of the last mail. Whether an attempt of which nothing was heard has arrived can't be asked:
// by SMTP the next one has the same Message-ID, by which many programs show it once; SES gives each its own.
func (c *Channel) Send(ctx context.Context, l notify.Letter) (string, error) {
	if l.Ref != "" && !l.Notice {
		return l.Ref, nil
	}
	to := l.To.Mail
	if to == "" {
		to = l.To.Address
	}
	if !plainAddress(to) {
		return "", &notify.Rejected{Why: "there is no mail address to write to"}
	}
	m, err := c.message(l, to)
	if err != nil {
		return "", fmt.Errorf("write letter %s as a mail: %w", l.ID, err)
	}
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	other, err := c.by.Deliver(ctx, m)
	if err != nil {
		return "", fmt.Errorf("mail letter %s: %w", l.ID, err)
	}
	return cmp.Or(other, m.ID), nil
}

// plainAddress reports whether a text is an address and nothing around it.
func plainAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Name == "" && a.Address == s && !strings.ContainsAny(s, "\r\n\x00 ")
}

// message is a letter as a mail.
func (c *Channel) message(l notify.Letter, to string) (Mail, error) {
	id, thread, err := c.names(l)
	if err != nil {
		return Mail{}, err
	}
	answers := thread
	if l.Ref != "" && l.Ref != thread {
		answers, thread = l.Ref, thread+" "+l.Ref
	}
	return Mail{ID: id, Answers: answers, Thread: thread, From: c.from, To: to, Subject: subject(l.Content), Body: body(l.Content), Date: c.now()}, nil
}

// names are the Message-ID of a mail, in each attempt the same, and that by which all mails about its matter to its recipient are one thread.
func (c *Channel) names(l notify.Letter) (id, thread string, err error) {
	_, host, _ := strings.Cut(c.from, "@")
	name := func(of ...string) string {
		sum := sha256.Sum256([]byte(strings.Join(of, "\n")))
		return "<" + hex.EncodeToString(sum[:16]) + "@" + host + ">"
	}
	thread = name("thread", l.Matter, l.To.Group, l.To.Address)
	if l.Ref == "" {
		return name("letter", l.Nonce), thread, nil
	}
	if !isName(l.Ref) {
		return "", "", fmt.Errorf("%q is no Message-ID", l.Ref)
	}
	now, err := json.Marshal(lasting(l.Content))
	return name("letter", l.Nonce, l.Ref, string(now)), thread, err
}

// lasting is what a letter says but for deadlines, which are counted from when a mail was accepted: an attempt whose end is not known says others than the
// next one, and is the same mail.
func lasting(c notify.Content) notify.Content {
	c.Cases = slices.Clone(c.Cases)
	for i := range c.Cases {
		if c.Cases[i].Ask != nil {
			ask := *c.Cases[i].Ask
			ask.Until, ask.By, ask.Silence = time.Time{}, "", ""
			c.Cases[i].Ask = &ask
		}
	}
	return c
}

// isName reports whether a ref is a Message-ID of ours, and nothing that would be another header.
func isName(ref string) bool {
	return strings.HasPrefix(ref, "<") && strings.HasSuffix(ref, ">") && !strings.ContainsAny(ref, "\r\n ")
}

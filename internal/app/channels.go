package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/internal/notify/mail"
	"github.com/ripostehq/riposte/internal/notify/pagerduty"
	"github.com/ripostehq/riposte/internal/notify/webhook"
)

// Telling is what channels are made of.
type Telling struct {
	Report config.Report
	AWS    func(event.Place) aws.Config // signs as riposte itself
	Home   event.Place                  // where it runs: SSM's parameters are there
	Getenv func(string) string
	Now    func() time.Time
	SMTP   Mailer // nil: there is none, as in the function
}

// Mailer makes a channel that sends from an address by a mail server, and what looks whether it would take mails, which sends none.
type Mailer func(from string, by config.SMTP, password string, now func() time.Time) (notify.Channel, func(context.Context) error, error)

var errNoSMTP = errors.New("this riposte speaks no SMTP: a function sends mails by report.mail.ses")

// Channel is one way by which people are told: a notify.Channel. It is made when it is needed first, since its secrets may be out of reach
// until then: what can't be made makes letters wait, and the others are sent. It is safe for concurrent use.
type Channel struct {
	Name string // mail, pagerduty, webhook/0
	To   string // where it goes, in a few words without secrets

	make maker
	mu   sync.Mutex
	made notify.Channel
	look func(context.Context) error
}

// maker makes a channel, and what looks whether it would work.
type maker func(context.Context) (notify.Channel, func(context.Context) error, error)

// Channels are those that the configuration names, but for Slack.
func (t Telling) Channels() (all []*Channel) {
	if m := t.Report.Mail; m.From != "" && m.SES != (config.SES{}) {
		all = append(all, &Channel{Name: "mail", To: "SES in " + m.SES.Region, make: t.ses})
	} else if m.From != "" {
		all = append(all, &Channel{Name: "mail", To: m.SMTP.Server, make: t.smtp})
	}
	if p := t.Report.PagerDuty; p.Key != "" {
		all = append(all, &Channel{Name: "pagerduty", To: "PagerDuty, " + string(p.Region), make: t.pagerduty})
	}
	for i, w := range t.Report.Webhooks {
		to := w.URL // or where the URL is
		if u, err := url.Parse(to); err == nil && u.Host != "" {
			to = u.Host
		}
		all = append(all, &Channel{Name: "webhook/" + strconv.Itoa(i), To: to, make: func(ctx context.Context) (notify.Channel, func(context.Context) error, error) {
			return t.webhook(ctx, w)
		}})
	}
	return all
}

// Send implements notify.Channel.
func (c *Channel) Send(ctx context.Context, l notify.Letter) (string, error) {
	if err := c.ready(ctx); err != nil {
		return "", err
	}
	return c.made.Send(ctx, l)
}

// Check looks whether it would work, and sends nothing.
func (c *Channel) Check(ctx context.Context) error {
	if err := c.ready(ctx); err != nil {
		return err
	}
	if err := c.look(ctx); err != nil {
		return fmt.Errorf("%s: %w", c.Name, err)
	}
	return nil
}

func (c *Channel) ready(ctx context.Context) (err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made == nil {
		c.made, c.look, err = c.make(ctx)
	}
	if err != nil {
		c.made = nil
		return fmt.Errorf("%s: %w", c.Name, err)
	}
	return nil
}

// Secret returns a secret, "" for none. Its errors name where it is, and hold nothing of it.
func (t Telling) Secret(ctx context.Context, s config.Secret) (string, error) {
	if s == "" {
		return "", nil
	}
	value, name := "", s.Parameter()
	if name == "" {
		value = t.Getenv(strings.TrimPrefix(string(s), "env:"))
	} else {
		out, err := ssm.NewFromConfig(t.AWS(t.Home)).GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(name), WithDecryption: aws.Bool(true)})
		if err != nil {
			return "", fmt.Errorf("read the parameter %s: %w", name, err)
		}
		if out.Parameter != nil {
			value = aws.ToString(out.Parameter.Value)
		}
	}
	if value = strings.TrimSpace(value); value == "" { // a line break at the end is no part of it
		return "", fmt.Errorf("there is nothing at %s", s)
	}
	return value, nil
}

func (t Telling) ses(context.Context) (notify.Channel, func(context.Context) error, error) {
	at := t.Home
	at.Region = t.Report.Mail.SES.Region
	made, look := mail.SES(t.Report.Mail.From, sesv2.NewFromConfig(t.AWS(at)), t.Now)
	return made, look, nil
}

func (t Telling) smtp(ctx context.Context) (notify.Channel, func(context.Context) error, error) {
	m := t.Report.Mail
	if t.SMTP == nil {
		return nil, nil, errNoSMTP
	}
	password, err := t.Secret(ctx, m.SMTP.Password)
	if err != nil {
		return nil, nil, err
	}
	return t.SMTP(m.From, m.SMTP, password, t.Now)
}

func (t Telling) pagerduty(ctx context.Context) (notify.Channel, func(context.Context) error, error) {
	key, err := t.Secret(ctx, t.Report.PagerDuty.Key)
	if err != nil {
		return nil, nil, err
	}
	made, err := pagerduty.New(key, pagerduty.Host(string(t.Report.PagerDuty.Region)))
	return made, func(context.Context) error { return nil }, err // whether a key is known there can't be asked without an event
}

func (t Telling) webhook(ctx context.Context, w config.Webhook) (notify.Channel, func(context.Context) error, error) {
	at, err := w.URL, error(nil)
	if !strings.HasPrefix(at, "https://") {
		if at, err = t.Secret(ctx, config.Secret(w.URL)); err != nil {
			return nil, nil, err
		}
	}
	secret, err := t.Secret(ctx, w.Secret)
	if err != nil {
		return nil, nil, err
	}
	made, err := webhook.New(webhook.Hook{URL: at, Secret: secret, Teams: w.Shape == config.Teams}, t.Now)
	if err != nil {
		return nil, nil, err
	}
	return made, func(ctx context.Context) error { return made.Check(ctx, net.DefaultResolver.LookupNetIP) }, nil
}

package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/desk"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/internal/notify/slack"
)

// chat are the classes that may be approved in Slack.
func chat(c *config.Config) (out []action.Class) {
	for _, class := range c.Report.Slack.Approve {
		out = append(out, action.Class(class))
	}
	return out
}

// SlackAPI names the environment variable with the URL of Slack's API where that is not Slack's usual one: GovSlack's.
const SlackAPI = "RIPOSTE_SLACK_API"

// Slack is the workspace that a configuration names. Its secrets are read when they are first needed, and again where that failed: what has
// to be answered is answered without them. It is a notify.Channel.
type Slack struct {
	config *config.Config
	codec  action.Codec
	store  mailroom
	tell   Telling
	now    func() time.Time
	log    *slog.Logger
	count  func(outcome string) // of clicks; may be nil

	mu     sync.Mutex
	clicks *slack.Clicks
}

// newSlack returns nil where the configuration names no workspace, or secrets are not read.
func newSlack(p Parts, codec action.Codec) *Slack {
	if p.Tell == nil || p.Config.Report.Slack.Token == "" {
		return nil
	}
	s := &Slack{config: p.Config, codec: codec, store: p.Store, tell: *p.Tell, now: p.Now, log: p.Log}
	if m, ok := p.Meter.(interface{ Clicked(outcome string) }); ok {
		s.count = m.Clicked
	}
	return s
}

// Send is notify.Channel's.
func (s *Slack) Send(ctx context.Context, l notify.Letter) (string, error) {
	k, err := s.Clicks(ctx)
	if err != nil {
		return "", err
	}
	return k.Send(ctx, l)
}

// Clicks takes answers to what was sent.
func (s *Slack) Clicks(ctx context.Context) (*slack.Clicks, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.clicks != nil {
		return s.clicks, nil
	}
	in := s.config.Report.Slack
	token, err := s.tell.Secret(ctx, in.Token)
	if err != nil {
		return nil, fmt.Errorf("report.slack.token: %w", err)
	}
	secret, err := s.tell.Secret(ctx, in.SigningSecret)
	if err != nil {
		return nil, fmt.Errorf("report.slack.signing_secret: %w", err)
	}
	channel, err := SlackChannel(s.config, token, s.tell.Getenv(SlackAPI), s.now, s.log)
	if err != nil {
		return nil, err
	}
	s.clicks = clicks(s.config, s.codec, s.store, channel, secret)
	s.clicks.Count = s.count
	return s.clicks, nil
}

// Listens reports whether clicks come by Socket Mode.
func (s *Slack) Listens() bool { return s != nil && s.config.Report.Slack.AppToken != "" }

// Listen takes clicks by Socket Mode until it is told to stop.
func (s *Slack) Listen(ctx context.Context) {
	for {
		k, err := s.Clicks(ctx)
		token := ""
		if err == nil {
			token, err = s.tell.Secret(ctx, s.config.Report.Slack.AppToken)
		}
		if err == nil {
			k.Listen(ctx, token)
			return
		}
		s.log.Error("clicks in Slack are not taken: trying again", "error", err)
		t := time.NewTimer(retry)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return
		}
	}
}

// retry is how long a secret that could not be read is waited for.
const retry = 30 * time.Second

// SlackChannel is the channel that a configuration names, which signs in with a token; at is the URL of Slack's API, "" for the usual one.
func SlackChannel(c *config.Config, token, at string, now func() time.Time, log *slog.Logger) (*slack.Channel, error) {
	if at != "" {
		u, err := url.Parse(at)
		if err != nil || u.Scheme != "https" && u.Hostname() != "127.0.0.1" || !strings.HasSuffix(u.Path, "/") {
			return nil, fmt.Errorf("%s: want Slack's API, https and with a slash at its end: https://slack-gov.com/api/", SlackAPI)
		}
	}
	return slack.New(slack.Options{
		Token: token, Team: c.Report.Slack.Team, Channel: c.Report.Slack.Channel, Domains: c.Domains, ByChat: approval(c).ByChat, URL: at, Now: now, Log: log,
	}), nil
}

// mailroom is what clicks need of the store.
type mailroom interface {
	ledger.Cases
	ledger.Inbox
	Letter(ctx context.Context, id string) (*ledger.Letter, error)
}

// clicks takes the answers to what a channel has sent. The secret is the app's for signatures, "" where nothing comes by HTTP.
func clicks(c *config.Config, codec action.Codec, s mailroom, channel *slack.Channel, secret string) *slack.Clicks {
	return &slack.Clicks{
		Channel: channel, Secret: secret,
		Sent: func(ctx context.Context, id string) (string, []string, error) {
			l, err := s.Letter(ctx, id)
			if err != nil {
				return "", nil, err
			}
			if l.Channel != desk.Slack {
				return "", nil, ledger.ErrNotFound
			}
			return l.Ref, l.Cases, nil
		},
		Order: func(ctx context.Context, id string, o ledger.Order) (string, error) {
			return Answer(ctx, c, codec, s, id, o)
		},
	}
}

// Answer brings an answer to a case, if it is one to what the case asks now, and the person may give it: why says why not. An error says
// that it is not known. The worker that carries the case decides once more.
func Answer(ctx context.Context, c *config.Config, codec action.Codec, s interface {
	ledger.Cases
	ledger.Inbox
}, id string, o ledger.Order) (why string, err error) {
	of, err := s.Load(ctx, id)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return "there is no such case", nil
	case err != nil:
		return "", fmt.Errorf("case %s: %w", id, err)
	case o.Shown == "" || o.Shown != of.ShownFor(o):
		return "what the case asks has changed since that was written", nil
	}
	if err := possible(of, &o); err != nil {
		return err.Error(), nil
	}
	if why, err = MayOrder(c, codec, of, o); why != "" || err != nil {
		return why, err
	}
	return "", deliver(ctx, s, of, o)
}

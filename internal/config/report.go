package config

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/strict"
)

// Report says where cases are reported, and how people are told.
type Report struct {
	SecurityHub bool      `yaml:"security_hub" help:"File one Security Hub finding per case."`
	EventBus    Bus       `yaml:"event_bus" help:"ARN of an EventBridge bus on which each move of a case is published."`
	Link        string    `yaml:"link" help:"The console's URL as people open it, to which messages lead. None: messages have no links."`
	Zone        Zone      `yaml:"zone" help:"The time zone of quiet hours, and of the times in messages."`
	Quiet       Quiet     `yaml:"quiet" help:"When nobody is told of what can wait. What contains, and asks about it, never waits."`
	Slack       Slack     `yaml:"slack" help:"Tells people in Slack, and takes answers there."`
	Mail        Mail      `yaml:"mail" help:"Tells people by mail: by smtp, or by ses."`
	PagerDuty   PagerDuty `yaml:"pagerduty" help:"Pages by PagerDuty's Events API: what is critical or high."`
	Webhooks    []Webhook `yaml:"webhooks" help:"Tells programs, by signed requests. They take no answers."`
}

// Slack is a workspace. Without a token it is none.
type Slack struct {
	Team          string  `yaml:"team" help:"The workspace's id, T...: nobody of another one is believed."`
	Channel       string  `yaml:"channel" help:"Where cases are told that have no owner: #name, or its id."`
	Token         Secret  `yaml:"token" help:"The bot's token, xoxb-...: env:NAME, or ssm:/name."`
	AppToken      Secret  `yaml:"app_token" help:"The app's token, xapp-..., by which riposte serve takes clicks: env:NAME, or ssm:/name."`
	SigningSecret Secret  `yaml:"signing_secret" help:"By which the function knows that a click is Slack's: env:NAME, or ssm:/name."`
	Approve       []Click `yaml:"approve" help:"What may be approved there. What destroys in production never is."`
}

// Takes reports whether clicks come in and may approve anything.
func (s Slack) Takes() bool {
	return s.Token != "" && len(s.Approve) > 0 && (s.AppToken != "" || s.SigningSecret != "")
}

// Click is a class of actions that may be approved in a chat.
type Click string

// Enum lists the classes that people are asked about.
func (Click) Enum() []string {
	return []string{string(action.Contain), string(action.Mend), string(action.Destroy)}
}

// Mail is who writes, and by which way. Without a sender it is none.
type Mail struct {
	From string `yaml:"from" help:"The sender's address."`
	SMTP SMTP   `yaml:"smtp" help:"A server that takes mail."`
	SES  SES    `yaml:"ses" help:"Amazon SES, by the process's own role."`
}

// SMTP is a mail server. It is spoken to by TLS alone.
type SMTP struct {
	Server   string `yaml:"server" help:"Host and port: smtp.example.com:587. TLS from the first byte at port 465, by STARTTLS at any other; without TLS nothing is sent."`
	User     string `yaml:"user" help:"As whom riposte signs in there. None: it does not."`
	Password Secret `yaml:"password" help:"env:NAME, or ssm:/name."`
}

// SES is Amazon SES.
type SES struct {
	Region string `yaml:"region" help:"Where the sender's identity is verified: eu-west-1."`
}

// PagerDuty is a service that pages people. Without a key it is none.
type PagerDuty struct {
	Key    Secret          `yaml:"key" help:"The integration key of a service, for Events API v2: env:NAME, or ssm:/name."`
	Region PagerDutyRegion `yaml:"region" help:"Where PagerDuty keeps the account."`
}

// PagerDutyRegion is one of PagerDuty's own.
type PagerDutyRegion string

// Enum lists them.
func (PagerDutyRegion) Enum() []string { return []string{"us", "eu"} }

// Webhook is an address that is told.
type Webhook struct {
	URL    string `yaml:"url" help:"https://..., at a public address. env:NAME or ssm:/name where the URL itself is a secret, as that of a Teams workflow is."`
	Secret Secret `yaml:"secret" help:"The key of the signature, whsec_ and Base64, as Standard Webhooks has it: env:NAME, or ssm:/name. Teams checks none, and needs none."`
	Shape  Shape  `yaml:"shape" help:"json, or teams: a card for a workflow of Microsoft Teams. Default json."`
}

// Shape is how a webhook's body looks.
type Shape string

// The shapes.
const (
	JSON  Shape = "json" // which none is too
	Teams Shape = "teams"
)

// Enum lists them.
func (Shape) Enum() []string { return []string{string(JSON), string(Teams)} }

// Tells reports whether people are told of every question. PagerDuty is not counted: it is told of little. Nor are webhooks, which programs read.
func (r Report) Tells() bool {
	return r.SecurityHub || r.EventBus.Name != "" || r.Slack.Token != "" || r.Mail.From != ""
}

// Channels are the ways by which people and programs are told, for people.
func (r Report) Channels() (out []string) {
	if r.Slack.Token != "" {
		out = append(out, "Slack")
	}
	if r.Mail.From != "" {
		out = append(out, "mail")
	}
	if r.PagerDuty.Key != "" {
		out = append(out, "PagerDuty")
	}
	if n := len(r.Webhooks); n > 0 {
		out = append(out, fmt.Sprintf("webhooks: %d", n))
	}
	return out
}

// writes reports whether single people are told.
func (r Report) writes() bool { return r.Slack.Token != "" || r.Mail.From != "" }

var (
	slackTeam    = regexp.MustCompile(`^[TE][A-Z0-9]{2,}$`)
	slackChannel = regexp.MustCompile(`^(#[\p{Ll}\p{Lo}\p{N}_-]+|[CG][A-Z0-9]{2,})$`)
)

// isChannel reports whether a text names a channel of Slack's. The length is no part of the pattern, which would take long to compile: see tagPrefix.
func isChannel(s string) bool { return slackChannel.MatchString(s) && utf8.RuneCountInString(s) <= 81 }

// report checks how people are told.
func (k checker) report() {
	r, at := k.c.Report, k.at("report")
	if r.Link != "" {
		if u, err := url.Parse(r.Link); err != nil || !secure(u) || u.RawQuery != "" || u.Fragment != "" {
			at.At("link").Complain("want the console's URL, like https://riposte.example.com")
		}
	}
	k.quiet(at.At("quiet"), r.Quiet)
	if at, said := k.said("report", "slack"); said {
		k.slack(at, r.Slack)
	}
	if at, said := k.said("report", "mail"); said {
		k.mail(at, r.Mail)
	}
	if at, said := k.said("report", "pagerduty"); said && r.PagerDuty.Key == "" {
		at.Complain("want the integration key: key: env:NAME")
	}
	for i, w := range r.Webhooks {
		k.webhook(at.At("webhooks", i), w)
		if first := slices.IndexFunc(r.Webhooks, func(o Webhook) bool { return o.URL == w.URL }); first < i {
			at.At("webhooks", i, "url").Complain("it is told already: first in line %d", at.At("webhooks", first).Line())
		}
	}
}

func (k checker) slack(at strict.Node, s Slack) {
	if !slackTeam.MatchString(s.Team) {
		at.At("team").Complain("want the workspace's id, like T0123ABCD: nobody of another one is believed")
	}
	if !isChannel(s.Channel) {
		at.At("channel").Complain("want a channel, like \"#riposte\" in quotes, or its id, C0123ABCD")
	}
	if s.Token == "" {
		at.At("token").Complain("want the bot's token: token: env:NAME")
	}
	for i, c := range s.Approve {
		if slices.Index(s.Approve, c) < i {
			at.At("approve", i).Complain("%s is there twice", c)
		}
		if action.Class(c) == action.Destroy {
			k.warn(at.At("approve", i), "a click in a chat may destroy, outside production: it proves less than signing in does")
		}
	}
}

func (k checker) mail(at strict.Node, m Mail) {
	k.address(at.At("from"), m.From)
	smtp, ses := m.SMTP != (SMTP{}), m.SES != (SES{})
	switch {
	case smtp == ses:
		at.Complain("mail goes by smtp or by ses: name one of them")
	case ses:
		k.regionOf(at.At("ses", "region"), "identity", m.SES.Region)
	default:
		at := at.At("smtp")
		if host, port, err := net.SplitHostPort(m.SMTP.Server); err != nil || port == "" || !hostName.MatchString(strings.ToLower(host)) {
			at.At("server").Complain("want host and port, like smtp.example.com:587")
		}
		if (m.SMTP.User == "") != (m.SMTP.Password == "") {
			at.Complain("user and password stand together, or neither does")
		}
	}
}

// webhook checks an address as far as its text goes; what its name stands for is looked at whenever it is dialled.
func (k checker) webhook(at strict.Node, w Webhook) {
	if !Secret(w.URL).known() {
		u, err := url.Parse(w.URL)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" { // which may hold a secret, and is not repeated
			at.At("url").Complain("want https://HOST/..., or env:NAME where the URL is a secret; never http: what is told would be read on the way")
		}
	}
	if w.Secret == "" && w.Shape != Teams {
		at.At("secret").Complain("want the key of the signature: secret: env:NAME. Without it a receiver can't know who speaks")
	}
}

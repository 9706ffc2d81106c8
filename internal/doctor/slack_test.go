package doctor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/notify/slack"
	"github.com/ripostehq/riposte/internal/notify/slack/slacktest"
)

const slackConfig = `
people: {domains: [example.com], groups: {security: {members: [ann@example.com, bob@example.com]}}}
approval: {approvers: [security]}
report: {slack: {team: T0RIPOSTE, channel: C0ALERTS, token: "env:TOKEN", app_token: "env:APP"}}
`

// Whether people would be told in Slack, and could answer there, is found out without a message.
func TestADoctorLooksAtSlack(t *testing.T) {
	users := []slacktest.User{{ID: "U1", Team: slacktest.Team, Email: "ann@example.com"}, {ID: "U2", Team: slacktest.Team, Email: "bob@example.com"}}
	for _, c := range []struct {
		story  string
		before func(*slacktest.Server, *config.Config)
		token  error
		want   []string // of the findings that are not fine
	}{
		{"all is well", nil, nil, nil},
		{"a channel by its name", func(_ *slacktest.Server, c *config.Config) { c.Report.Slack.Channel = "#riposte" }, nil, []string{"warning the app is in #riposte, which is C0ALERTS today"}},
		{"no token", nil, errors.New("there is nothing at env:TOKEN"), []string{"failed there is nothing at env:TOKEN"}},
		{"a token that Slack does not take", func(s *slacktest.Server, _ *config.Config) {
			s.Fail("auth.test", slacktest.Failure{Error: "invalid_auth"})
		}, nil, []string{"failed slack takes the token no more"}},
		{"another workspace", func(_ *slacktest.Server, c *config.Config) { c.Report.Slack.Team = "T0OTHER" }, nil, []string{"failed the token is for the workspace"}},
		{"the app is not in the channel", func(s *slacktest.Server, c *config.Config) { s.Leave(); c.Report.Slack.Channel = "#riposte" }, nil, []string{"failed channel #riposte: the app is in no channel"}},
		{"an approver who is not in Slack", func(s *slacktest.Server, _ *config.Config) {
			s.Change("U2", func(u *slacktest.User) { u.Deleted = true })
		}, nil, []string{"failed bob@example.com: no such person"}},
		{"an approver who is a guest", func(s *slacktest.Server, _ *config.Config) {
			s.Change("U2", func(u *slacktest.User) { u.Guest = true })
		}, nil, []string{"failed no click of bob@example.com counts: it is a guest"}},
		{"a scope that is missing", func(s *slacktest.Server, _ *config.Config) { s.Scopes = "chat:write,users:read" }, nil, []string{"failed the app lacks the scopes channels:history, channels:read"}},
		{"clicks that come nowhere", func(_ *slacktest.Server, c *config.Config) { c.Report.Slack.AppToken = "" }, nil, []string{"warning clicks come nowhere"}},
	} {
		t.Run(c.story, func(t *testing.T) {
			conf, err := config.Parse("riposte.yaml", []byte(slackConfig), nil)
			if err != nil {
				t.Fatal(err)
			}
			s := slacktest.New(t, time.Now, users...)
			if c.before != nil {
				c.before(s, conf)
			}
			p := Parts{Config: conf, Call: 20 * time.Second, Slack: func(context.Context) (*slack.Channel, error) {
				return slack.New(slack.Options{Token: slacktest.Token, Team: conf.Report.Slack.Team, Domains: conf.Domains, URL: s.API(), Now: time.Now, Log: slog.New(slog.DiscardHandler)}), c.token
			}}
			var wrong []string
			for _, f := range p.slack(t.Context()) {
				if f.State != OK {
					wrong = append(wrong, fmt.Sprintf("%s %s", f.State, f.Says))
					if f.Mend == "" {
						t.Errorf("%s: nothing says what to do", f.Says)
					}
				}
			}
			if len(wrong) != len(c.want) {
				t.Fatalf("found %q, want %q", wrong, c.want)
			}
			for i, w := range wrong {
				if !strings.HasPrefix(w, c.want[i]) {
					t.Errorf("found %q, want %q", w, c.want[i])
				}
			}
			if n := len(s.Messages()); n > 0 {
				t.Errorf("%d messages were sent", n)
			}
		})
	}
}

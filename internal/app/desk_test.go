package app_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/desk"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

// asking is the office where an open port is asked about: of security in Slack, then of platform by mail.
const asking = `
organization:
  accounts: [{id: "111122223333", name: shop, environment: production}]
  regions: [eu-west-1, us-east-1]
people:
  issuers: ["arn:aws:iam::*:role/people/*"]
  domains: [example.com]
  groups:
    security: {members: [ann@example.com, bob@example.com], slack: "#security"}
    platform: {members: [olga@example.com], mail: platform@example.com}
owners: {fallback: security}
approval:
  approvers: [security]
  contain: {after: 15m, silence: remind, chain: [security, platform]}
  production: {contain: {after: 15m, silence: remind}}
report:
  link: https://riposte.example.com
  slack: {team: T0123ABCD, channel: "#riposte", token: env:SLACK_TOKEN}
  mail: {from: riposte@example.com, smtp: {server: "smtp.example.com:587"}}
playbooks: {defaults: {mode: observe}, network.open-admin-port: {mode: ask}}
`

// postbox is a channel that keeps what it is given.
type postbox struct {
	got  []notify.Letter
	down error
}

func (p *postbox) Send(_ context.Context, l notify.Letter) (string, error) {
	if p.down != nil {
		return "", p.down
	}
	p.got = append(p.got, l)
	return "ref", nil
}

// askingDay is that office, and what its people read.
func askingDay(t *testing.T) (d *day, slack, mail *postbox) {
	t.Helper()
	slack, mail = &postbox{}, &postbox{}
	return opened(t, asking, func(*config.Config) map[string]notify.Channel {
		return map[string]notify.Channel{desk.Slack: slack, desk.Mail: mail}
	}), slack, mail
}

// opens has somebody open the port for shells to everybody.
func (d *day) opens() {
	d.Helper()
	_, err := d.pipeline().ec2.AuthorizeSecurityGroupIngress(d.Context(), &ec2.AuthorizeSecurityGroupIngressInput{
		GroupId: aws.String("sg-0900d1ea9e0900d24"), IpProtocol: aws.String("tcp"), FromPort: aws.Int32(22), ToPort: aws.Int32(22), CidrIp: aws.String("0.0.0.0/0"),
	})
	d.must(err)
}

// asked is the one case that asks.
func (d *day) asked() *ledger.Case {
	d.Helper()
	all, err := d.store.Cases(d.Context(), ledger.Filter{State: ledger.Asked})
	d.must(err)
	if len(all) != 1 {
		d.Fatalf("%d cases ask", len(all))
	}
	return all[0]
}

// From the call in AWS to the message, and back into the case: people read until when, and that is what the case knows.
func TestPeopleAreAskedByLetter(t *testing.T) {
	d, slack, mail := askingDay(t)
	d.opens()
	d.pass(4 * time.Minute)
	c := d.asked()
	if len(slack.got) != 1 || len(mail.got) != 0 {
		t.Fatalf("%d messages, %d mails", len(slack.got), len(mail.got))
	}
	l := slack.got[0]
	it := l.Content.Cases[0]
	if l.To.Slack != "#security" || it.Case != c.ID || it.Ask == nil || it.Ask.Shown != c.Shown(0) || it.Link != "https://riposte.example.com/cases/"+c.ID {
		t.Fatalf("letter %+v", l)
	}
	asks := c.Asks(0)
	told := c.Told(asks[0])
	if told == nil || !told.Until.Equal(it.Ask.Until) || told.Silence != ledger.Reminds {
		t.Errorf("people read until %s, the case has %+v", it.Ask.Until, told)
	}
	d.pass(4 * time.Minute)
	if len(mail.got) != 1 || mail.got[0].To.Mail != "platform@example.com" {
		t.Errorf("after five minutes platform has %+v", mail.got)
	}
	d.pass(24 * time.Minute)
	if again := d.asked().Told(asks[0]); again == nil || again.Reminded.IsZero() {
		t.Errorf("people were asked again, and the case has %+v", again)
	}
}

// A function that is about to be cut off begins no letter: it would not know whether it was sent. The next invocation sends it.
func TestAFunctionThatIsAboutToEndBeginsNoLetter(t *testing.T) {
	d, slack, _ := askingDay(t)
	d.patience = desk.Patience / 2
	d.opens()
	d.pass(4 * time.Minute)
	if len(slack.got) != 0 {
		t.Errorf("%d were begun", len(slack.got))
	}
	d.patience = time.Minute
	d.pass(time.Minute)
	if len(slack.got) != 1 {
		t.Errorf("%d were sent", len(slack.got))
	}
}

// What no channel takes nobody was told: the case knows, pages, and does nothing about it.
func TestWhatNoChannelTakesNobodyWasTold(t *testing.T) {
	d, slack, mail := askingDay(t)
	slack.down, mail.down = errors.New("down"), errors.New("down")
	d.opens()
	d.pass(3 * time.Hour)
	c := d.asked()
	if c.Told(c.Asks(0)[0]) != nil || !strings.Contains(c.Paged, "nobody could be told") {
		t.Errorf("told %+v, paged %q", c.Told(c.Asks(0)[0]), c.Paged)
	}
	slack.down = nil
	d.pass(time.Hour)
	if c = d.asked(); c.Told(c.Asks(0)[0]) == nil || len(slack.got) == 0 {
		t.Error("Slack is back, and the question was not told")
	}
}

// A channel that refuses is no end: the next is told, and the case says so.
func TestARefusalStandsInTheCase(t *testing.T) {
	d, slack, _ := askingDay(t)
	slack.down = &notify.Rejected{Why: "no such channel"}
	d.opens()
	d.pass(4 * time.Minute)
	history, err := d.store.History(t.Context(), d.asked().ID)
	d.must(err)
	said := false
	for _, e := range history {
		said = said || strings.Contains(strings.Join(e.Notes, "\n"), "group:security could not be told by slack: no such channel")
	}
	if !said {
		t.Error("the case's history does not say who could not be told")
	}
}

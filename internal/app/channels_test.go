package app

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/internal/notify/mail/smtp"
	"github.com/ripostehq/riposte/playbooks"
)

const telling = `report:
  mail: {from: riposte@example.com, smtp: {server: "smtp.example.com:587", user: riposte, password: env:PASSWORD}}
  pagerduty: {key: env:KEY}
  webhooks:
    - {url: "https://hooks.example.com/hunter2", secret: env:HOOK}
    - {url: env:TEAMS, shape: teams}
`

func tellers(t *testing.T, file string, env map[string]string) Telling {
	t.Helper()
	c, err := config.Parse("riposte.yaml", []byte(file), playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	return Telling{Report: c.Report, Getenv: func(name string) string { return env[name] }, Now: time.Now, SMTP: smtpServer}
}

// smtpServer is a mailer, as the command line has one.
func smtpServer(from string, by config.SMTP, password string, now func() time.Time) (notify.Channel, func(context.Context) error, error) {
	return smtp.New(from, smtp.Server{Address: by.Server, User: by.User, Password: password}, now)
}

// A function speaks no SMTP, and says so where it is to.
func TestAFunctionSpeaksNoSMTP(t *testing.T) {
	tell := tellers(t, telling, map[string]string{"PASSWORD": "hunter2"})
	tell.SMTP = nil
	if err := tell.Channels()[0].ready(t.Context()); err == nil || !strings.Contains(err.Error(), "report.mail.ses") {
		t.Error(err)
	}
}

// Each channel that the file names is made when it is needed; one whose secret is missing, or none, says so, until it is there, and the
// others are made all the same.
func TestChannelsOfAFile(t *testing.T) {
	env := map[string]string{
		"PASSWORD": "hunter2", "KEY": strings.Repeat("k", 32), "HOOK": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "TEAMS": "https://teams.example.com/hunter2?sig=hunter2",
	}
	all := tellers(t, telling, env).Channels()
	for i, want := range []string{"mail smtp.example.com:587", "pagerduty PagerDuty, us", "webhook/0 hooks.example.com", "webhook/1 env:TEAMS"} {
		if got := all[i].Name + " " + all[i].To; got != want || all[i].ready(t.Context()) != nil {
			t.Errorf("%s, want %s: %v", got, want, all[i].ready(t.Context()))
		}
	}
	for i, x := range []struct{ name, value, want string }{
		{"PASSWORD", "", "mail: there is nothing at env:PASSWORD"},
		{"KEY", "hunter2", "pagerduty: an integration key of PagerDuty's has 32 letters and digits"},
		{"HOOK", "hunter2", "webhook/0: the secret of the webhook at hooks.example.com is none"},
		{"TEAMS", "http://teams.example.com/hunter2", "webhook/1: a webhook's URL begins with https://"},
	} {
		other := maps.Clone(env)
		other[x.name] = x.value
		all := tellers(t, telling, other).Channels()
		for j, c := range all {
			if err := c.ready(t.Context()); (err != nil) != (i == j) {
				t.Errorf("%s: %s: %v", x.name, c.Name, err)
			}
		}
		_, err := all[i].Send(t.Context(), notify.Letter{})
		if err == nil || !strings.Contains(err.Error(), x.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", x.name, err)
		}
		other[x.name] = env[x.name]
		if err := all[i].ready(t.Context()); err != nil {
			t.Errorf("%s is there now: %v", x.name, err)
		}
	}
}

// The desk writes by every channel that the file names, and by no other.
func TestTheDeskHasTheChannelsOfTheFile(t *testing.T) {
	c, err := config.Parse("riposte.yaml", []byte(telling), playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(Parts{Config: c, Tell: &Telling{Getenv: func(string) string { return "" }, Now: time.Now}, Now: time.Now}, action.Codec{}, nil)
	if got, want := slices.Sorted(maps.Keys(d.Channels)), slices.Sorted(slices.Values(Directory(c).Channels)); !slices.Equal(got, want) || len(got) != 4 {
		t.Errorf("%q, want %q", got, want)
	}
	if newDesk(Parts{Config: c, Now: time.Now}, action.Codec{}, nil) != nil {
		t.Error("a desk without channels")
	}
}

// The function has its secrets in SSM, encrypted.
func TestSecretsOfSSM(t *testing.T) {
	moto := mototest.Start(t)
	client := ssm.NewFromConfig(moto.Config(event.Place{Region: "eu-west-1"}))
	_, err := client.PutParameter(t.Context(), &ssm.PutParameterInput{Name: aws.String("/riposte/key"), Value: aws.String(strings.Repeat("k", 32)), Type: types.ParameterTypeSecureString})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"/riposte/key": "", "/riposte/other": "read the parameter /riposte/other"} {
		made := tellers(t, "report: {pagerduty: {key: \"ssm:"+name+"\"}}", nil)
		made.AWS, made.Home = moto.Config, event.Place{Region: "eu-west-1"}
		err := made.Channels()[0].Check(t.Context())
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

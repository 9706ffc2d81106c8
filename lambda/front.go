package lambda

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	runtime "github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/notify/slack"
	"github.com/ripostehq/riposte/internal/source/lambda"
)

// Names of the front's environment. It has no configuration: it knows no ledger, no account and no playbook.
const (
	part          = "RIPOSTE_PART"           // front; "": the function itself
	answerQueue   = "RIPOSTE_ANSWER_QUEUE"   // URL of the queue that clicks go to
	signingSecret = "RIPOSTE_SIGNING_SECRET" // where Slack's is: env:NAME, or ssm:/name
)

const (
	front     = "front"
	frontPath = "/slack" // that the app's request URL ends with
)

// frontSettings are what the front runs with.
type frontSettings struct {
	queue, region string
	secret        config.Secret
}

func loadFront(env func(string) string) (frontSettings, error) {
	s := frontSettings{queue: env(answerQueue), region: env(region)}
	if err := s.secret.UnmarshalText([]byte(env(signingSecret))); err != nil {
		return s, fmt.Errorf("%s: %w", signingSecret, err)
	}
	if s.region == "" {
		return s, errors.New(region + " is not set: Lambda does that, elsewhere set it")
	}
	if _, err := lambda.QueueOf(s.queue, s.region); err != nil {
		return s, fmt.Errorf("%s: %w", answerQueue, err)
	}
	return s, nil
}

// buildFront puts the front together.
func buildFront(ctx context.Context, env func(string) string, log *slog.Logger, now func() time.Time) (runtime.Handler, error) {
	s, err := loadFront(env)
	if err != nil {
		return nil, err
	}
	base, err := cloud.Load(ctx)
	if err != nil {
		return nil, err
	}
	home := event.Place{Region: s.region}
	secret, err := app.Telling{AWS: base, Home: home, Getenv: env}.Secret(ctx, s.secret)
	if err != nil {
		return nil, err
	}
	return s.over(secret, sqs.NewFromConfig(base(home)), log, now), nil
}

func (s frontSettings) over(secret string, q lambda.Sender, log *slog.Logger, now func() time.Time) *lambda.Front {
	f := &lambda.Front{Queue: s.queue, Send: q, Log: log, Now: now, Path: frontPath, Most: slack.MostBody, Check: func(c lambda.Click) error { return signed(c).Check(secret, now(), slack.Age) }}
	f.Header.Timestamp, f.Header.Signature = strings.ToLower(slack.TimestampHeader), strings.ToLower(slack.SignatureHeader)
	return f
}

func signed(c lambda.Click) slack.Signed {
	return slack.Signed{Timestamp: c.Timestamp, Signature: c.Signature, Body: []byte(c.Body)}
}

package lambda

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/source"
	"github.com/ripostehq/riposte/internal/source/lambda"
)

// queued is how old a click may be that has waited in the queue: longer than the queue brings it again, shorter than what people have
// forgotten.
const queued = 20 * time.Minute

// answers takes the clicks that the front has put into the queue.
type answers struct {
	slack *app.Slack
	log   *slog.Logger
	now   func() time.Time
}

// take checks the signature once more, since the front stands open to all and is not believed, and takes the click.
func (a answers) take(ctx context.Context, c lambda.Click) error {
	if a.slack == nil {
		return &source.Malformed{Err: errors.New("a click, and report.slack names no workspace")}
	}
	clicks, err := a.slack.Clicks(ctx)
	if err != nil {
		return err
	}
	if err := signed(c).Check(clicks.Secret, a.now(), queued); err != nil {
		a.log.Error("a click in the queue is not Slack's: refused; who writes into it?", "why", err)
		return &source.Malformed{Err: fmt.Errorf("a click is not Slack's: %w", err)}
	}
	return clicks.TakeSigned(ctx, []byte(c.Body))
}

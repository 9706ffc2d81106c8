package lambda

import (
	"context"
	"log/slog"
	"time"

	runtime "github.com/aws/aws-lambda-go/lambda"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/origin"
	"github.com/ripostehq/riposte/playbook"
)

const (
	// seldom is the least between two looks at whether the configuration is another.
	seldom = time.Minute
	// looks is the longest that one may take: the invocation waits for it.
	looks = 3 * time.Second
)

// maker makes the handler of the configuration that lies there now.
type maker struct {
	env       func(string) string
	watch     *origin.Watch
	catalogue []playbook.Definition
	kinds     []action.Kind
	log       *slog.Logger
	now       func() time.Time
	put       func(*settings, context.Context) (runtime.Handler, *app.App, error) // together for AWS

	looked time.Time
	before *app.App // nil before the first was made
}

// make puts riposte together under the configuration. One that changes something says what, in the log and in the record.
func (m *maker) make(ctx context.Context) (runtime.Handler, error) {
	m.looked = m.now()
	s, err := load(m.env, func(name string) (origin.Text, error) { return m.watch.Read(ctx, name) }, m.catalogue, m.kinds)
	if err != nil {
		return nil, err
	}
	s.log, s.now, s.before = m.log, m.now, m.before
	h, a, err := m.put(s, ctx)
	if err != nil {
		return nil, err
	}
	var changes []config.Change
	if m.before != nil {
		changes = a.Config.Since(m.before.Config)
	}
	for _, d := range changes {
		level := slog.LevelInfo
		if d.Weaker {
			level = slog.LevelWarn
		}
		m.log.Log(ctx, level, "configuration", "change", d.Says)
	}
	if err := app.Configured(ctx, a.Store, a.Config, changes, m.now()); err != nil {
		m.log.Warn("the record does not say which configuration is in effect", "error", err)
	}
	m.before = a
	m.watch.Took(a.Config.Version)
	return h, nil
}

// changed looks at most once a minute: between two invocations a function does not live.
func (m *maker) changed(ctx context.Context) bool {
	if !origin.Remote(m.watch.Name) || m.now().Sub(m.looked) < seldom {
		return false
	}
	m.looked = m.now()
	ctx, cancel := context.WithTimeout(ctx, looks)
	defer cancel()
	return m.watch.Changed(ctx)
}

// refused says that the configuration before goes on: with each look, as long as it is so, since a log is all that a function has to say it by.
func (m *maker) refused(err error) {
	m.watch.Took("")
	m.log.Error("the configuration was refused: the one before is in effect", "why", err)
}

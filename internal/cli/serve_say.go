package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/serve"
	"github.com/ripostehq/riposte/internal/show"
	"github.com/ripostehq/riposte/playbook"
)

// check says what a daemon would do, as a result.
func (v serveVerb) check(ctx context.Context, sh *shell, c *config.Config) error {
	base, err := cloud.Load(ctx)
	if err != nil {
		return err
	}
	sources, err := wiring{sh: sh, base: base, log: slog.New(slog.DiscardHandler)}.sources(c, &serve.Live{})
	if err != nil {
		return usage{err}
	}
	l, err := v.ledger(c)
	if err != nil {
		return err
	}
	a := serve.Announce(c, sources, sh.now())
	a.Ledger = l.String()
	a.Version, a.Replica, a.Metrics = version(), replica(), c.Metrics.Listen
	sh.printed(sh.announce(sh.out, a))
	return nil
}

// announce prints what is begun: lines for people, or one object.
func (sh *shell) announce(to io.Writer, a serve.Announcement) error {
	if sh.json() {
		return encode(to, map[string]serve.Announcement{"serve": a})
	}
	for _, line := range a.Text() {
		if _, err := fmt.Fprintln(to, show.Plain(line)); err != nil {
			return err
		}
	}
	return nil
}

func ids(catalogue []playbook.Definition) (out []string) {
	for _, d := range catalogue {
		out = append(out, d.ID)
	}
	return out
}

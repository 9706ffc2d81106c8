package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/show"
)

type exceptVerb struct {
	orderFlags
	ID  string      `arg:"" help:"The case, or the beginning of its id."`
	For config.Span `default:"31d" placeholder:"31d" help:"For how long."`
}

// Run lets be what a case found, for a while.
func (v exceptVerb) Run(ctx context.Context, sh *shell) error {
	if v.For <= 0 {
		return wrongUsage("--for has to be longer than nothing")
	}
	return v.on(ctx, sh, v.ID, func(r record, c *ledger.Case) ([]ledger.Order, error) {
		o := v.order(sh, r, ledger.Except)
		o.Except = time.Duration(v.For)
		return []ledger.Order{o}, r.may(c, o)
	})
}

type exceptionsVerb struct {
	ledgerFlag
	Ending *config.Span `placeholder:"7d" help:"Only those that end within this time."`
}

// Run lists the exceptions in force, the first to end first.
func (v exceptionsVerb) Run(ctx context.Context, sh *shell) error {
	r, err := v.serve(ctx, sh) // a demo's time is its world's
	if err != nil {
		return err
	}
	defer r.Close()
	all, err := r.Exceptions(ctx, r.now(sh))
	if err != nil {
		return fmt.Errorf("read the exceptions: %w", err)
	}
	t := table{{"EXCEPTION", "UNTIL", "PLAYBOOK", "RESOURCE", "OF", "BY", "CASE"}}
	for _, x := range all {
		if v.Ending != nil && x.Until.After(r.now(sh).Add(time.Duration(*v.Ending))) {
			break
		}
		one := show.ExceptionOf(x)
		if sh.json() {
			sh.object(one)
			continue
		}
		t = append(t, []string{one.Exception, one.Until.Format(time.DateTime), show.Plain(one.Playbook), show.Plain(one.Resource),
			show.Plain(strings.Join(one.Of, ", ")), show.Plain(one.By), one.Case})
	}
	if len(t) == 1 && !sh.json() {
		sh.line("no exceptions")
	}
	sh.table(t)
	return nil
}

type revokeVerb struct {
	orderFlags
	ID string `arg:"" help:"The exception, or the beginning of its id."`
}

// Run ends an exception: an order to the case that it came from.
func (v revokeVerb) Run(ctx context.Context, sh *shell) error {
	r, err := v.serve(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	x, err := r.exception(ctx, sh, v.ID)
	if err != nil {
		return err
	}
	c, err := r.one(ctx, x.Case)
	if err != nil {
		return err
	}
	return v.about(ctx, sh, r, c, func(r record, c *ledger.Case) ([]ledger.Order, error) {
		o := v.order(sh, r, ledger.Revoke)
		o.Ends = x.ID()
		return []ledger.Order{o}, r.may(c, o)
	})
}

// exception is the one in force whose id begins so.
func (r record) exception(ctx context.Context, sh *shell, id string) (ledger.Exception, error) {
	all, err := r.Exceptions(ctx, r.now(sh))
	if err != nil {
		return ledger.Exception{}, fmt.Errorf("read the exceptions: %w", err)
	}
	var found []ledger.Exception
	for _, x := range all {
		if strings.HasPrefix(x.ID(), "x_"+strings.TrimPrefix(id, "x_")) {
			found = append(found, x)
		}
	}
	switch {
	case len(found) == 0 || strings.TrimPrefix(id, "x_") == "":
		return ledger.Exception{}, fmt.Errorf("no exception in force in %s begins with %q: riposte exceptions lists them", r.file, show.Plain(id))
	case len(found) > 1:
		return ledger.Exception{}, fmt.Errorf("more than one exception in %s begins with %q: give more of the id", r.file, show.Plain(id))
	}
	return found[0], nil
}

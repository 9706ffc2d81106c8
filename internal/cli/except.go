package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/show"
	"github.com/ripostehq/riposte/playbook"
)

type exceptVerb struct {
	orderFlags
	ID       string       `arg:"" optional:"" help:"The case, or the beginning of its id. Without: --playbook, and what the exception is of."`
	As       string       `placeholder:"SEEN" help:"What riposte case showed as found, by the name that it gave. Where it is another one now, nothing is let be."`
	For      *config.Span `placeholder:"31d" help:"For how long. Default: 31d, or as long as you may."`
	Playbook string       `placeholder:"ID" help:"From no case: the playbook that is quiet."`
	Resource string       `placeholder:"ARN" help:"From no case: about this resource, as riposte case shows it."`
	Account  string       `placeholder:"ID" help:"From no case: about all that it finds in this account."`
	Actor    string       `placeholder:"ARN" help:"From no case: about all that this user or role does, by its unique id (AIDA..., AROA...); of an ARN, the id that the newest cases show."`
	Any      bool         `help:"From no case: whatever is found there, not only what was found so far. An approver may."`
}

// Run lets be what a case found, for a while.
func (v exceptVerb) Run(ctx context.Context, sh *shell) error {
	if v.For != nil && *v.For <= 0 {
		return wrongUsage("--for has to be longer than nothing")
	}
	if v.ID == "" {
		return v.alone(ctx, sh)
	}
	if v.Playbook+v.Resource+v.Account+v.Actor != "" || v.Any {
		return wrongUsage("an exception from a case is of what that found: leave --playbook, --resource, --account, --actor and --any out")
	}
	return v.on(ctx, sh, v.ID, func(r record, c *ledger.Case) ([]ledger.Order, error) {
		o := v.order(sh, r, ledger.Except)
		o.Shown, o.Found = whole(v.As, c.Seen()), c.Found()
		if err := app.Possible(c, o); err != nil {
			return nil, err
		}
		o.Except = v.length()
		if o.Except == 0 {
			var err error
			if o.Except, err = app.LetBe(r.config, r.codec, c, o, app.Month); err != nil {
				return nil, err
			}
		}
		if err := r.may(c, o); err != nil {
			return nil, err
		}
		sh.remark("%s, to be let be for %s: %s", c.ID, config.Span(o.Except), show.Plain(strings.Join(o.Found, ", ")))
		return []ledger.Order{o}, nil
	})
}

// length is for how long, 0 where that is not said.
func (v exceptVerb) length() time.Duration {
	if v.For == nil {
		return 0
	}
	return time.Duration(*v.For)
}

// alone lets be what a playbook finds on a resource, in an account or of an actor, from no case.
func (v exceptVerb) alone(ctx context.Context, sh *shell) error {
	extent, given := app.Extent{Resource: v.Resource, Account: v.Account, Actor: v.Actor}, 0
	for _, one := range []string{v.Resource, v.Account, v.Actor} {
		if one != "" {
			given++
		}
	}
	if v.Playbook == "" || given != 1 || v.As != "" {
		return wrongUsage("name a case, or --playbook and one of --resource, --account, --actor")
	}
	of, err := sh.find(v.Playbook)
	if err != nil {
		return err
	}
	if v.Reason == "" {
		return wrongUsage("say why with --reason: whoever finds it in a month wants to know")
	}
	r, err := v.serve(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	o := v.order(sh, r, ledger.Except)
	o.Except, o.Any = v.length(), v.Any
	x, err := app.Let(ctx, r.config, r.Store, of, extent, o)
	if err != nil {
		return err
	}
	if sh.json() {
		sh.object(show.ExceptionOf(x))
		return nil
	}
	what := "whatever it finds"
	if !x.Any {
		what = strings.Join(x.Found, ", ")
	}
	sh.line("%s: %s lets %s be until %s: %s", x.ID(), x.Playbook, show.Plain(x.Root), x.Until.UTC().Format(time.RFC3339), show.Plain(what))
	return nil
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
			show.Plain(of(one)), show.Plain(one.By), cmp.Or(one.Case, "none")})
	}
	if len(t) == 1 && !sh.json() {
		sh.line("no exceptions")
	}
	sh.table(t)
	return nil
}

// of says what an exception is of.
func of(x show.Exception) string {
	if x.Any {
		return "whatever is found"
	}
	return strings.Join(x.Of, ", ")
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
	if x.Case == "" {
		return v.alone(ctx, sh, r, x)
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

// alone ends an exception that came from no case.
func (v revokeVerb) alone(ctx context.Context, sh *shell, r record, x ledger.Exception) error {
	i := slices.IndexFunc(sh.catalogue, func(d playbook.Definition) bool { return d.ID == x.Playbook })
	of := playbook.Definition{ID: x.Playbook} // one that this riposte does not know takes an approver
	if i >= 0 {
		of = sh.catalogue[i]
	}
	if err := app.EndAlone(ctx, r.config, r.Store, of, x, v.order(sh, r, ledger.Revoke)); err != nil {
		return err
	}
	if sh.json() {
		sh.object(map[string]any{"revoked": x.ID()})
		return nil
	}
	sh.line("revoked: %s, %s of %s", x.ID(), x.Playbook, show.Plain(x.Root))
	return nil
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

package cli

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/canary"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/code/fix"
	"github.com/ripostehq/riposte/internal/code/owners"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/doctor"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify/slack"
	"github.com/ripostehq/riposte/internal/pattern"
	"github.com/ripostehq/riposte/playbook"
)

type doctorVerb struct {
	ledgerFlag
	Canary bool          `help:"Send a harmless marked call in each account and region, and say which arrived, after how long. Something must serve the ledger."`
	Failed bool          `help:"Only what does not work."`
	Wait   time.Duration `default:"3m" placeholder:"3m" help:"How long canaries are waited for. Default 3m."`
}

// Run looks at the accounts.
func (v doctorVerb) Run(ctx context.Context, sh *shell) error {
	c, err := v.load(ctx, sh)
	if err != nil {
		return err
	}
	base, err := cloud.Load(ctx)
	if err != nil {
		return err
	}
	p, err := v.parts(ctx, sh, c, base)
	if err != nil {
		return err
	}
	out := &examined{sh: sh, count: map[doctor.State]int{}, failed: v.Failed, names: map[string]string{}}
	for _, a := range p.Accounts {
		out.names[a.ID] = a.Name
	}
	doctor.Run(ctx, p, out.tell)
	out.print()
	if v.Canary {
		if err := v.canaries(ctx, sh, p, out); err != nil {
			return err
		}
		out.print()
	}
	ok, warnings, failed := out.count[doctor.OK], out.count[doctor.Warning], out.count[doctor.Failed]
	if sh.json() {
		sh.object(map[string]any{"summary": map[string]int{"ok": ok, "warnings": warnings, "failed": failed}})
	} else {
		sh.remark("%d ok, %d to think about, %d that do not work", ok, warnings, failed)
	}
	if failed > 0 {
		return silent(exitFailed)
	}
	return nil
}

func (v doctorVerb) parts(ctx context.Context, sh *shell, c *config.Config, base func(event.Place) aws.Config) (doctor.Parts, error) {
	var catalogue []playbook.Definition
	for _, b := range c.Playbooks {
		catalogue = append(catalogue, b.Definition)
	}
	rules, err := pattern.For(catalogue)
	if err != nil {
		return doctor.Parts{}, err
	}
	members, unknown := app.Survey(ctx, c, base, sh.now)
	accounts := make([]doctor.Account, 0, len(members))
	for _, m := range members {
		accounts = append(accounts, doctor.Account{ID: m.ID, Name: m.Name, Regions: m.Regions})
	}
	home := cloud.Home(base)
	var channels []doctor.Channel
	tell := app.Telling{Report: c.Report, AWS: base, Home: home, Getenv: os.Getenv, Now: sh.now, SMTP: mailer}
	for _, x := range tell.Channels() {
		channels = append(channels, doctor.Channel{Name: x.Name, To: x.To, Check: x.Check})
	}
	return doctor.Parts{
		Config: c, Own: base, Home: home, Channels: channels, Accounts: accounts, Unknown: unknown, Rules: rules, Getenv: os.Getenv, Now: sh.now, Call: 20 * time.Second,
		AWS: cloud.New(cloud.Options{
			Base: base, Roles: cloud.RolesOf(c.Organization.Roles), ExternalID: c.Organization.Roles.ExternalID, Guard: doctor.Guard(), Now: sh.now,
		}),
		Ledger: func() (string, error) { return v.readable(ctx, sh, c) },
		States: owners.New(c.Code, base).Places, Repositories: repositories(c, tell),
		Covered: func(ctx context.Context) ([]ledger.Coverage, error) { return v.covered(ctx, c) },
		Slack: func(ctx context.Context) (*slack.Channel, error) {
			token, err := tell.Secret(ctx, c.Report.Slack.Token)
			if err != nil {
				return nil, err
			}
			return app.SlackChannel(c, token, os.Getenv(app.SlackAPI), sh.now, slog.New(slog.DiscardHandler))
		},
	}, nil
}

// repositories are those that changes of code are proposed to.
func repositories(c *config.Config, tell app.Telling) (out []doctor.Repository) {
	for name, f := range fix.Forges(c.Code, tell.Secret) {
		out = append(out, doctor.Repository{Name: name, Look: f.Look})
	}
	slices.SortFunc(out, func(a, b doctor.Repository) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// covered is how the last listings of sweeps went. A ledger that is not there keeps none, and is not made for the question.
func (v doctorVerb) covered(ctx context.Context, c *config.Config) ([]ledger.Coverage, error) {
	if l, err := v.ledger(c); err != nil || l.Driver == config.SQLite && absent(l.Name) {
		return nil, err
	}
	store, err := v.connect(ctx, c)
	if err != nil {
		return nil, err
	}
	all, err := store.Coverages(ctx, "")
	return all, errors.Join(err, store.Close())
}

func absent(file string) bool {
	_, err := os.Stat(file)
	return errors.Is(err, fs.ErrNotExist)
}

// readable says whether the ledger can be read, or will be made.
func (v doctorVerb) readable(ctx context.Context, sh *shell, c *config.Config) (string, error) {
	if l, err := v.ledger(c); err == nil && l.Driver == config.SQLite {
		if _, err := os.Stat(l.Name); errors.Is(err, fs.ErrNotExist) {
			return l.Name + " is not there yet: riposte serve makes it", nil
		}
	}
	r, err := v.open(ctx, sh)
	if err != nil {
		return "", err
	}
	return r.file + " can be read", r.Close()
}

func (v doctorVerb) canaries(ctx context.Context, sh *shell, p doctor.Parts, out *examined) error {
	r, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	sh.remark("canaries are on their way; waiting up to %s", v.Wait)
	return doctor.Canaries(ctx, p, doctor.Flight{
		Wait: v.Wait,
		Cases: func(ctx context.Context, after string) ([]*ledger.Case, error) {
			return r.Cases(ctx, ledger.Filter{Playbook: canary.ID, After: after})
		},
		Pause: pause,
	}, out.tell)
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/canary"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/doctor"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/pattern"
	"github.com/ripostehq/riposte/playbook"
)

type doctorVerb struct {
	ledgerFlag
	Canary bool          `help:"Send a harmless marked call in each account and region, and say which arrived, after how long. Something must serve the ledger."`
	Wait   time.Duration `default:"3m" placeholder:"3m" help:"How long canaries are waited for. Default 3m."`
}

func (doctorVerb) Help() string {
	return `Asks AWS whether riposte can do its work, and says of each thing that is wrong how to mend it: credentials, clock, ledger,
queue, each role in each account, whether trusted and break-glass principals are who they were (and their ids, for the
configuration), and in each region the rules that deliver events, and Security Hub. It changes nothing:
sessions of tiers that change are opened with a policy that denies everything. Exit code 1 where something does not work.

A canary is a dry run of ec2:ModifyInstanceAttribute on an instance that does not exist: AWS refuses it, CloudTrail records
it, and whoever serves the ledger writes down that it arrived. What it takes is CloudTrail's delivery, as it is now.

Examples:

  riposte doctor --config riposte.yaml
  riposte doctor --config riposte.yaml --canary --wait 5m`
}

// Run looks at the accounts.
func (v doctorVerb) Run(ctx context.Context, sh *shell) error {
	c, err := v.load(sh)
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
	out := &examined{sh: sh}
	doctor.Run(ctx, p, out.tell)
	if v.Canary {
		if err := v.canaries(ctx, sh, p, out); err != nil {
			return err
		}
	}
	return out.end()
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
		accounts = append(accounts, doctor.Account{ID: m.ID, Regions: m.Regions})
	}
	return doctor.Parts{
		Config: c, Own: base, Home: cloud.Home(base), Accounts: accounts, Unknown: unknown, Rules: rules, Getenv: os.Getenv, Now: sh.now, Call: 20 * time.Second,
		AWS: cloud.New(cloud.Options{
			Base: base, Roles: cloud.RolesOf(c.Organization.Roles), ExternalID: c.Organization.Roles.ExternalID, Guard: doctor.Guard(), Now: sh.now,
		}),
		Ledger: func() (string, error) { return v.readable(ctx, sh, c) },
	}, nil
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

package app

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/desk"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/internal/owner"
)

// Channels makes what people are told by, by the names that desk.Directory has: mail, pagerduty, webhook/0 and so on; Slack, which also
// takes answers, is the app's own. What the configuration does not name is not among them.
type Channels func(c *config.Config) map[string]notify.Channel

// Letters makes the desk that writes letters by a configuration. It has no channels: with none it says who would be told, and sends nothing.
func Letters(c *config.Config, codec action.Codec, store desk.Store, now func() time.Time, log *slog.Logger) *desk.Desk {
	return desk.New(letters(c, codec, store, now, log))
}

func letters(c *config.Config, codec action.Codec, store desk.Store, now func() time.Time, log *slog.Logger) desk.Options {
	return desk.Options{
		Store: store, People: Directory(c), Policy: gate.Policy{Approval: approval(c), BreakGlass: breakGlass(c), Decoys: c.Facts().Decoys}, Codec: codec, Owner: ownerBy(c),
		Link: c.Report.Link, Zone: c.Report.Zone.Location(), Awake: awake(calendar(c.Report)), Enforced: c.Enforced, Announced: announced(c), Now: now, Random: rand.Float64, Poll: lettersPoll, Log: log,
	}
}

// announced are the playbooks that act from a day on.
func announced(c *config.Config) (ids []string) {
	for _, b := range c.Playbooks {
		if !c.Enforced(b.ID).IsZero() {
			ids = append(ids, b.ID)
		}
	}
	return ids
}

// lettersPoll is how often the ledger is asked for letters that other replicas have posted.
const lettersPoll = 5 * time.Second

// newDesk is the desk of this process; nil where the configuration names no channel.
func newDesk(p Parts, codec action.Codec, slack *Slack) *desk.Desk {
	channels := map[string]notify.Channel{}
	if p.Tell != nil {
		tell := *p.Tell
		tell.Report = p.Config.Report
		for _, c := range tell.Channels() {
			channels[c.Name] = c
		}
	}
	if p.Channels != nil { // in place of what the configuration names
		maps.Copy(channels, p.Channels(p.Config))
	}
	if slack != nil {
		channels[desk.Slack] = slack
	}
	if len(channels) == 0 {
		return nil
	}
	o := letters(p.Config, codec, p.Store, p.Now, p.Log)
	o.Channels, o.Holder = channels, p.Name
	if m, ok := p.Meter.(desk.Meter); ok {
		o.Meter = m
	}
	return desk.New(o)
}

// SendLetters sends what is due, and says when more will be; zero for never, or where there is no desk. What can't be sent is told by the
// log, and stays owed. Near the end of the context none is begun: of a letter that is in hand when a process is cut off nobody knows whether it was sent.
func (a *App) SendLetters(ctx context.Context) (next time.Time, err error) {
	for a.Desk != nil {
		if end, ends := ctx.Deadline(); ends && time.Until(end) < desk.Patience {
			return a.Now().Add(desk.Patience), a.Desk.Release(ctx)
		}
		worked, next, err := a.Desk.Step(ctx)
		switch {
		case err != nil:
			return time.Time{}, fmt.Errorf("letters: %w", err)
		case !worked:
			return next, nil
		case ctx.Err() != nil:
			return a.Now(), a.Desk.Release(ctx)
		}
	}
	return time.Time{}, nil
}

// Directory is who is told, and where, as a configuration says.
func Directory(c *config.Config) desk.Directory {
	d := desk.Directory{
		Domains: c.Domains, Groups: map[string]desk.Group{}, Approvers: c.Approval.Approvers, Fallback: c.Owners.Fallback,
		Chain: c.Approval.Contain.Chain, Channel: c.Report.Slack.Channel, Channels: channelsOf(c.Report),
	}
	for name, g := range c.Groups {
		one := desk.Group{Slack: g.Slack, Mail: strings.ToLower(g.Mail), Page: g.Page}
		for _, m := range g.Members {
			one.Members = append(one.Members, c.People.Address(m))
		}
		d.Groups[name] = one
	}
	for _, whose := range []map[string]string{c.Owners.Accounts, c.Owners.Resources} {
		for _, who := range whose {
			if strings.Contains(who, "@") {
				d.Named = append(d.Named, c.People.Address(who))
			}
		}
	}
	return d
}

// channelsOf are the names of the channels that a configuration has.
func channelsOf(r config.Report) (names []string) {
	for _, x := range []struct {
		name string
		is   bool
	}{{desk.Slack, r.Slack.Token != ""}, {desk.Mail, r.Mail.From != ""}, {desk.PagerDuty, r.PagerDuty.Key != ""}} {
		if x.is {
			names = append(names, x.name)
		}
	}
	for i := range r.Webhooks {
		names = append(names, desk.Webhook(i))
	}
	return names
}

// ownerBy says whose the root of a case is, so far as anybody is known to own it: else approvers are told, and the fallback group.
func ownerBy(c *config.Config) func(context.Context, *ledger.Case) (desk.Owner, error) {
	return func(_ context.Context, of *ledger.Case) (desk.Owner, error) {
		o := owner.OfCase(c, of)
		out := desk.Owner{Address: o.Address, Group: o.Group, How: o.How, Ignored: len(o.Ignored) > 0}
		if o.By == owner.Fallback {
			out.Address, out.Group = "", ""
		}
		if o.Inferred() {
			who := owner.Of(c, of.Root.String(), of.Root.Account, nil, o.At)
			out.Beside = &desk.Owner{Address: who.Address, Group: who.Group, How: who.How}
		}
		if out.Ignored {
			out.How += "; " + o.Ignored[0].By + " names somebody else, who is not written to"
		}
		return out, nil
	}
}

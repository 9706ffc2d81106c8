package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/owner"
)

// Order writes what a person wants of a case into its inbox: a replica that serves the ledger takes it up. The case is found by
// its id or an unambiguous beginning of it. What can't be is refused at once, with the reason.
func Order(ctx context.Context, s interface {
	ledger.Cases
	ledger.Inbox
}, prefix string, o ledger.Order) (*ledger.Case, error) {
	c, err := s.Find(ctx, prefix)
	if err != nil {
		return nil, fmt.Errorf("case %q: %w", prefix, err)
	}
	if err := possible(c, &o); err != nil {
		return c, err
	}
	return c, deliver(ctx, s, c, o)
}

// deliver puts an order into its case's inbox. One of the same person, verb and time is the same order.
func deliver(ctx context.Context, s ledger.Inbox, c *ledger.Case, o ledger.Order) error {
	key := fmt.Sprintf("order|%s|%s|%s", o.Verb, o.By, o.At.UTC().Format(time.RFC3339Nano))
	if _, err := s.Send(ctx, o.At, c.ID, ledger.Message{Key: key, Order: &o}); err != nil {
		return fmt.Errorf("case %s: %w", c.ID, err)
	}
	return nil
}

// MayOrder returns why the person of an order may not give it, as far as the case and the configuration say, "" where they may.
// The worker that carries the case decides, which also knows of other cases.
func MayOrder(c *config.Config, codec action.Codec, of *ledger.Case, o ledger.Order) (string, error) {
	p := gate.Policy{Approval: approval(c)}
	s, err := p.Standing(of, o, codec.Open)
	if err != nil {
		return "", fmt.Errorf("case %s: %w", of.ID, err)
	}
	return p.MayOrder(o, s), nil
}

// KeptBy is the open case that keeps a person from all orders, a halt among them, "" where there is none, or where nobody is named as approver.
func KeptBy(ctx context.Context, s ledger.Cases, c *config.Config, who string) (string, error) {
	if len(c.Approvers()) == 0 {
		return "", nil
	}
	id, err := gate.Policy{Approval: approval(c)}.KeptBy(who, ledger.All(ctx, s, ledger.Filter{Open: true}))
	if err != nil {
		return "", fmt.Errorf("read the open cases: %w", err)
	}
	return id, nil
}

// weekly is how often people are told again of what waits for them for ever, where they are told by letter. A person asked to let something
// be contained is asked again by the chain.
const weekly = 7 * 24 * time.Hour

// again is the answer of what waits for ever.
func again() gate.Answer { return gate.Answer{After: weekly, Silence: ledger.Reminds} }

func approval(c *config.Config) gate.Approval {
	return gate.Approval{
		People: c.People, Approvers: c.Approvers(), Owners: c.OwnersOf(), Owner: ownersOf(c), MakerOwns: func(of *ledger.Case) bool { return owner.MakerOwns(c, of) }, Production: c.InProduction,
		Shell: c.Approval.CommandLine == config.AllOrders, Persons: c.Approval.Production.Destroy.Persons,
		Tells: tells(c), Calendar: calendar(c.Report),
		Never: c.NeverExcepted, Chat: chat(c),
		Answer: func(playbook string, d gate.Deed) gate.Answer {
			a := c.AnswerAbout(playbook, d.Class, d.Account)
			means := gate.Answer{After: time.Duration(a.After), Silence: ledger.Silence(a.Silence)}
			if (means.Silence == "" || means.Silence == ledger.Holds) && d.Class != action.Contain && tells(c) == gate.ByLetter {
				return again()
			}
			if means.Silence == ledger.Acts && !c.SilenceSaid(playbook, d.Class, d.Account) {
				doubt := again()
				means.Doubt = &doubt
			}
			return means
		},
		Quiet: gate.Quiet{
			Contain: time.Duration(c.Exceptions.Contain), Production: time.Duration(c.Exceptions.Production), Owner: time.Duration(c.Exceptions.Owner),
		},
	}
}

// tells is what tells people of cases: letters, where there is a channel that people read. What goes to a webhook a program knows.
func tells(c *config.Config) gate.Telling {
	r := c.Report
	switch {
	case r.Slack.Token != "" || r.Mail.From != "" || r.PagerDuty.Key != "":
		return gate.ByLetter
	case r.SecurityHub || r.EventBus.Name != "":
		return gate.ByReport
	}
	return gate.ByNothing
}

// ownersOf says whose a case's root is, where more than its account or the fallback says so.
func ownersOf(c *config.Config) func(*ledger.Case) ([]string, bool) {
	return func(of *ledger.Case) (who []string, inferred bool) {
		if o := owner.OfCase(c, of); o.By == owner.File || o.Inferred() {
			return o.People, o.Inferred()
		}
		return nil, false
	}
}

// Possible returns why an order can't be, as the case stands.
func Possible(c *ledger.Case, o ledger.Order) error { return possible(c, &o) }

func possible(c *ledger.Case, o *ledger.Order) error {
	waits := c.State == ledger.Asked || c.State == ledger.Held
	switch o.Verb {
	case ledger.Approve:
		if !waits {
			return fmt.Errorf("case %s is %s: there is nothing to approve", c.ID, c.State)
		}
		return approvable(c, o)
	case ledger.Dismiss:
		if !waits && c.State != ledger.Suspected {
			return fmt.Errorf("case %s is %s: there is nothing to dismiss; what was done is taken back with undo", c.ID, c.State)
		}
	case ledger.Undo:
		if c.Undo != nil {
			return fmt.Errorf("case %s is %s already", c.ID, c.State)
		}
		if !c.Returnable() {
			return fmt.Errorf("case %s is %s: nothing was changed", c.ID, c.State)
		}
		if len(o.Found) == 0 { // else it is of what its giver was shown: what joined since is not let be
			o.Found = c.Found()
		}
	case ledger.Except:
		if !waits && c.State != ledger.Suspected {
			return fmt.Errorf("case %s is %s: there is nothing to let be", c.ID, c.State)
		}
		if o.Shown != "" && o.Shown != c.Seen() {
			return fmt.Errorf("what was found, or what asks, has changed since %s was shown: look again with riposte case %s", o.Shown, c.ID)
		}
		if len(o.Found) == 0 {
			o.Found = c.Found()
		}
		if len(o.Found) == 0 {
			return fmt.Errorf("case %s has found nothing yet that an exception could be of", c.ID)
		}
	case ledger.Mine, ledger.NotMine:
		if len(c.Asks(0)) == 0 {
			return fmt.Errorf("case %s is %s: it asks nothing", c.ID, c.State)
		}
		if o.Shown != "" && o.Shown != c.Shown(0) {
			return fmt.Errorf("what asks has changed since %s was shown: look again with riposte case %s", o.Shown, c.ID)
		}
	case ledger.Revoke:
		if !slices.ContainsFunc(c.Excepts(o.At), func(x ledger.Exception) bool { return x.ID() == o.Ends }) {
			return fmt.Errorf("case %s has no exception %s in force", c.ID, o.Ends)
		}
	}
	return nil
}

// approvable refuses an approval that does not say what was shown, or of what has changed since. The worker that carries the case
// looks once more: something may join on the way.
func approvable(c *ledger.Case, o *ledger.Order) error {
	asks := c.Asks(o.Revision)
	switch {
	case len(asks) == 0 && o.Revision != 0:
		return fmt.Errorf("revision %d of case %s asks nothing: there is nothing to approve", o.Revision, c.ID)
	case len(asks) == 0:
		return fmt.Errorf("case %s asks nothing: there is nothing to approve", c.ID)
	case o.Shown == "" && o.Revision == 0:
		return fmt.Errorf("an approval is of what was shown: riposte case %s shows what asks, and its name", c.ID)
	case o.Shown != "" && o.Shown != c.Shown(o.Revision):
		return fmt.Errorf("what asks has changed since %s was shown: look again with riposte case %s", o.Shown, c.ID)
	case o.Shown == "" && slices.ContainsFunc(asks, func(a ledger.Ask) bool { return a.Rung > 0 }):
		return fmt.Errorf("a step of revision %d has climbed since the plan was made, and asks something else: look at riposte case %s, and name what it shows",
			o.Revision, c.ID)
	}
	return nil
}

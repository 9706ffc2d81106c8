package app

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// mostLooked is how many of a playbook's newest cases are looked through for what was seen: a ledger of a million is not read for it.
const mostLooked = 2000

// letting is what exceptions from no case need of the record.
type letting interface {
	ledger.Cases
	ledger.Exceptions
}

// Extent is what an exception is of that a person gives from no case: one of its fields.
type Extent struct{ Resource, Account, Actor string }

var principalID = regexp.MustCompile(`^(AIDA|AROA)[A-Z0-9]{12,124}$`)

// place is the root of an exception of that scope, and the account that it is in, "" for an actor, who may act in any.
func (s Extent) place(ctx context.Context, in ledger.Cases) (root, account string, err error) {
	switch {
	case s.Account != "":
		if !accountID.MatchString(s.Account) {
			return "", "", fmt.Errorf("%q is no id of an account: want twelve digits", s.Account)
		}
		return ledger.OfAccount + s.Account, s.Account, nil
	case s.Actor != "":
		id, err := principal(ctx, in, s.Actor)
		return ledger.OfActor + id, "", err
	}
	account, _, _ = strings.Cut(s.Resource, "/") // of what has no ARN: account/region/type/id
	if parts := strings.SplitN(s.Resource, ":", 6); len(parts) == 6 && parts[0] == "arn" {
		account = parts[4]
	}
	if !accountID.MatchString(account) {
		return "", "", fmt.Errorf("%q names no resource: write it as riposte case shows it, with its account", s.Resource)
	}
	return s.Resource, account, nil
}

// principal is the unique id behind an ARN, as the newest cases have it: an ARN is whoever has the name tomorrow. A session's is not widened to its role.
func principal(ctx context.Context, in ledger.Cases, name string) (string, error) {
	if principalID.MatchString(name) {
		return name, nil
	}
	if parts := strings.SplitN(name, ":", 6); len(parts) == 6 && parts[2] == "sts" {
		return "", fmt.Errorf("%q is a session, and an exception is of a role or a user, which others may come by as well: name those, if all of theirs is to be let be", name)
	}
	var ids []string
	looked := 0
	for c, err := range ledger.Newest(ctx, in, ledger.Filter{}, 200) {
		if err != nil {
			return "", fmt.Errorf("read the cases: %w", err)
		}
		a := c.Origin.Actor
		if id := a.UniqueID(); principalID.MatchString(id) && a.Principal() == name && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
		if looked++; looked == mostLooked {
			break
		}
	}
	switch len(ids) {
	case 0:
		return "", fmt.Errorf("no case shows the unique id of %q: give that (AIDA... or AROA..., as aws iam get-user and get-role print it), since a name can be taken", name)
	case 1:
		return ids[0], nil
	}
	return "", fmt.Errorf("%q was the name of several principals (%s): give the unique id of the one that you mean", name, strings.Join(ids, ", "))
}

// seen is what the newest cases of a playbook found within an exception's root.
func seen(ctx context.Context, in ledger.Cases, id, root, account string) (found []string, err error) {
	looked := 0
	for c, err := range ledger.Newest(ctx, in, ledger.Filter{Playbook: id, Account: account}, 200) {
		if err != nil {
			return nil, fmt.Errorf("read the cases: %w", err)
		}
		if slices.Contains([]string{c.Root.String(), ledger.OfAccount + c.Root.Account, ledger.OfActor + c.Origin.Actor.UniqueID()}, root) {
			found = append(found, c.Found()...)
		}
		if looked++; looked == mostLooked {
			break
		}
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// Let gives an exception from no case, for a month where the order says no length, or for what its giver may
// at most. It is of what was found there so far, or of whatever is found (Order.Any). It is written at once, as a
// halt is; whether its giver may is asked here, and again by each worker that would go by it.
func Let(ctx context.Context, c *config.Config, s letting, of playbook.Definition, extent Extent, o ledger.Order) (ledger.Exception, error) {
	root, account, err := extent.place(ctx, s)
	if err != nil {
		return ledger.Exception{}, err
	}
	if o.Except == 0 {
		o.Except = Month
		p := gate.Policy{Approval: approval(c)}
		if most := p.Longest(o, p.Alone(of, account, ledger.Exception{Root: root}.Wide())); most > 0 {
			o.Except = min(o.Except, most)
		}
	}
	if !o.Any {
		if o.Found, err = seen(ctx, s, of.ID, root, account); err != nil {
			return ledger.Exception{}, err
		}
		if len(o.Found) == 0 {
			return ledger.Exception{}, fmt.Errorf("%s has found nothing there yet that an exception could be of: an approver lets be whatever it finds with --any", of.ID)
		}
	}
	x := ledger.Alone(of.ID, root, o)
	if err := mayAlone(ctx, c, s, of, x, account, o); err != nil {
		return x, err
	}
	if err := s.Grant(ctx, x); err != nil {
		return x, fmt.Errorf("let %s be: %w", root, err)
	}
	return x, nil
}

// EndAlone ends an exception that came from no case.
func EndAlone(ctx context.Context, c *config.Config, s letting, of playbook.Definition, x ledger.Exception, o ledger.Order) error {
	account := strings.TrimPrefix(x.Root, ledger.OfAccount)
	if !x.Wide() {
		_, account, _ = Extent{Resource: x.Root}.place(ctx, s) // "": what takes an approver
	} else if !accountID.MatchString(account) {
		account = ""
	}
	if err := mayAlone(ctx, c, s, of, x, account, o); err != nil {
		return err
	}
	was, err := s.Revoke(ctx, x, o)
	if err == nil && !was {
		err = fmt.Errorf("%s is not in force any more", x.ID())
	}
	return err
}

func mayAlone(ctx context.Context, c *config.Config, s letting, of playbook.Definition, x ledger.Exception, account string, o ledger.Order) error {
	p := gate.Policy{Approval: approval(c)}
	standing := p.Alone(of, account, x.Wide())
	if o.Verb == ledger.Revoke {
		standing.Giver = c.People.Address(x.By)
	}
	why := p.MayOrder(o, standing)
	if why == "" && len(p.Approval.Approvers) > 0 {
		var err error
		if standing.Grave, err = KeptBy(ctx, s, c, o.By); err != nil {
			return err
		}
		why = p.MayOrder(o, standing)
	}
	if why != "" {
		return fmt.Errorf("%s can't %s %s of %s: %s", o.By, o.Verb, of.ID, x.Root, why)
	}
	return nil
}

package desk

import (
	"context"
	"slices"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/internal/show"
)

// mostText is how much of one text that others chose a letter holds, in bytes: no channel shows more.
const mostText = 16 << 10

// mostFacts is how many facts of a case a letter holds.
const mostFacts = 16

// facts are what is known of a case: who, from where, what was done.
func facts(c show.Case) (out []notify.Fact) {
	wanted := []string{"account", "resource", "event", "actor", "person", "called from", "upstream", "identity", "reason", "approved", "undo", "let be"}
	for _, f := range c.Facts() {
		if slices.Contains(wanted, f.Name) && len(out) < mostFacts {
			out = append(out, notify.Fact{Name: f.Name, Value: notify.Cut(f.Value, mostText)})
		}
	}
	return out
}

// detail tells what is known of a case that a letter shows: it is looked up for those alone.
func (d *Desk) detail(ctx context.Context, l *ledger.Letter) func(id string) []notify.Fact {
	return func(id string) []notify.Fact {
		c, err := d.Store.Load(ctx, id)
		if err != nil {
			return nil // its state and its title are there
		}
		var out []notify.Fact
		if one, err := show.Of(c, d.Codec, d.Policy.Approval.People); err == nil {
			out = facts(one)
		}
		if !isDigest(l.Matter) && !isList(l.Matter) {
			return out // whose it is decides nothing about what contains
		}
		return append(out, notify.Fact{Name: "owner", Value: notify.Cut(d.how(ctx, c), mostText)})
	}
}

// how says who owns what a case is about, and how that is known.
func (d *Desk) how(ctx context.Context, c *ledger.Case) string {
	o, err := d.Owner(ctx, c)
	who := o.Address
	if who == "" {
		who = o.Group
	}
	if err != nil || who == "" {
		return "not known"
	}
	return who + " (" + o.How + ")"
}

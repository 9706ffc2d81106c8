package doctor

import (
	"context"
	"strings"
)

// Channel is a way by which people are told. Check looks whether it would work, and sends nothing.
type Channel struct {
	Name, To string
	Check    func(context.Context) error
}

// channels are a check for each.
func (p Parts) channels() (out []check) {
	for _, c := range p.Channels {
		out = append(out, func(ctx context.Context) []Finding {
			ctx, cancel := p.limited(ctx)
			defer cancel()
			says := c.Name + " by " + c.To + " would work, as far as can be seen without sending anything"
			return one(Finding{Check: "channel", State: OK, Says: says}, c.Check(ctx), mends(c.Name))
		})
	}
	return out
}

// mends is what to do where a channel does not work.
func mends(channel string) string {
	switch kind, _, _ := strings.Cut(channel, "/"); kind {
	case "mail":
		return "look at report.mail and its secret; for SES verify the identity, and give riposte's own role what riposte permissions --tier own prints"
	case "pagerduty":
		return "look at report.pagerduty and its key"
	}
	return "look at report.webhooks: a public host, https, and a secret as openssl rand -base64 32 makes them"
}

package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	api "github.com/slack-go/slack"

	"github.com/ripostehq/riposte/internal/notify"
)

// Look is one thing that was looked at in Slack.
type Look struct {
	Says string
	Err  error  // why it does not work
	Mend string // what to do about it; without Err: it works, and is unwise
}

// Inspect looks whether letters would arrive and clicks be taken: the token, its workspace and scopes, the channels, and persons by their
// addresses. It sends nothing. Of what depends on a token that is not taken, nothing is asked.
func (c *Channel) Inspect(ctx context.Context, channels, persons []string) []Look {
	me, err := c.api.AuthTestContext(ctx)
	if err != nil {
		return []Look{{Err: c.failure(err), Mend: "install the app (riposte slack prints its manifest), and set report.slack.token to its bot token, xoxb-..."}}
	}
	if me.TeamID != c.Team {
		return []Look{{Err: fmt.Errorf("the token is for the workspace %.20q", me.TeamID), Mend: "set report.slack.team to it, if it is yours: no click of another counts"}}
	}
	out := []Look{{Says: "the token is for the workspace " + me.TeamID}, scopes(me)}
	if own, err := c.self(ctx); err == nil {
		out = append(out, Look{Says: fmt.Sprintf("clicks of the app %s count", own.app)})
	} else {
		out = append(out, Look{Err: err, Mend: "without its id no click counts: give the app the scope users:read, and a bot user"})
	}
	for _, name := range channels {
		out = append(out, c.joined(ctx, name))
	}
	for _, address := range persons {
		out = append(out, c.found(ctx, address))
	}
	return out
}

func scopes(me *api.AuthTestResponse) Look {
	var has, lacks []string
	for s := range strings.SplitSeq(me.Header.Get("X-Oauth-Scopes"), ",") {
		has = append(has, strings.TrimSpace(s))
	}
	for _, s := range Scopes() {
		if !slices.Contains(has, s) {
			lacks = append(lacks, s)
		}
	}
	if len(lacks) > 0 {
		return Look{Err: fmt.Errorf("the app lacks the scopes %s", strings.Join(lacks, ", ")), Mend: "hold its manifest against riposte slack, and install it again"}
	}
	return Look{Says: "the app has the scopes that it needs"}
}

// joined: the history of a channel is shown to its members alone.
func (c *Channel) joined(ctx context.Context, name string) Look {
	id, err := c.channel(ctx, name)
	if err == nil {
		_, err = c.api.GetConversationHistoryContext(ctx, &api.GetConversationHistoryParameters{ChannelID: id, Limit: 1})
		err = c.failure(err)
	}
	if err != nil {
		return Look{Err: fmt.Errorf("channel %s: %s", clean(name, 80), reason(err)), Mend: "invite the app there: /invite @riposte"}
	}
	if name != id {
		return Look{
			Says: fmt.Sprintf("the app is in %s, which is %s today: a channel that is renamed leaves its name to another, which would be told instead", clean(name, 80), clean(id, 40)),
			Mend: fmt.Sprintf("write %s in place of %s", clean(id, 40), clean(name, 80)),
		}
	}
	return Look{Says: fmt.Sprintf("the app is in %s", clean(name, 80))}
}

// found looks a person up as a letter would, and as a click would be judged.
func (c *Channel) found(ctx context.Context, address string) Look {
	mend := "somebody who is not in Slack is told by mail, and answers in the console"
	if !within(address, c.Domains) {
		return Look{Err: fmt.Errorf("%s is in no domain of people.domains", clean(address, 120)), Mend: "add the domain, if it is yours"}
	}
	u, err := c.api.GetUserByEmailContext(ctx, address)
	if err != nil {
		return Look{Err: fmt.Errorf("%s: %s", clean(address, 120), reason(c.failure(err))), Mend: mend}
	}
	why := describe(u).unfit(c.Team, c.Domains)
	if why != "" {
		return Look{Err: fmt.Errorf("no click of %s counts: %s", clean(address, 120), why), Mend: mend}
	}
	return Look{Says: fmt.Sprintf("%s is in Slack", clean(address, 120))}
}

// reason is an error without what it means for a letter.
func reason(err error) string {
	if r, ok := errors.AsType[*notify.Rejected](err); ok {
		return r.Why
	}
	return err.Error()
}

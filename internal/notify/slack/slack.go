// Package slack brings letters to people in Slack, and their answers back: a message with buttons, brought up to date in place, whose
// clicks come by Socket Mode or by signed HTTP. It proves who has clicked on what; who may order is the gate's.
package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	api "github.com/slack-go/slack"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

// Options are what a Channel and its Clicks work with.
type Options struct {
	Token   string   // of the bot, xoxb-...
	Team    string   // id of the workspace, T...: nobody of another counts
	Channel string   // where a letter goes to a group that names none: #name or an id; "": such a letter is rejected
	Domains []string // of addresses that are believed and written to; none: any

	// ByChat says why an order counts only where it does not come by chat, "" where it counts (gate.Approval.ByChat): such a
	// button is not shown, and the message says why.
	ByChat func(verb ledger.Verb, class action.Class, production bool) string

	URL  string       // of Slack's API, with a slash at its end; "": Slack's own
	HTTP *http.Client // nil: one that waits ten seconds and follows no redirect
	Now  func() time.Time
	Log  *slog.Logger
}

// wait is the longest that one call of Slack's API may take.
const wait = 10 * time.Second

// Channel sends letters to Slack. It is a notify.Channel.
type Channel struct {
	Options
	api *api.Client

	mu     sync.Mutex
	own    *identity
	places map[string]string  // ids of channels, by name
	people map[string]*person // as Slack last described them, by id
}

// New makes a Channel. It calls nobody.
func New(o Options) *Channel {
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: wait, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	if o.ByChat == nil {
		o.ByChat = func(ledger.Verb, action.Class, bool) string { return "nothing is ordered by chat" }
	}
	c := &Channel{Options: o, places: map[string]string{}, people: map[string]*person{}}
	c.api = api.New(o.Token, c.options()...)
	return c
}

func (c *Channel) options() []api.Option {
	options := []api.Option{api.OptionHTTPClient(c.HTTP)}
	if c.URL != "" {
		options = append(options, api.OptionAPIURL(c.URL))
	}
	return options
}

// Send is notify.Channel's. The reference is CHANNEL/TS, both as Slack names them.
//
// What was sent before is edited, and answered in its thread where that is worth a notice. Of what may have been sent, the last messages
// of the channel are asked first.
func (c *Channel) Send(ctx context.Context, l notify.Letter) (string, error) {
	channel, ts, known := strings.Cut(l.Ref, "/")
	if !known {
		var err error
		if channel, err = c.place(ctx, l.To); err != nil {
			return "", err
		}
		if l.Tried {
			if ts, err = c.find(ctx, channel, l.Nonce); err != nil {
				return "", err
			}
		}
	}
	if ts == "" {
		return c.post(ctx, channel, l)
	}
	switch err := c.edit(ctx, channel, ts, l); {
	case gone(err) && l.Notice: // somebody has deleted it: what is worth a notice is told again
		return c.post(ctx, channel, l)
	case gone(err):
		return l.Ref, nil
	case err != nil:
		return "", err
	}
	ref := channel + "/" + ts
	if l.Notice && known {
		return ref, c.reply(ctx, channel, ts, l)
	}
	return ref, nil
}

func (c *Channel) post(ctx context.Context, channel string, l notify.Letter) (string, error) {
	at, ts, err := c.api.PostMessageContext(ctx, channel, c.message(l)...)
	if err != nil {
		c.forget(channel)
		return "", c.failure(err)
	}
	return at + "/" + ts, nil
}

func (c *Channel) edit(ctx context.Context, channel, ts string, l notify.Letter) error {
	_, _, _, err := c.api.UpdateMessageContext(ctx, channel, ts, c.message(l)...)
	return c.failure(err)
}

// reply says in the thread that something has happened: an edit rings no bell. One that an earlier attempt has left is not written twice.
func (c *Channel) reply(ctx context.Context, channel, ts string, l notify.Letter) error {
	text := news(l.Content)
	mark := l.Nonce + "/" + ledger.Sum([]byte(text))[:16]
	if l.Tried {
		switch there, err := c.answered(ctx, channel, ts, mark); {
		case err != nil:
			return err
		case there:
			return nil
		}
	}
	_, _, err := c.api.PostMessageContext(ctx, channel, append(plainly(text, mark), api.MsgOptionTS(ts))...)
	return c.failure(err)
}

// find looks for a message of ours that carries the nonce, among the last hundred of a channel: "" where there is none.
func (c *Channel) find(ctx context.Context, channel, nonce string) (ts string, err error) {
	own, err := c.self(ctx)
	if err != nil {
		return "", err
	}
	h, err := c.api.GetConversationHistoryContext(ctx, &api.GetConversationHistoryParameters{ChannelID: channel, Limit: 100, IncludeAllMetadata: true})
	if err != nil {
		return "", c.failure(err)
	}
	for _, m := range h.Messages {
		if own.wrote(m) && carries(m, nonce) {
			return m.Timestamp, nil
		}
	}
	return "", nil
}

// answered reports whether our last reply in a thread carries a mark.
func (c *Channel) answered(ctx context.Context, channel, ts, mark string) (bool, error) {
	own, err := c.self(ctx)
	if err != nil {
		return false, err
	}
	cursor, last := "", false
	for range 10 {
		replies, more, next, err := c.api.GetConversationRepliesContext(ctx, &api.GetConversationRepliesParameters{
			ChannelID: channel, Timestamp: ts, Limit: 100, Cursor: cursor, IncludeAllMetadata: true,
		})
		if err != nil {
			return false, c.failure(err)
		}
		for _, m := range replies {
			if m.Timestamp != ts && own.wrote(m) {
				last = carries(m, mark)
			}
		}
		if !more || next == "" {
			break
		}
		cursor = next
	}
	return last, nil
}

// place is the channel that a letter goes to, by its id.
func (c *Channel) place(ctx context.Context, to notify.Recipient) (string, error) {
	switch {
	case to.Slack != "":
		return c.channel(ctx, to.Slack)
	case to.Address != "":
		return c.direct(ctx, to.Address)
	case c.Channel != "":
		return c.channel(ctx, c.Channel)
	}
	return "", &notify.Rejected{Why: fmt.Sprintf("people.groups.%s names no place in Slack, and report.slack.channel none either", to.Group)}
}

// channel finds a channel's id among those that the app is in: messages of another are refused, and edits and history take the id.
func (c *Channel) channel(ctx context.Context, name string) (string, error) {
	bare, named := strings.CutPrefix(name, "#")
	if !named {
		return name, nil
	}
	c.mu.Lock()
	id := c.places[bare]
	c.mu.Unlock()
	if id != "" {
		return id, nil
	}
	p := &api.GetConversationsForUserParameters{Types: []string{"public_channel", "private_channel"}, Limit: 200, ExcludeArchived: true}
	for range 50 {
		some, next, err := c.api.GetConversationsForUserContext(ctx, p)
		if err != nil {
			return "", c.failure(err)
		}
		if i := slices.IndexFunc(some, func(x api.Channel) bool { return x.Name == bare }); i >= 0 {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.places[bare] = some[i].ID
			return some[i].ID, nil
		}
		if p.Cursor = next; next == "" {
			break
		}
	}
	return "", &notify.Rejected{Why: fmt.Sprintf("the app is in no channel %.80q: invite it there, with /invite", name)}
}

// forget looks a channel up again: it may have been renamed, and another have its name.
func (c *Channel) forget(channel string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, id := range c.places {
		if id == channel {
			delete(c.places, name)
		}
	}
}

// direct is where a person is written to.
func (c *Channel) direct(ctx context.Context, address string) (string, error) {
	if !within(address, c.Domains) {
		return "", &notify.Rejected{Why: fmt.Sprintf("%.120q is in no domain of people.domains", address)}
	}
	u, err := c.api.GetUserByEmailContext(ctx, address)
	if err != nil {
		return "", c.failure(err)
	}
	p := describe(u)
	if why := p.unfit(c.Team, c.Domains); why != "" {
		return "", &notify.Rejected{Why: fmt.Sprintf("%.120q in Slack: %s", address, why)}
	}
	if p.address != strings.ToLower(address) {
		return "", &notify.Rejected{Why: fmt.Sprintf("Slack knows %.120q by another address", address)}
	}
	to, _, _, err := c.api.OpenConversationContext(ctx, &api.OpenConversationParameters{Users: []string{u.ID}, ReturnIM: true})
	if err != nil {
		return "", c.failure(err)
	}
	return to.ID, nil
}

// identity is who riposte is in Slack.
type identity struct{ team, app, bot, user string }

// self asks once. The app's id is in no configuration: Slack names it by the token.
func (c *Channel) self(ctx context.Context) (identity, error) {
	c.mu.Lock()
	own := c.own
	c.mu.Unlock()
	if own != nil {
		return *own, nil
	}
	me, err := c.api.AuthTestContext(ctx)
	if err != nil {
		return identity{}, c.failure(err)
	}
	if me.TeamID != c.Team {
		return identity{}, &notify.Rejected{Why: fmt.Sprintf("the token is for workspace %.20q, and report.slack.team is %.20q", me.TeamID, c.Team)}
	}
	bot, err := c.api.GetBotInfoContext(ctx, api.GetBotInfoParameters{Bot: me.BotID})
	if err != nil {
		return identity{}, c.failure(err)
	}
	if me.BotID == "" || bot.AppID == "" {
		return identity{}, errors.New("slack does not say which app the token belongs to")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.own = &identity{me.TeamID, bot.AppID, me.BotID, me.UserID}
	return *c.own, nil
}

func (i identity) wrote(m api.Message) bool {
	return m.BotID == i.bot || i.user != "" && m.User == i.user
}

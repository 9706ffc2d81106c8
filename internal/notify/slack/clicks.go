package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Clicks makes orders of clicks. Whether a person may give an order is decided where it is taken; here it is proven that this person has
// clicked on this button of this message.
type Clicks struct {
	*Channel
	Secret string // the app's signing secret, by which the function checks what its queue brings; "": it believes nothing

	// Sent returns what is known of a letter of ours: the channel's reference ("" until it is stored) and the cases that it names.
	// ledger.ErrNotFound where there is none.
	Sent func(ctx context.Context, letter string) (ref string, cases []string, err error)
	// Order brings an order to its case. Why says why it can't be given, "" where it was taken; an error says that it is not known,
	// and that it should come again. The same click has the same time (Order.At), so that it is one order however often it comes.
	Order func(ctx context.Context, caseID string, o ledger.Order) (why string, err error)
	// Count counts what becomes of clicks, by one of the outcomes below. Nil counts nothing.
	Count func(outcome string)

	mu   sync.Mutex
	done map[string]time.Time // clicks that became orders here, until none comes again
}

// Outcomes of clicks.
const (
	Taken      = "taken"
	Refused    = "refused"    // of a person who may not, or too late
	Forged     = "forged"     // on a button that riposte has not written: who holds the app's token?
	Unreadable = "unreadable" // or of no meaning here
	Unknown    = "unknown"    // the ledger, or Slack, did not answer
)

// Outcomes are what becomes of clicks.
func Outcomes() []string { return []string{Taken, Refused, Forged, Unreadable, Unknown} }

// late is how old a click may be, and how long one is remembered. What waits in the function's queue is not older.
const late = 30 * time.Minute

// again is the shortest time between two refusals that one person is told: each costs a call of what letters are sent with.
const again = 10 * time.Second

// Take takes one click, by a payload whose sender was authenticated. An error means that it should come again; whatever else is wrong was
// told to the person, or logged.
func (k *Clicks) Take(ctx context.Context, payload []byte) error {
	outcome, err := k.take(ctx, payload)
	if k.Count != nil && outcome != "" {
		k.Count(outcome)
	}
	return err
}

func (k *Clicks) take(ctx context.Context, payload []byte) (outcome string, err error) {
	c, at, err := readClick(payload)
	if err != nil {
		k.Log.Warn("a message of Slack's means nothing here", "why", err)
		return Unreadable, nil
	}
	press := c.Actions[0]
	if press.ID == opens {
		return "", nil // the browser has opened the page
	}
	own, err := k.self(ctx)
	switch {
	case err != nil:
		return Unknown, err
	case c.App != own.app || c.Team.ID != k.Team:
		k.Log.Error("a click is of another app or workspace: refused", "app", clean(c.App, 40), "team", clean(c.Team.ID, 40))
		return Forged, nil
	}
	b, why, err := k.written(ctx, c)
	switch {
	case errors.Is(err, errSoon), errors.Is(err, errOld):
		return Refused, k.refuse(ctx, c, "Nothing was ordered: "+err.Error()+".")
	case err != nil:
		return Unknown, err
	case why != "":
		k.Log.Error("a click on a button that riposte has not written: refused; who else holds the app's token?",
			"why", why, "user", clean(c.User.ID, 40), "channel", clean(c.Container.Channel, 40), "ts", clean(c.Container.TS, 40))
		return Forged, k.refuse(ctx, c, "riposte has not written this button. Do not trust the message.")
	}
	p, err := k.who(ctx, c.User.ID)
	if err != nil {
		return Unknown, err
	}
	if why := p.unfit(k.Team, k.Domains); why != "" || c.User.Team != "" && c.User.Team != k.Team {
		if why == "" {
			why = "the account is of another workspace"
		}
		k.Log.Warn("a click was refused", "user", clean(c.User.ID, 40), "why", why)
		return Refused, k.refuse(ctx, c, "Your click does not count: "+why+".")
	}
	return k.order(ctx, c, at, b, p)
}

// What may be ours, and is not known yet, or not any more: nobody has forged it.
var (
	errSoon = errors.New("the message was written a moment ago: click again")
	errOld  = errors.New("the message is so old that nothing is kept of it: riposte cases lists what is asked")
)

// written reads the button and holds it against what was sent: why says that it is none of ours.
func (k *Clicks) written(ctx context.Context, c click) (b button, why string, err error) {
	press := c.Actions[0]
	b, err = readButton(press.Value)
	switch {
	case err != nil:
		return b, err.Error(), nil
	case press.ID != string(b.Verb) || press.Text.Text != b.label():
		return b, "what stands on the button is not what it does", nil
	}
	ref, cases, err := k.Sent(ctx, b.Letter)
	switch posted, unknown := moment(c.Container.TS); {
	case errors.Is(err, ledger.ErrNotFound) && unknown == nil && k.Now().Sub(posted) > ledger.LetterKept:
		return b, "", errOld
	case errors.Is(err, ledger.ErrNotFound):
		return b, "there is no such letter", nil
	case err != nil:
		return b, "", fmt.Errorf("letter %s: %w", b.Letter, err)
	case !slices.Contains(cases, b.Case):
		return b, "the letter does not name the case", nil
	case ref == "":
		return b, "", errSoon
	case ref != c.Container.Channel+"/"+c.Container.TS:
		return b, "the letter is another message", nil
	}
	return b, "", nil
}

// order gives the order.
func (k *Clicks) order(ctx context.Context, c click, at time.Time, b button, p *person) (string, error) {
	now := k.Now()
	if now.Sub(at) > late || at.Sub(now) > Age {
		return Refused, k.refuse(ctx, c, "The click came too late, or the clocks differ. Look at the message, and click again.")
	}
	o := ledger.Order{
		Verb: b.Verb, By: p.address, Proven: true, At: at, Via: ledger.InSlack, Subject: p.team + "|" + p.id, Shown: b.Shown, Revision: b.Revision, Except: b.lasts(),
		Reason: "in Slack, on letter " + b.Letter,
	}
	key := strings.Join([]string{string(b.Verb), b.Case, p.id, c.Actions[0].TS}, "|")
	if k.came(key, now) {
		return "", nil
	}
	why, err := k.Order(ctx, b.Case, o)
	switch {
	case err != nil:
		return Unknown, fmt.Errorf("case %s: %w", b.Case, err)
	case why != "":
		return Refused, k.refuse(ctx, c, fmt.Sprintf("Nothing was ordered: %s. More is told by: riposte case %s", why, b.Case))
	}
	k.keep(key, now)
	return Taken, nil
}

// came reports whether a click became an order already: one that comes again is no news, and finds the case changed by itself.
func (k *Clicks) came(key string, now time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	at, there := k.done[key]
	return there && now.Sub(at) < 2*late
}

// keep remembers a click. What is forgotten here is known to the case's inbox.
func (k *Clicks) keep(key string, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.done == nil || len(k.done) >= mostPeople {
		k.done = map[string]time.Time{}
	}
	k.done[key] = now
}

// refuse tells the person who has clicked, and nobody else. A person who clicks again and again is told once.
func (k *Clicks) refuse(ctx context.Context, c click, why string) error {
	if !k.worth(c.User.ID) {
		return nil
	}
	channel, options := c.Container.Channel, plainly(why, "refusal")
	if _, err := k.api.PostEphemeralContext(ctx, channel, c.User.ID, options...); err != nil {
		k.Log.Warn("nobody could be told that a click was refused", "error", k.failure(err))
	}
	return nil
}

// worth reports whether a person is told: not more often than each ten seconds.
func (k *Clicks) worth(user string) bool {
	k.Channel.mu.Lock()
	defer k.Channel.mu.Unlock()
	now, p := k.Now(), k.people[user]
	if p == nil {
		if len(k.people) >= mostPeople {
			clear(k.people)
		}
		p = &person{id: user} // not described: asked for at the next click
		k.people[user] = p
	}
	if now.Sub(p.refused) < again && !now.Before(p.refused) {
		return false
	}
	p.refused = now
	return true
}

// sorry tells that a click could not be dealt with.
func (k *Clicks) sorry(ctx context.Context, payload []byte) {
	c, _, err := readClick(payload)
	if err != nil || !k.ownTeam(c) {
		return
	}
	_ = k.refuse(ctx, c, "That could not be dealt with just now. Nothing was ordered, as far as is known: click again in a minute.")
}

func (k *Clicks) ownTeam(c click) bool {
	k.Channel.mu.Lock()
	defer k.Channel.mu.Unlock()
	return k.own != nil && c.App == k.own.app && c.Team.ID == k.Team
}

package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/playbook"
)

// Exceptions that came from a case are told with it before they end. Of those that came from none a letter tells: one a week before, and one a day
// before.

// alone begins the matter of such a letter: alone/x_.../1.
const alone = "alone/"

// endings posts what is to be told of exceptions that end soon.
func (d *Desk) endings(ctx context.Context) error {
	now := d.Now()
	all, err := d.Store.Exceptions(ctx, now)
	if err != nil {
		return fmt.Errorf("exceptions that end: %w", err)
	}
	for _, x := range all {
		if err := d.endingOf(ctx, x, now); err != nil {
			return err
		}
	}
	return nil
}

// endingOf posts the last letter that is due of one exception: to the person who gave it, else to approvers. One that was given later than the letter
// is due was never to be told of.
func (d *Desk) endingOf(ctx context.Context, x ledger.Exception, now time.Time) error {
	n := 0
	for i, at := range x.Reminders() {
		if x.Order != nil && x.Case == "" && !at.After(now) && at.After(x.Order.At) {
			n = i + 1
		}
	}
	if n == 0 {
		return nil
	}
	matter := fmt.Sprintf("%s%s/%d", alone, x.ID(), n)
	there, err := d.Store.Letters(ctx, ledger.LetterFilter{Matter: matter, Limit: 1})
	if err != nil || len(there) > 0 {
		return err
	}
	to := d.People.among(d.People.Approvers...)
	if who := d.Policy.Approval.People.Address(x.By); len(d.People.ways(who)) > 0 {
		to = []place{{who, d.People.ways(who)[0], false}}
	}
	if len(to) == 0 {
		to = d.People.last()
	}
	var lines []ledger.Line
	for _, at := range to {
		lines = append(lines, ledger.Line{LetterKey: ledger.LetterKey{To: at.to, Channel: at.channel, Matter: matter}, Due: d.intime(d.Awake(now), now, x.Until), Notice: true})
	}
	if len(lines) == 0 {
		d.Log.Error("an exception ends, and nobody can be told", "exception", x.ID(), "until", x.Until)
		return nil
	}
	if err := d.Store.Post(ctx, now, lines...); err != nil {
		return fmt.Errorf("post letters: %w", err)
	}
	return nil
}

// writeEnding writes such a letter; it is empty where the exception has ended, or was ended.
func (d *Desk) writeEnding(ctx context.Context, l *ledger.Letter) (sheet, error) {
	id, _, _ := strings.Cut(strings.TrimPrefix(l.Matter, alone), "/")
	all, err := d.Store.Exceptions(ctx, d.Now())
	if err != nil {
		return sheet{}, fmt.Errorf("exception %s: %w", id, err)
	}
	for _, x := range all {
		if x.ID() != id {
			continue
		}
		of := strings.Join(x.Found, ", ")
		if x.Any {
			of = "whatever is found"
		}
		until := d.clock(x.Until)
		c := notify.Content{
			Title: "An exception ends: " + x.Playbook, Severity: playbook.Low, State: "ends " + until,
			Says: []string{
				"From then on what it lets be is answered again. To keep it, give another: riposte except --playbook " + x.Playbook + " --help. To end it now: riposte revoke " + id + ".",
			},
			Cases: []notify.Item{{
				Case: id, Playbook: x.Playbook, Title: notify.Cut(x.Root, mostText), State: "let be", Severity: playbook.Low,
				Facts: []notify.Fact{{Name: "of", Value: notify.Cut(of, mostText)}, {Name: "given by", Value: x.Order.Giver()}, {Name: "why", Value: notify.Cut(x.Reason, mostText)}, {Name: "until", Value: until}},
			}},
		}
		if d.Link != "" {
			c.Link = strings.TrimSuffix(d.Link, "/") + "/exceptions"
		}
		return sheet{content: c, digest: l.Matter}, nil
	}
	return sheet{empty: true}, nil
}

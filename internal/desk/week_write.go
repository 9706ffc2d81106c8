package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

// writeList writes a week's list from the present. It is empty where nothing is open any more, and where its reader has had letters enough in the
// week. It is put off where another letter goes to them on this day.
func (d *Desk) writeList(ctx context.Context, l *ledger.Letter, now time.Time) (sheet, error) {
	n, today, err := d.written(ctx, l.LetterKey, now)
	switch {
	case err != nil:
		return sheet{}, err
	case l.Ref == "" && n >= mostLetters:
		return sheet{empty: true}, nil
	case l.Ref == "" && today:
		tomorrow, _ := d.daily(now.Add(time.Second)) // at nine it is nine still
		return sheet{wait: tomorrow}, nil
	}
	all, err := d.read(ctx, l, now)
	if err != nil {
		return sheet{}, err
	}
	var shown []view
	for _, v := range all {
		if d.forList(v) {
			shown = append(shown, v)
		}
	}
	return d.list(l, shown, d.detail(ctx, l)), nil
}

// list is the letter's text. Nobody is told a question by it: an item says until when an answer was asked for, and has no button.
func (d *Desk) list(l *ledger.Letter, shown []view, detail func(string) []notify.Fact) sheet {
	s := sheet{empty: len(shown) == 0}
	c := &s.content
	for i, v := range shown {
		c.Severity = worst(c.Severity, v.severity)
		if i < notify.MostItems {
			c.Cases = append(c.Cases, d.listItem(v, detail))
		}
	}
	c.More = max(0, len(shown)-notify.MostItems) + l.More
	c.Title, c.State = "Still open of yours: "+count(len(shown), "finding"), state(shown)
	c.Says = append([]string{"This list asks nothing: what waits for your answer was asked before, and stands as it was said then."}, announcement(shown, d.Zone)...)
	if len(shown) == mostListed {
		c.Says = append(c.Says, fmt.Sprintf("There may be more: a list has %d at most.", mostListed))
	}
	if d.Link != "" {
		c.Link = strings.TrimSuffix(d.Link, "/") + "/cases?open=true"
	}
	s.digest = digest(s)
	return s
}

func (d *Desk) listItem(v view, detail func(string) []notify.Fact) notify.Item {
	it := notify.Item{
		Case: v.id, Playbook: v.playbook, Title: notify.Cut(v.title, mostText), State: string(v.state), Severity: v.severity, Account: v.account,
		Facts: detail(v.id), Link: d.link(v.id),
	}
	if len(v.asks) == 0 {
		return it
	}
	waits := "for an answer, for ever"
	if told := v.asks[0].known; told != nil && !told.Until.IsZero() {
		waits = "for an answer until " + d.clock(told.Until) + ": without one " + told.Silence.Means()
	}
	it.Facts = append(it.Facts, notify.Fact{Name: "waits", Value: waits})
	return it
}

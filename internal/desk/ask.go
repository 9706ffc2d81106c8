package desk

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

// mostSteps is how many steps of one case a letter tells of; the others are counted.
const mostSteps = 20

// ask is what a case asks: what a yes does, of that what is final, why, and what silence means.
func (d *Desk) ask(v view, to string) *notify.Ask {
	a := &notify.Ask{Shown: v.shown, Seen: v.seen, Class: class(v.asks)}
	theirs := func(q question) bool { return q.whom != "" && q.whom == to }
	asks := slices.Clone(v.asks)
	slices.SortStableFunc(asks, func(x, y question) int {
		return cmp.Compare(map[bool]int{true: 0, false: 1}[theirs(x)], map[bool]int{true: 0, false: 1}[theirs(y)])
	})
	for _, q := range asks {
		if theirs(q) {
			a.AtOnce++
		}
		a.Production = a.Production || d.production(q.deed.Account)
		a.Steps = append(a.Steps, notify.Cut(q.does, mostText))
		if q.final != "" {
			a.Final = append(a.Final, notify.Cut(q.final, mostText))
		}
		if !slices.Contains(a.Why, q.ask.Why) {
			a.Why = append(a.Why, notify.Cut(q.ask.Why, mostText))
		}
		if t := q.told; t != nil && !t.Until.IsZero() && (a.Until.IsZero() || t.Until.Before(a.Until)) {
			a.Until, a.By, a.Silence = t.Until, d.clock(t.Until), t.Silence.Means()
		}
	}
	a.WasItYou = a.AtOnce > 0
	a.Steps, a.Final, a.Why = bounded(a.Steps), bounded(a.Final), bounded(a.Why)
	readers := d.readers(v, to)
	a.Refused, a.Except = d.refused(ledger.Approve, v, readers), d.longest(v, readers)
	for _, f := range v.found {
		a.Found = append(a.Found, notify.Cut(f, mostText))
	}
	if len(a.Found) > mostSteps || len(a.Found) == 0 { // what nobody was shown is not let be
		a.Except = 0
	}
	a.Found = bounded(a.Found)
	return a
}

// bounded are the first of several texts, and how many more there are.
func bounded(all []string) []string {
	if len(all) <= mostSteps {
		return all
	}
	return append(slices.Clone(all[:mostSteps]), fmt.Sprintf("and %d more", len(all)-mostSteps))
}

// production reports whether an account is in production: what is not known may be.
func (d *Desk) production(account string) bool {
	is := d.Policy.Approval.Production
	return is == nil || is(account)
}

// mayAnswer says who may answer, in words. The engine decides when an order is taken.
func (d *Desk) mayAnswer(v view) string {
	if len(d.Policy.Approval.Approvers) == 0 {
		return "whoever may write the ledger: no approvers are named"
	}
	who := "approvers"
	if len(d.People.Approvers) > 0 {
		who += " (" + strings.Join(d.People.Approvers, ", ") + ")"
	}
	var yes, no []string
	for _, address := range d.ownersOf(v) {
		one := []string{address}
		switch {
		case slices.Contains(d.Policy.Approval.Approvers, address):
		case d.refused(ledger.Approve, v, one) == "":
			yes = append(yes, address)
		case d.refused(ledger.Dismiss, v, one) == "":
			no = append(no, address)
		}
	}
	if len(yes) > 0 {
		who += ", or the owner: " + someOf(yes)
	}
	if len(no) > 0 {
		who += "; to say no alone: " + someOf(no)
	}
	for _, q := range v.asks {
		if q.whom != "" {
			who += "; whether it was they: " + q.whom
			break
		}
	}
	for _, q := range v.asks {
		if n := d.Policy.Persons(q.deed); n > 1 {
			return fmt.Sprintf("%d different persons, one of them an approver: %s", n, who)
		}
	}
	return who
}

// mostNamed is how many owners a letter names.
const mostNamed = 5

func someOf(all []string) string {
	if more := len(all) - mostNamed; more > 0 {
		return strings.Join(all[:mostNamed], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(all, ", ")
}

// word is what the people of a letter were told of one case's questions.
type word struct {
	caseID, key string
	told        []ledger.Told
}

// words are what is handed into the cases of a letter once a channel has accepted it. A key names the letter, the
// question and since when it was to be told: the same word handed in twice is one.
func (d *Desk) words(l *ledger.Letter, told []view) (out []word) {
	if strings.HasPrefix(l.Channel, webhook) {
		return nil // what a program knows nobody has read
	}
	for _, v := range told {
		w := word{caseID: v.id}
		names := []string{"told", l.ID}
		if !d.People.heard(l.To, v.unheard) {
			continue
		}
		for _, q := range v.asks {
			if !q.news || q.whom != "" && q.whom != l.To {
				continue // whoever is asked whether it was they has to be told themselves
			}
			w.told = append(w.told, *q.told)
			names = append(names, fmt.Sprintf("%s/%d", q.told.Of, q.posted.UnixNano()))
		}
		if w.key = strings.Join(names, "|"); len(w.told) > 0 {
			out = append(out, w)
		}
	}
	return out
}

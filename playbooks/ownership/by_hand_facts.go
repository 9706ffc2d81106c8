package ownership

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// mostListed is how many deletions, and how many kinds of other calls, a finding names.
const mostListed = 100

// byHand are the facts of what one person called in one account.
type byHand struct {
	Caller  string           // ARN
	Account string           // in which the first was called, mostly the caller's own
	In      []string         `json:",omitempty"` // the environments that count
	Deleted []event.Resource `json:",omitempty"`
	Calls   []string         `json:",omitempty"` // what else, a kind each: s3:PutBucketPolicy
	More    []string         `json:",omitempty"` // of which there were more than are listed
}

const (
	moreDeletions = "deletions"
	moreCalls     = "kinds of calls"
)

// Found are the deletions and the kinds of calls: the same again is nothing new.
func (f byHand) Found() (of []string) {
	for _, d := range f.Deleted {
		of = append(of, "deletion of "+d.String())
	}
	for _, c := range f.Calls {
		of = append(of, "call of "+c)
	}
	for _, m := range f.More {
		of = append(of, "more "+m)
	}
	return of
}

// Related are what was deleted; the root is the person's session.
func (f byHand) Related(event.Resource) (out []playbook.Related) {
	for _, d := range f.Deleted {
		if d.ID != "" {
			out = append(out, playbook.Related{Resource: d})
		}
	}
	return out
}

// Spared is what happens where people may change things.
func (f byHand) Spared(_ context.Context, _ event.Resource, o playbook.Organization) (said, why string, err error) {
	if o.InEnvironment(f.Account, f.In) {
		return "", "", nil
	}
	return "organization.accounts", fmt.Sprintf("account %s is in %s, where people may change things by hand", f.Account, o.Environments[f.Account]), nil
}

// told completes a suspect by its facts: deletions are told, the rest is kept.
func (f byHand) told(s playbook.Suspect[byHand]) playbook.Suspect[byHand] {
	s.Facts, s.Title, s.Kept, s.Severity = f, f.title(s.Resource.Account), len(f.Deleted) == 0, playbook.Low
	if !s.Kept {
		s.Severity = playbook.Medium
	}
	return s
}

// joinByHand lists what both say, each once.
func joinByHand(one, two playbook.Suspect[byHand]) playbook.Suspect[byHand] {
	f, also := one.Facts, two.Facts
	f.More = append(slices.Clone(f.More), also.More...)
	f.Deleted = slices.Clone(f.Deleted)
	for _, d := range also.Deleted {
		switch {
		case slices.Contains(f.Deleted, d):
		case len(f.Deleted) == mostListed:
			f.More = append(f.More, moreDeletions)
		default:
			f.Deleted = append(f.Deleted, d)
		}
	}
	slices.SortFunc(f.Deleted, func(a, b event.Resource) int { return cmp.Compare(a.String(), b.String()) })
	f.Calls = append(slices.Clone(f.Calls), also.Calls...)
	slices.Sort(f.Calls)
	if f.Calls = slices.Compact(f.Calls); len(f.Calls) > mostListed {
		f.Calls, f.More = f.Calls[:mostListed], append(f.More, moreCalls)
	}
	slices.Sort(f.More)
	f.More = slices.Compact(f.More)
	return f.told(one)
}

// shownInTitle is how many things a title names.
const shownInTitle = 3

func (f byHand) title(account string) string {
	var deleted []string
	for _, d := range f.Deleted {
		deleted = append(deleted, event.Noun(d.Type)+" "+cmp.Or(d.ID, "whose name its record does not tell"))
	}
	if len(deleted) == 0 {
		return fmt.Sprintf("%s called by hand in %s: %s", f.Caller, account, f.some(f.Calls, moreCalls))
	}
	title := fmt.Sprintf("%s deleted by hand in %s: %s", f.Caller, account, f.some(deleted, moreDeletions))
	if len(f.Calls) > 0 {
		title += fmt.Sprintf("; and called %s", f.some(f.Calls, moreCalls))
	}
	return title
}

// some names the first of a list, and how many there are more.
func (f byHand) some(all []string, sort string) string {
	shown := strings.Join(all[:min(len(all), shownInTitle)], ", ")
	switch more := len(all) - shownInTitle; {
	case slices.Contains(f.More, sort):
		return fmt.Sprintf("%s and more than %d others", shown, max(0, more))
	case more > 0:
		return fmt.Sprintf("%s and %d more", shown, more)
	}
	return shown
}

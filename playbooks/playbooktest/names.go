package playbooktest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/names"
	"github.com/ripostehq/riposte/playbook"
)

// index is what sweeps of all accounts of a story would have kept of names, and what its records taught since.
type index struct {
	at      time.Time // when the sweeps listed
	entries []names.Entry
	unread  map[string][]string // accounts by the kind that could not be listed
}

// Names are the index of a playbook that lists any, in the region of the story's record; nil for others.
func (s Story) Names(t *testing.T, book playbook.Playbook) playbook.Names {
	t.Helper()
	aws, _ := s.AWS(t)
	e, err := event.Decode([]byte(s.Record))
	if err != nil {
		return s.namesIn(t, book, aws, "", time.Time{})
	}
	return s.namesIn(t, book, aws, e.Region, e.Time.Add(-time.Hour))
}

// namesIn are names as sweeps read them at a moment.
func (s Story) namesIn(t *testing.T, book playbook.Playbook, aws *actiontest.AWS, region string, at time.Time) playbook.Names {
	t.Helper()
	x := &index{at: at, unread: map[string][]string{}}
	lists := false
	for _, sweep := range book.Sweeps {
		lists = lists || sweep.Listing.Named
	}
	if !lists {
		return nil
	}
	for _, account := range s.Members {
		for _, sweep := range book.Sweeps {
			x.list(t, sweep, aws, event.Place{Partition: "aws", Account: account, Region: region})
		}
	}
	records := s.Before
	if s.Record != "" {
		records = append(slices.Clone(records), s.Record)
	}
	for _, record := range records {
		if e, err := event.Decode([]byte(record)); err == nil && book.Learns != nil && !e.Failed() {
			for _, c := range book.Learns(e) {
				x.learn(c)
			}
		}
	}
	return x
}

func (x *index) list(t *testing.T, sweep playbook.Sweep, aws *actiontest.AWS, at event.Place) {
	t.Helper()
	if !sweep.Listing.Named {
		return
	}
	for page, err := range sweep.Listing.Pages(t.Context(), aws.Reads(), at) {
		if err != nil {
			x.unread[sweep.Listing.Kind] = append(x.unread[sweep.Listing.Kind], at.Account)
			return
		}
		for i := range page.Len() {
			for _, e := range page.Names(i) {
				e.Since = x.at
				x.entries = append(x.entries, e)
			}
		}
	}
}

func (x *index) learn(c names.Change) {
	same := func(e names.Entry) bool { return e.Resource == c.Resource }
	var known []names.Entry
	for _, e := range x.entries {
		if same(e) {
			known = append(known, e)
		}
	}
	turn := c.Turn(known)
	written := append(slices.Clone(turn.Drop), turn.Put...)
	x.entries = slices.DeleteFunc(x.entries, func(e names.Entry) bool {
		return slices.ContainsFunc(written, func(w names.Entry) bool {
			return w.Resource == e.Resource && w.Key == e.Key && w.Points == e.Points
		})
	})
	x.entries = append(x.entries, turn.Put...)
}

// NamesOf are the entries of a key.
func (x *index) NamesOf(_ context.Context, of names.Key) (all []names.Entry, _ error) {
	for _, e := range x.entries {
		if e.Key == of {
			all = append(all, e)
		}
	}
	return all, nil
}

// NamesHad are the names that a resource has or had.
func (x *index) NamesHad(_ context.Context, of event.Resource) (all []names.Entry, _ error) {
	for _, e := range x.entries {
		if e.Resource == of && !e.Points {
			all = append(all, e)
		}
	}
	return all, nil
}

// Unread are the accounts whose listing of a kind failed.
func (x *index) Unread(_ context.Context, kind string, _ time.Time) ([]string, error) {
	return x.unread[kind], nil
}

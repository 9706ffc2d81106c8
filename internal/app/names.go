package app

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/names"
)

// nameIndex is the index of names as checks and sweeps ask it. It is safe for concurrent use.
type nameIndex struct {
	ledger.Store
	accounts func() []string
	now      func() time.Time

	mu     sync.Mutex
	looked map[string]look // by kind
}

// NamesOf are the entries of a key. What points from an account that is none of ours any more is nobody's to judge: it can't be entered, which would keep all else
// that points to the name from being looked at. What has a name counts whoever has it: one that left may come back, and its names are not free.
func (n *nameIndex) NamesOf(ctx context.Context, of names.Key) ([]names.Entry, error) {
	all, err := n.Store.NamesOf(ctx, of)
	if err != nil {
		return nil, err
	}
	ours := n.accounts()
	return slices.DeleteFunc(all, func(e names.Entry) bool { return e.Points && !slices.Contains(ours, e.Resource.Account) }), nil
}

// look is an answer that is asked for again with each record of a listing: of each account that was wholly listed lately, since when.
type look struct {
	at     time.Time
	listed map[string]time.Time
}

const lookKept = time.Minute

func newNameIndex(s ledger.Store, accounts func() []string, now func() time.Time) *nameIndex {
	return &nameIndex{Store: s, accounts: accounts, now: now, looked: map[string]look{}}
}

// lately is how old a complete listing may be: a place that is mostly empty is listed once a week.
const lately = 8 * 24 * time.Hour

// Unread are the accounts of which not everything of a kind was listed to its end lately, and since a moment, sorted; see playbook.Names. Of an account of
// which nothing was listed, everything is unread.
func (n *nameIndex) Unread(ctx context.Context, kind string, since time.Time) (unread []string, err error) {
	listed, err := n.listed(ctx, kind)
	if err != nil {
		return nil, err
	}
	for _, id := range n.accounts() {
		if began, whole := listed[id]; !whole || began.Before(since) {
			unread = append(unread, id)
		}
	}
	slices.Sort(unread)
	return unread, nil
}

// listed is when the oldest listing began, of the accounts of which each listing of a kind was read to its end lately.
func (n *nameIndex) listed(ctx context.Context, kind string) (map[string]time.Time, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if l, known := n.looked[kind]; known && !n.now().Before(l.at) && n.now().Sub(l.at) < lookKept {
		return l.listed, nil
	}
	all, err := n.Coverages(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("read what was listed of %s: %w", kind, err)
	}
	listed, missed := map[string]time.Time{}, map[string]bool{}
	for _, c := range all {
		if c.Kind != kind {
			continue
		}
		id, began := c.Place.Account, c.Began
		if c.Error != "" {
			began = time.Time{} // when the last complete one began is not kept
		}
		if before, known := listed[id]; !known || began.Before(before) {
			listed[id] = began
		}
		missed[id] = missed[id] || c.Last.IsZero() || n.now().Sub(c.Last) >= lately
	}
	for id := range missed {
		if missed[id] {
			delete(listed, id)
		}
	}
	n.looked[kind] = look{n.now(), listed}
	return listed, nil
}

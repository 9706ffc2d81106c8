package app

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// nameIndex is the index of names as checks and sweeps ask it. It is safe for concurrent use.
type nameIndex struct {
	ledger.Store
	accounts func() []string
	now      func() time.Time

	mu     sync.Mutex
	looked map[string]look // by kind
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

package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// abreast is how many cases of a letter are read at the same time.
const abreast = 8

// read are the cases of a letter as they stand now, what asks first. In a daily letter that is all the same, whether people know of it:
// who died while a letter was handed in finds the same letter. One that is not there any more, or whose plan is a newer
// riposte's, spoils nothing.
func (d *Desk) read(ctx context.Context, l *ledger.Letter, now time.Time) ([]view, error) {
	ids := l.Cases
	views, errs := make([]view, len(ids)), make([]error, len(ids))
	turns := make(chan struct{}, abreast)
	var all sync.WaitGroup
	for i, id := range ids {
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			views[i], errs[i] = d.readOne(ctx, id, now)
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	views = slices.DeleteFunc(views, func(v view) bool { return v.id == "" })
	slices.SortStableFunc(views, func(a, b view) int {
		return cmp.Or(cmp.Compare(a.place(isDigest(l.Matter)), b.place(isDigest(l.Matter))), cmp.Compare(ledger.Precedence(a.severity), ledger.Precedence(b.severity)))
	})
	return views, nil
}

func (d *Desk) readOne(ctx context.Context, id string, now time.Time) (v view, err error) {
	c, err := d.Store.Load(ctx, id)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return view{}, nil
	case errors.Is(err, ledger.ErrNewer):
		return view{id: id, title: "written by a newer riposte", state: ledger.Held, unread: true}, nil
	case err != nil:
		return view{}, fmt.Errorf("case %s: %w", id, err)
	}
	return d.seeSafely(ctx, c, now)
}

// seeSafely is seeOpen: what makes one case unreadable must not keep the others from being told.
func (d *Desk) seeSafely(ctx context.Context, c *ledger.Case, now time.Time) (v view, err error) {
	defer func() {
		if p := recover(); p != nil {
			d.Log.Error("panic recovered", "case", c.ID, "what", fmt.Sprint(p))
			v, err = view{id: c.ID, title: c.Title, severity: c.Severity, state: c.State, unread: true}, nil
		}
	}()
	return d.seeOpen(ctx, c, now)
}

// place orders the cases of a letter: what is to be told of a question, what asks, what went wrong, what is open, the rest.
func (v view) place(known bool) int {
	switch {
	case known && len(v.asks) > 0:
		return 0
	case v.news() && v.containing():
		return 0
	case v.news():
		return 1
	case len(v.asks) > 0:
		return 2
	case v.paged != "" || v.state == ledger.Failed:
		return 3
	case v.open():
		return 4
	}
	return 5
}

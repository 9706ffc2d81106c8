package backtest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/app"
)

// checkers is how many suspects are looked at side by side; each account's own pace bounds its calls.
const checkers = 8

// check judges against the present the suspects that were kept and that no rule leaves alone: those of strangers' accounts are nobody's to
// look at. What can't be read is unknown, and said.
func (b *backtest) check(ctx context.Context) error {
	left := slices.DeleteFunc(slices.Clone(b.kept), func(s *suspect) bool { return s.alone })
	work, done := make(chan *suspect), make(chan verdict)
	var all sync.WaitGroup
	for range checkers {
		all.Go(func() {
			for s := range work {
				done <- b.look(ctx, s)
			}
		})
	}
	go func() {
		for _, s := range left {
			work <- s
		}
		close(work)
		all.Wait()
		close(done)
	}()
	n := 0
	for v := range done {
		n++
		b.judged(v)
		if b.Checked != nil {
			b.Checked(n, len(left))
		}
	}
	return ctx.Err()
}

// verdict is what the present says of a suspect.
type verdict struct {
	of    *suspect
	is    string
	plan  action.Plan
	owner string
	why   error // of an unknown one
}

func (b *backtest) look(ctx context.Context, s *suspect) verdict {
	v := verdict{of: s, is: unknown}
	if v.why = ctx.Err(); v.why != nil || s.book == nil {
		return v
	}
	if images := s.images(); len(images) > 0 {
		owner, err := b.Present.ImageOwner(ctx, s.Resource.Place(), images[0])
		v.owner = cmp.Or(owner, "can't be seen any more")
		if err != nil {
			v.owner = "not known"
		}
	}
	found, err := b.Present.Check(ctx, *s.book, s.StoredSuspect)
	switch {
	case err != nil:
		v.why = err
	case len(found) == 0:
		v.is = dismissed
	default:
		v.is = confirmed
		for _, p := range found {
			v.plan.Steps = append(v.plan.Steps, p.Plan.Steps...)
		}
	}
	return v
}

// judged counts a verdict beside what the suspect counted for already.
func (b *backtest) judged(v verdict) {
	s := v.of
	s.verdict, s.owner = v.is, v.owner
	if v.is == confirmed {
		s.plan = v.plan
	}
	for _, row := range b.places(s) {
		row.judged(v.is)
	}
	if s.owner != "" {
		b.tables.row(byImage, s.owner).count(b.counted(s))
	}
	if v.is == unknown && v.why != nil {
		b.troubles.add(cmp.Or(s.Resource.Account, s.Origin.Place.Account), v.why)
	}
}

// troubles are why something could not be read: by account or file, bounded.
type troubles struct {
	accounts map[string]*Trouble
	files    []string
	unread   int64
}

// Trouble is why suspects of one account could not be judged.
type Trouble struct {
	Account  string `json:"account"`
	Suspects int    `json:"suspects"`
	Why      string `json:"why"` // of the first
}

func (t *troubles) add(account string, why error) {
	if t.accounts == nil {
		t.accounts = map[string]*Trouble{}
	}
	if t.accounts[account] == nil && len(t.accounts) < mostRows {
		t.accounts[account] = &Trouble{Account: account, Why: why.Error()}
	}
	if one := t.accounts[account]; one != nil {
		one.Suspects++
	}
}

func (t *troubles) list() (out []Trouble) {
	for _, account := range slices.Sorted(maps.Keys(t.accounts)) {
		out = append(out, *t.accounts[account])
	}
	slices.SortStableFunc(out, func(a, b Trouble) int { return cmp.Compare(b.Suspects, a.Suspects) })
	return out
}

// mostUnread is how many files are named that could not be read.
const mostUnread = 100

func (b *backtest) unreadable(p app.ReplayProblem) {
	b.unread++
	if len(b.files) < mostUnread {
		where := p.Path
		if p.Offset >= 0 {
			where = fmt.Sprintf("%s, byte %d", where, p.Offset)
		}
		b.files = append(b.files, where+": "+p.Err.Error())
	}
}

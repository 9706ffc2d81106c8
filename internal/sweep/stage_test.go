package sweep_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/sweep"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/names"
	"github.com/ripostehq/riposte/playbook"
)

const shop = "111122223333"

// thing is what lies in the stage's accounts.
type thing struct {
	id    string
	idle  bool
	since time.Time // as AWS proves it
	size  int
	tags  map[string]string
}

// stage is accounts, a ledger in memory, a clock.
type stage struct {
	t interface {
		Helper()
		Fatal(...any)
	}
	mu     sync.Mutex
	now    time.Time
	things map[event.Place][]thing
	broken map[event.Place]int // the page at which a listing breaks
	denied map[event.Place]bool
	pages  int // that were read
	lists  int // that were begun
	ripe   []sweep.Ripe
	rule   func(playbook.Streak) bool
	memory *memory
	slept  time.Duration
}

func newStage(t interface {
	Helper()
	Fatal(...any)
}) *stage {
	return &stage{
		t: t, now: time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC), things: map[event.Place][]thing{}, broken: map[event.Place]int{},
		denied: map[event.Place]bool{}, memory: newMemory(), rule: func(playbook.Streak) bool { return false },
	}
}

const perPage = 3

var errDenied = errors.New("AccessDenied: not allowed")

func (s *stage) kind() inventory.Type[thing] {
	return inventory.Type[thing]{
		Kind: event.Instance,
		Pages: func(_ context.Context, _ access.Reads, at event.Place) iter.Seq2[[]thing, error] {
			return func(yield func([]thing, error) bool) {
				s.mu.Lock()
				all, breaks, fails, denied := slices.Clone(s.things[at]), s.broken[at], s.broken[at] > 0, s.denied[at]
				s.lists++
				s.mu.Unlock()
				if denied {
					yield(nil, errDenied)
					return
				}
				for n := 1; ; n++ {
					if fails && n == breaks {
						yield(nil, errors.New("the connection broke"))
						return
					}
					s.mu.Lock()
					s.pages++
					s.mu.Unlock()
					some := all[:min(perPage, len(all))]
					all = all[len(some):]
					if !yield(some, nil) || len(all) == 0 && !(fails && n < breaks) {
						return
					}
				}
			}
		},
		ID:   func(x thing) string { return x.id },
		Tags: func(x thing) map[string]string { return x.tags },
	}
}

type facts struct{ Size int }

func (s *stage) playbook(id string) playbook.Playbook {
	b, err := playbook.Define(playbook.Spec[struct{}, facts]{
		ID: id, Title: "Idle", Severity: playbook.Low,
		Lists: []playbook.Listing[struct{}, facts]{playbook.List(s.kind(), func(_ event.Resource, x thing, _ struct{}) *playbook.Listed[facts] {
			if !x.idle {
				return nil
			}
			return &playbook.Listed[facts]{Suspect: playbook.Suspect[facts]{Title: x.id + " is idle", Facts: facts{x.size}}, Since: x.since}
		})},
		Ripe: func(k playbook.Streak, _ facts, _ time.Time, _ struct{}) bool { return s.rule(k) },
	}).Default()
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

func (s *stage) options(books ...string) sweep.Options {
	o := sweep.Options{
		Store: s.memory, Partition: "aws", Name: "one", Now: s.clock, Log: slog.New(slog.DiscardHandler),
		Regions: func(context.Context, string) ([]string, error) { return []string{"eu-west-1", "us-east-1"}, nil },
		Reads:   func(event.Place, *sweep.Budget) access.Reads { return nil },
		Lasting: func(string) time.Duration { return 30 * day },
		Open: func(_ context.Context, ripe []sweep.Ripe) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.ripe = append(s.ripe, ripe...)
			return nil
		},
		Sleep: func(_ context.Context, d time.Duration) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.now, s.slept = s.now.Add(d), s.slept+d
			return nil
		},
	}
	for _, id := range books {
		o.Playbooks = append(o.Playbooks, s.playbook(id))
	}
	return o
}

const day = 24 * time.Hour

func (s *stage) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// sweeps the shop once, today.
func (s *stage) sweeps(books ...string) ledger.Duty {
	s.t.Helper()
	d, _, err := sweep.New(s.options(books...)).Account(context.Background(), s.clock().Format(time.DateOnly), shop, sweep.Scope{}, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

func in(region string) event.Place {
	return event.Place{Partition: "aws", Account: shop, Region: region}
}

func listing(region string) ledger.Listing {
	return ledger.Listing{Place: in(region), Kind: event.Instance}
}

// memory is a store that can be told to die.
type memory struct {
	mu        sync.Mutex
	duties    map[string]ledger.Duty
	coverages map[ledger.Listing]ledger.Coverage
	streaks   map[ledger.Listing]map[string]ledger.Streak
	written   int // rows of streaks
	names     map[names.Source][]names.Entry
	commits   int
	dies      int // at which commit: 0 for never
}

func newMemory() *memory {
	return &memory{duties: map[string]ledger.Duty{}, coverages: map[ledger.Listing]ledger.Coverage{}, streaks: map[ledger.Listing]map[string]ledger.Streak{}, names: map[names.Source][]names.Entry{}}
}

func (m *memory) KeepNames(_ context.Context, at time.Time, of names.Source, now []names.Entry) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	turn := names.Compare(m.names[of], now, at)
	if m.names[of] = now; len(now) == 0 {
		delete(m.names, of)
	}
	return turn.Len(), nil
}

func (m *memory) NameSources(_ context.Context, at event.Place, kind string) (all []names.Source, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for of := range m.names {
		if of.Place == at && of.Kind == kind {
			all = append(all, of)
		}
	}
	return all, nil
}

var errDead = errors.New("killed")

// commit counts, and dies before or after what is written.
func (m *memory) commit(write func()) error {
	m.commits++
	if m.dies > 0 && m.commits >= m.dies {
		if m.commits == m.dies && m.dies%2 == 0 {
			write() // it was written, and the process never learned
		}
		return errDead
	}
	write()
	return nil
}

func (m *memory) TakeDuty(_ context.Context, now time.Time, day, account, holder string, lease time.Duration) (ledger.Duty, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := ledger.Duty{Day: day, Account: account}
	if old, ok := m.duties[d.Name()]; ok {
		d = old
	}
	if !d.Ended.IsZero() || d.Holder != "" && d.Holder != holder && now.Before(d.Until) {
		return d, false, nil
	}
	d.Holder, d.Until = holder, now.Add(lease)
	return d, true, m.commit(func() { m.duties[d.Name()] = d })
}

func (m *memory) RenewDuty(context.Context, time.Time, ledger.Duty, time.Duration) error { return nil }

func (m *memory) EndDuty(_ context.Context, now time.Time, d ledger.Duty) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.duties[d.Name()].Holder != d.Holder {
		return ledger.ErrStale
	}
	d.Ended = now
	return m.commit(func() { m.duties[d.Name()] = d })
}

func (m *memory) Duties(_ context.Context, since string) (all []ledger.Duty, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range m.duties {
		if d.Day >= since {
			all = append(all, d)
		}
	}
	return all, nil
}

func (m *memory) Swept(_ context.Context, d ledger.Duty, c ledger.Coverage, changes []ledger.StreakChange) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.duties[d.Name()].Holder != d.Holder {
		return ledger.ErrStale
	}
	return m.commit(func() {
		c = c.After(m.coverages[c.Listing], d.Day)
		m.coverages[c.Listing] = c
		rows := maps.Clone(m.streaks[c.Listing])
		if rows == nil {
			rows = map[string]ledger.Streak{}
		}
		for _, x := range changes {
			m.written++
			key := fmt.Sprint(x.Streak.Playbook, x.Streak.Resource)
			if rows[key] = x.Streak; x.Ended {
				delete(rows, key)
			}
		}
		m.streaks[c.Listing] = rows
	})
}

func (m *memory) Streaks(_ context.Context, of ledger.Listing) (all []ledger.Streak, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range slices.Sorted(maps.Keys(m.streaks[of])) {
		all = append(all, m.streaks[of][k])
	}
	return all, nil
}

func (m *memory) Coverages(_ context.Context, account string) (all []ledger.Coverage, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for l, c := range m.coverages {
		if l.Place.Account == account {
			all = append(all, c)
		}
	}
	return all, nil
}

// streak of a thing in a region, as playbooks see it; false where there is none.
func (s *stage) streak(t *testing.T, region, id string) (playbook.Streak, bool) {
	t.Helper()
	for _, k := range s.memory.streaks[listing(region)] {
		if k.Resource.ID == id {
			return k.Seen(s.memory.coverages[listing(region)]), true
		}
	}
	return playbook.Streak{}, false
}

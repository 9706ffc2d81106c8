package canary_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/canary"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
)

// watch is what a schedule told, and its ledger.
type watch struct {
	*testing.T
	store   ledger.Store
	now     time.Time
	places  []event.Place
	sent    map[event.Place]int
	minutes map[time.Time]int // canaries of each minute
	last    map[event.Place]string
	away    map[event.Place]bool // that can't be entered
	took    []time.Duration
	missing int
}

func (w *watch) CanaryArrived(took time.Duration) { w.took = append(w.took, took) }
func (w *watch) CanariesMissing(places int)       { w.missing = places }

func watching(t *testing.T, accounts int) *watch {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	w := &watch{
		T: t, store: store, now: time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC),
		sent: map[event.Place]int{}, minutes: map[time.Time]int{}, last: map[event.Place]string{}, away: map[event.Place]bool{},
	}
	for i := range accounts {
		w.places = append(w.places, event.Place{Partition: "aws", Account: fmt.Sprintf("1111222%05d", i), Region: "eu-west-1"})
	}
	return w
}

func (w *watch) schedule(name string) *canary.Schedule {
	return &canary.Schedule{
		Every: 24 * time.Hour, Store: w.store, Name: name, Meter: w, Now: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler),
		Places: func() []event.Place { return append([]event.Place(nil), w.places...) },
		Send: func(_ context.Context, at event.Place) (string, error) {
			if w.away[at] {
				return "", errors.New("no way in")
			}
			w.sent[at]++
			w.minutes[w.now.Truncate(time.Minute)]++
			w.last[at] = fmt.Sprintf("%s-%d", at.Account, w.now.Unix())
			return w.last[at], nil
		},
	}
}

// arrive has the records of what was sent last come in: riposte's playbook is asked what they show.
func (w *watch) arrive(after time.Duration) {
	w.Helper()
	for at, request := range w.last {
		e := event.Event{
			ID: request, RequestID: request, Source: "ec2.amazonaws.com", Name: "ModifyInstanceAttribute", Account: at.Account, Region: at.Region,
			Partition: at.Partition, Error: event.Failure{Code: "Client.UnauthorizedOperation"}, Request: []byte(`{"instanceId":"i-0c0ffee0102030405"}`),
			Time: w.now, Received: w.now.Add(after),
		}
		if err := w.store.Remember(w.Context(), canary.Playbook(canary.Sender{Awaited: true}).Observes(e)); err != nil {
			w.Fatal(err)
		}
	}
	clear(w.last)
}

// pass lets minutes pass, in each of which the schedules look.
func (w *watch) pass(minutes int, each func(), all ...*canary.Schedule) {
	w.Helper()
	for range minutes {
		w.now = w.now.Add(time.Minute)
		for _, s := range all {
			if err := s.Look(w.Context()); err != nil {
				w.Fatal(err)
			}
		}
		each()
	}
}

const aDay = 24 * 60

// settle lets the schedules catch up with turns that began before them, and begins to count.
func (w *watch) settle(all ...*canary.Schedule) {
	w.Helper()
	w.pass(31, func() { w.arrive(7 * time.Second) }, all...)
	clear(w.sent)
}

func TestEachPlaceHasItsCanaryOnceADaySpreadOverIt(t *testing.T) {
	w := watching(t, 150)
	s := w.schedule("a")
	w.settle(s)
	w.pass(aDay, func() { w.arrive(7 * time.Second) }, s)
	for _, at := range w.places {
		if w.sent[at] != 1 {
			t.Errorf("%d canaries to %s in a day, want one", w.sent[at], at.Account)
		}
	}
	for minute, n := range w.minutes {
		if n > 5 {
			t.Errorf("%d at once at %s: 150 are to be spread over a day", n, minute)
		}
	}
	w.pass(2, func() {}, s)
	if len(w.took) < 149 || w.took[0] != 7*time.Second || w.missing != 0 {
		t.Errorf("%d arrived, after %v; %d missing", len(w.took), w.took[:1], w.missing)
	}
}

func TestWhatDoesNotArriveIsMissingUntilOneDoes(t *testing.T) {
	w := watching(t, 1)
	s := w.schedule("a")
	for w.sent[w.places[0]] == 0 {
		w.pass(1, func() {}, s)
	}
	if w.pass(15, func() {}, s); w.missing != 0 {
		t.Error("missing within the quarter of an hour that CloudTrail takes")
	}
	if w.pass(1, func() {}, s); w.missing != 1 {
		t.Error("not missing after a quarter of an hour")
	}
	again := w.schedule("a") // another process, which has the ledger alone
	if w.pass(1, func() {}, again); w.missing != 1 {
		t.Error("forgotten by the process that takes over")
	}
	first := w.sent[w.places[0]]
	w.pass(aDay+20, func() {
		if w.missing != 1 {
			t.Fatalf("well again at %s, though nothing came", w.now)
		}
	}, again)
	if w.sent[w.places[0]] == first {
		t.Error("no further canary in a day")
	}
	w.arrive(time.Minute)
	if w.pass(1, func() {}, again); w.missing != 0 {
		t.Error("still missing after it came, late")
	}
}

func TestWhereItCantBeSentItIsMissingAtOnce(t *testing.T) {
	w := watching(t, 2)
	w.away[w.places[0]] = true
	s := w.schedule("a")
	w.pass(aDay, func() { w.arrive(time.Second) }, s)
	if w.missing != 1 || w.sent[w.places[1]] != 1 {
		t.Errorf("%d missing, %v sent", w.missing, w.sent)
	}
	w.places = w.places[1:] // the account has left
	if w.pass(1, func() {}, s); w.missing != 0 {
		t.Error("an account that left is missing")
	}
}

func TestOneReplicaSends(t *testing.T) {
	w := watching(t, 40)
	a, b := w.schedule("a"), w.schedule("b")
	attend := func(names ...string) func() {
		return func() {
			for _, n := range names {
				if err := w.store.Attend(t.Context(), ledger.Replica{Name: n, Seen: w.now}); err != nil {
					t.Fatal(err)
				}
			}
			w.arrive(time.Second)
		}
	}
	attend("a", "b")()
	w.settle(b, a)
	w.pass(aDay/2, attend("a", "b"), b, a)
	w.pass(aDay/2, attend("b"), b) // a died
	for _, at := range w.places {
		if n := w.sent[at]; n > 1 {
			t.Errorf("%d canaries to %s in a day", n, at.Account)
		}
	}
	if len(w.sent) != 40 {
		t.Errorf("%d of 40 places had a canary, though one of two replicas was always there", len(w.sent))
	}
}

// A replica that serves and sends none, as one of an older version, keeps no other from it.
func TestAnotherReplicaStepsIn(t *testing.T) {
	w := watching(t, 20)
	b := w.schedule("b")
	each := func() {
		if err := w.store.Attend(t.Context(), ledger.Replica{Name: "a", Seen: w.now}); err != nil {
			t.Fatal(err)
		}
		w.arrive(time.Second)
	}
	each()
	w.pass(2*aDay, each, b)
	if len(w.sent) != 20 || w.missing != 0 || len(w.took) < 38 {
		t.Errorf("%d of 20 places had a canary, %d measured, %d missing", len(w.sent), len(w.took), w.missing)
	}
}

// Two processes of one function share a name, and one of them may have slept since yesterday.
func TestTwoOfOneNameDoNotSendTwice(t *testing.T) {
	w := watching(t, 30)
	a, b := w.schedule("f"), w.schedule("f")
	w.settle(a, b)
	w.pass(2*aDay, func() { w.arrive(time.Second) }, a, b)
	for _, at := range w.places {
		if w.sent[at] != 2 {
			t.Errorf("%d canaries to %s in two days", w.sent[at], at.Account)
		}
	}
}

// Where no schedule waits for them, and any caller's marked call may count, they leave no rows.
// A tick's workers all look: while one of them sends, the others neither wait nor send.
func TestLooksBesideEachOtherSendOnce(t *testing.T) {
	w := watching(t, 1)
	s := w.schedule("a")
	s.Every = time.Hour
	sends := 0
	s.Send = func(ctx context.Context, _ event.Place) (string, error) {
		sends++
		for range 3 {
			if err := s.Look(ctx); err != nil {
				t.Errorf("a look beside another: %v", err)
			}
		}
		return "request", nil
	}
	for range 60 {
		w.now = w.now.Add(time.Minute)
		before := sends
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if err := s.Look(t.Context()); err != nil {
					t.Errorf("a worker's look: %v", err)
				}
			})
		}
		all.Wait()
		if sends > before+1 {
			t.Errorf("one tick sent %d canaries", sends-before)
		}
	}
	if sends == 0 {
		t.Error("none was sent in an hour")
	}
}

func TestNothingIsRememberedWhereNoneIsAwaited(t *testing.T) {
	e := event.Event{
		ID: "e-1", RequestID: "r-1", Source: "ec2.amazonaws.com", Name: "ModifyInstanceAttribute", Account: here.Account, Region: here.Region,
		Error: event.Failure{Code: "Client.UnauthorizedOperation"}, Request: []byte(`{"instanceId":"i-0c0ffee0102030405"}`),
	}
	for awaited, want := range map[bool]int{false: 0, true: 1} {
		if got := canary.Playbook(canary.Sender{Awaited: awaited}).Observes(e); len(got) != want {
			t.Errorf("awaited %v: %v", awaited, got)
		}
	}
}

package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/source"
	"github.com/ripostehq/riposte/playbook"
)

// jammed is a store with one case that is full for a while.
type jammed struct {
	ledger.Store
	instance string
	full     atomic.Bool
}

func jam(a *app.App) *jammed {
	j := &jammed{Store: a.Store, instance: "i-0123456789abcdef0"}
	j.full.Store(true)
	a.Engine.Store = j
	return j
}

func (j *jammed) Admit(ctx context.Context, now time.Time, leads []playbook.StoredSuspect, first ledger.FirstClaim, ranks ...time.Time) ([]ledger.Admission, error) {
	for _, l := range leads {
		if j.full.Load() && strings.Contains(fmt.Sprint(l.Resource), j.instance) {
			return nil, ledger.ErrFull
		}
	}
	return j.Store.Admit(ctx, now, leads, first, ranks...)
}

// elsewhere is a launch in another account.
func elsewhere(id string) string {
	return strings.NewReplacer("i-0123456789abcdef0", "i-0fedcba9876543210", "111122223333", "444455556666").Replace(launch(id, "RunInstances"))
}

// piped is a live stream whose writer need not wait; the function returns what became of it.
func piped(ctx context.Context, t *testing.T, a *app.App) (out *os.File, ended func() (source.Receipt, error)) {
	t.Helper()
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); out.Close() })
	type end struct {
		receipt source.Receipt
		err     error
	}
	ends := make(chan end, 1)
	go func() {
		r, err := a.Receive(ctx, source.Stream{Records: in, Live: true})
		ends <- end{r, err}
	}()
	return out, func() (source.Receipt, error) { e := <-ends; return e.receipt, e.err }
}

func write(t *testing.T, out io.Writer, records ...string) {
	t.Helper()
	for _, r := range records {
		if _, err := io.WriteString(out, r+"\n"); err != nil {
			t.Fatal(err)
		}
	}
}

func stored(t *testing.T, a *app.App, want int) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); leads(t, a) < want && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
	}
	if got := leads(t, a); got != want {
		t.Fatalf("%d suspects are stored, want %d", got, want)
	}
}

// An attacker fills one case: what the other accounts do is stored as it comes, and what is the case's as soon as there is room.
func TestACaseThatIsFullHoldsUpNoStream(t *testing.T) {
	a := receiving(t)
	j := jam(a)
	out, ended := piped(t.Context(), t, a)
	write(t, out, launch("e1", "RunInstances"), launch("e2", "RunInstances"), elsewhere("e3"))
	stored(t, a, 1)
	j.full.Store(false)
	stored(t, a, 3) // the stream has not ended
	j.full.Store(true)
	write(t, out, launch("e4", "RunInstances"))
	out.Close()
	j.full.Store(false)
	if got, err := ended(); err != nil || got != (source.Receipt{Records: 4, Fresh: 4}) {
		t.Errorf("%+v, %v", got, err)
	}
	stored(t, a, 4)
}

func TestMoreThanCanBeSetAsideIsWaitedForAndTold(t *testing.T) {
	a, log := receiving(t), &logged{}
	a.Engine.Log = slog.New(slog.NewTextHandler(log, nil))
	j := jam(a)
	out, ended := piped(t.Context(), t, a)
	go func() {
		for n := range 1001 {
			_, _ = io.WriteString(out, launch(fmt.Sprint("e", n), "RunInstances")+"\n") // a stream that ends early is told below
		}
		out.Close()
	}()
	const waits = "no more can be parked: the stream waits"
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(log.String(), waits) && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
	}
	if text := log.String(); strings.Count(text, "it is parked") != 1000 || !strings.Contains(text, waits) {
		t.Errorf("%d are parked", strings.Count(text, "it is parked"))
	}
	j.full.Store(false)
	if got, err := ended(); err != nil || got.Records != 1001 || got.Fresh != 1001 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWhatIsSetAsideWhenTheContextEndsIsToldToBeLost(t *testing.T) {
	a, log := receiving(t), &logged{}
	a.Engine.Log = slog.New(slog.NewTextHandler(log, nil))
	jam(a)
	ctx, stop := context.WithCancel(t.Context())
	out, ended := piped(ctx, t, a)
	write(t, out, launch("e1", "RunInstances"), elsewhere("e2"))
	stored(t, a, 1)
	out.Close()
	stop()
	if got, err := ended(); !errors.Is(err, context.Canceled) || got.Fresh != 1 || !strings.Contains(log.String(), "are lost") {
		t.Errorf("%+v, %v, logged:\n%s", got, err, log)
	}
}

// logged is a log that is read while it is written.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// A file comes again as a whole where one of its records can't be stored for now; those behind it do not wait for that.
func TestWhatStandsBehindAFullCaseInAFileIsStored(t *testing.T) {
	a := receiving(t)
	j := jam(a)
	file := `{"Records":[` + strings.Join([]string{elsewhere("e1"), launch("e2", "RunInstances"), elsewhere("e3")}, ",")
	for n := range 100 { // further batches
		file += "," + elsewhere(fmt.Sprint("more-", n))
	}
	file += "]}"
	take := func() (source.Receipt, error) {
		return a.Receive(t.Context(), source.Stream{Records: strings.NewReader(file), Fault: func(err error) { t.Error(err) }})
	}
	got, err := take()
	var own *source.Postponed
	if !errors.As(err, &own) || got.Records != 103 || got.Fresh != 102 {
		t.Errorf("one case is full: %+v, %v", got, err)
	}
	j.full.Store(false)
	if got, err = take(); err != nil || got.Known != 102 || got.Fresh != 1 {
		t.Errorf("the file again, when there is room: %+v, %v", got, err)
	}
}

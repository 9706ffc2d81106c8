package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/source"
	"github.com/ripostehq/riposte/playbook"
)

func TestAStreamIsTakenWhateverItBrings(t *testing.T) {
	hit, miss := launch("e1", "RunInstances"), launch("e2", "DescribeInstances")
	for _, c := range []struct {
		name, stream string
		want         source.Receipt
		faults       int
	}{
		{"lines", hit + "\n" + miss + "\n", source.Receipt{Records: 2, Fresh: 1}, 0},
		{"a log file", `{"Records":[` + miss + "," + hit + "," + miss + `]}`, source.Receipt{Records: 3, Fresh: 1}, 0},
		{"the same again", hit + hit, source.Receipt{Records: 2, Fresh: 1, Known: 1}, 0},
		{"events of EventBridge", bridged("aws.ec2", "111122223333", hit) + "\n" + bridged("my.app", "111122223333", launch("e3", "RunInstances")), source.Receipt{Records: 1, Fresh: 1}, 1},
		{"a broken line among others", hit + "\n" + miss[:50] + "\n" + miss, source.Receipt{Records: 2, Fresh: 1}, 1},
		{"cut off", hit + "\n" + miss[:50], source.Receipt{Records: 1, Fresh: 1}, 1},
		{"a digest", `{"digestS3Object":"x"}`, source.Receipt{}, 0},
		{"nothing", "", source.Receipt{}, 0},
	} {
		for _, live := range []bool{false, true} {
			records, faults := 0, 0
			got, err := receiving(t).Receive(t.Context(), source.Stream{
				Records: strings.NewReader(c.stream), Live: live, Record: func() { records++ }, Fault: func(error) { faults++ },
			})
			if err != nil || got != c.want || faults != c.faults || records != c.want.Records {
				t.Errorf("%s (live %v): %+v, told of %d records and %d faults, %v", c.name, live, got, records, faults, err)
			}
		}
	}
}

// A file below one account's folder of a trail's bucket tells of no other account.
func TestATrailTellsOfItsOwnAccountAlone(t *testing.T) {
	hit, miss := launch("e1", "RunInstances"), launch("e2", "DescribeInstances")
	for _, c := range []struct {
		owner  string
		want   source.Receipt
		faults int
	}{
		{"", source.Receipt{Records: 2, Fresh: 1}, 0},
		{"111122223333", source.Receipt{Records: 2, Fresh: 1}, 0},
		{"444455556666", source.Receipt{Records: 1}, 1}, // what concerns no playbook is not decoded, nor believed
	} {
		var faults []string
		got, err := receiving(t).Receive(t.Context(), source.Stream{
			Records: strings.NewReader(`{"Records":[` + hit + "," + miss + `]}`), Account: c.owner, Fault: func(err error) { faults = append(faults, err.Error()) },
		})
		if err != nil || got != c.want || len(faults) != c.faults {
			t.Errorf("the trail of %q: %+v, faults %q, %v", c.owner, got, faults, err)
		}
		for _, f := range faults {
			if !strings.Contains(f, `account "111122223333", in the trail of 444455556666`) {
				t.Errorf("it says %q", f)
			}
		}
	}
}

// A sender writes a line and waits: its suspect is stored before the next is written.
func TestALiveStreamIsStoredLineByLine(t *testing.T) {
	a := receiving(t)
	in, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		_, err := a.Receive(context.Background(), source.Stream{Records: in, Live: true})
		ended <- err
	}()
	for n := 1; n <= 3; n++ {
		if _, err := io.WriteString(out, launch(fmt.Sprint("e", n), "RunInstances")+"\n"); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(10 * time.Second); leads(t, a) < n && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		}
		if got := leads(t, a); got != n {
			t.Fatalf("after line %d: %d suspects", n, got)
		}
	}
	out.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// leads counts the suspects that the ledger has, those in an inbox included.
func leads(t *testing.T, a *app.App) (n int) {
	t.Helper()
	for _, c := range cases(t, a.Store) {
		entries, err := a.Store.History(t.Context(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		n += len(entries)
	}
	return n
}

// failing is a store that is away for a while.
type failing struct {
	ledger.Store
	times int
}

func (f *failing) Admit(ctx context.Context, now time.Time, leads []playbook.StoredSuspect, first ledger.FirstClaim, ranks ...time.Time) ([]ledger.Admission, error) {
	if f.times--; f.times >= 0 {
		return nil, errors.New("no space left on device")
	}
	return f.Store.Admit(ctx, now, leads, first, ranks...)
}

func TestOnlyALiveStreamWaitsForTheStore(t *testing.T) {
	hit := launch("e1", "RunInstances")
	a := receiving(t)
	a.Engine.Store = &failing{a.Store, 1}
	if _, err := a.Receive(t.Context(), source.Stream{Records: strings.NewReader(hit)}); err == nil {
		t.Error("a file whose suspects were not stored is done")
	}
	a.Engine.Store = &failing{a.Store, 2}
	got, err := a.Receive(t.Context(), source.Stream{Records: bytes.NewBufferString(hit), Live: true})
	if err != nil || got.Fresh != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

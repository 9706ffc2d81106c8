package cli

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/playbooks"
)

// halfPastTwelve is when orders are given: nothing else is due in the record then.
func halfPastTwelve() time.Time { return time.Date(2026, 3, 1, 12, 30, 0, 0, time.UTC) }

// undoing gives the order to take the record's verified case back, and returns what was said.
func undoing(t *testing.T, file string, flags ...string) (code int, out, remarks string) {
	t.Helper()
	var printed, said bytes.Buffer
	sh := &shell{in: strings.NewReader(""), out: &printed, err: &said, now: halfPastTwelve, user: "ann"}
	code = run(t.Context(), append([]string{"undo", "c_01kjmmdqp", "--ledger", file}, flags...), sh, playbooks.All(), action.Kinds())
	return code, printed.String(), said.String()
}

// What has no way back is said first. Taking back keeps the same finding quiet for a while: a person reads until when.
func TestUndoSaysForHowLongTheFindingIsLetBe(t *testing.T) {
	for _, c := range []struct {
		flags []string
		until string
	}{
		{nil, "2026-03-02T12:30:00Z"},
		{[]string{"--except", "4h"}, "2026-03-01T16:30:00Z"},
	} {
		file := filepath.Join(t.TempDir(), "a.db")
		if err := fill(t.Context(), file); err != nil {
			t.Fatal(err)
		}
		code, out, said := undoing(t, file, c.flags...)
		want := "not taken back: ec2.terminate (a terminated instance is gone for good)\n" +
			"the same finding on 111122223333/eu-west-1/group/web-2 is let be until " + c.until + ", unless riposte undo says --except\n" +
			"recorded in " + file + ", which no riposte serves at present: it is taken up once one does\n"
		if code != exitDone || said != want {
			t.Errorf("%v: %d, said %q, want %q", c.flags, code, said, want)
		}
		if !strings.HasPrefix(out, "c_01kjmmdqp00000000000000000 is verified\n") {
			t.Errorf("%v: printed %q", c.flags, out)
		}
	}
}

// Another process serves the ledger: who waits sees the end, and neither the beginning nor the middle.
func TestUndoWaitsUntilItIsDone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	if err := fill(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	served := make(chan error, 1)
	go func() { served <- takeBack(ctx, file) }()
	code, out, said := undoing(t, file, "--wait", "1m")
	if code != exitDone || !strings.HasPrefix(out, "c_01kjmmdqp00000000000000000 is undone\n") {
		t.Errorf("%d, printed %q, said %q", code, out, said)
	}
	if t.Failed() {
		stop()
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

// Nobody serves the ledger: waiting ends, and the case is shown as it stands.
func TestUndoWaitsNoLongerThanItIsTold(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	if err := fill(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	code, out, said := undoing(t, file, "--wait", "500ms")
	if code != exitDone || !strings.HasPrefix(out, "c_01kjmmdqp00000000000000000 is verified\n") ||
		!strings.HasSuffix(said, "\nnot done after 500ms: riposte case c_01kjmmdqp00000000000000000 shows how it goes on\n") {
		t.Errorf("%d, printed %q, said %q", code, out, said)
	}
}

// takeBack does to the first case that is due what a daemon does with the order to take it back, in two commits.
func takeBack(ctx context.Context, file string) error {
	s, err := sqlite.Open(ctx, file)
	if err != nil {
		return err
	}
	defer s.Close() // once more, where all is well
	var claim *ledger.Claim
	for claim == nil {
		if claim, err = s.Claim(ctx, halfPastTwelve(), "test", time.Minute); err != nil {
			return err
		}
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	for _, w := range []struct {
		to    ledger.State
		write ledger.Write
	}{
		{ledger.Undoing, ledger.Write{Notes: []string{"it is taken back"}}},
		{ledger.Undone, ledger.Write{Notes: []string{"it is"}, EndsLease: true}},
	} {
		w.write.At = halfPastTwelve()
		for _, m := range claim.Inbox {
			w.write.Taken = append(w.write.Taken, m.Key)
		}
		claim.Inbox = nil
		claim.Case.State, claim.Case.Due = w.to, halfPastTwelve().Add(time.Hour)
		if w.to == ledger.Undone {
			claim.Case.Due = time.Time{}
		}
		if err := s.Commit(ctx, claim.Case, w.write); err != nil {
			return err
		}
		if w.write.EndsLease {
			return s.Close()
		}
		if err := pause(ctx, 2*listening); err != nil { // who asks meanwhile sees the middle
			return err
		}
	}
	return nil
}

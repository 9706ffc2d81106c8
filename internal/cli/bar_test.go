package cli

import (
	"strings"
	"testing"
	"time"
)

func TestBarIsDrawnAfterASecondAndTakenAway(t *testing.T) {
	var screen strings.Builder
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	b := &bar{sh: &shell{bar: &screen, now: func() time.Time { return now }}, started: now}
	b.progress(1, 10_000_000, 40_000_000)
	if screen.Len() != 0 {
		t.Errorf("drawn within the first second: %q", screen.String())
	}
	now = now.Add(2 * time.Second)
	b.progress(1, 20_000_000, 40_000_000)
	b.progress(2, 30_000_000, 40_000_000) // within a tenth of a second
	b.clear()
	b.clear()
	want := "\r\x1b[K████████████░░░░░░░░░░░░  50%  1 files  19.1 MiB  10.0 MB/s  2s left\r\x1b[K"
	if screen.String() != want {
		t.Errorf("got  %q\nwant %q", screen.String(), want)
	}
}

func TestBarIsForTerminals(t *testing.T) {
	b := &bar{sh: &shell{now: time.Now}, started: time.Now()}
	b.started = b.started.Add(-time.Hour)
	b.progress(1, 1, 2)
	b.clear()
	if !b.drawn.IsZero() {
		t.Error("drawn where nobody looks")
	}
}

func TestProgressOfAPipeHasNoEnd(t *testing.T) {
	if got, want := progressLine(0, 5_000_000, 0, time.Second), "0 files  4.8 MiB  5.0 MB/s"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSizes(t *testing.T) {
	for _, c := range []struct {
		in   string
		want size
		bad  bool
	}{
		{"16MiB", 16 << 20, false}, {"16MB", 16 << 20, false}, {"16m", 16 << 20, false}, {"4G", 4 << 30, false}, {"512", 512, false},
		{"1 KiB", 1 << 10, false}, {"", 0, true}, {"lots", 0, true}, {"-1M", 0, true}, {"0", 0, true}, {"99999999T", 0, true}, {"MiB", 0, true},
	} {
		var got size
		err := got.UnmarshalText([]byte(c.in))
		if (err != nil) != c.bad || got != c.want {
			t.Errorf("%q: got %d, %v", c.in, got, err)
		}
	}
	if got := size(1536).String(); got != "1.5 KiB" {
		t.Errorf("got %q", got)
	}
}

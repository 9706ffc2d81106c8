package cli

import (
	"fmt"
	"strings"
	"time"
)

// bar draws how far a long job is, on a terminal only and not within its first second.
type bar struct {
	sh      *shell
	started time.Time
	drawn   time.Time // last; zero where nothing stands on the line
}

// progress draws at most ten times a second.
func (b *bar) progress(files, done, of int64) {
	now := b.sh.now()
	if b.sh.bar == nil || now.Sub(b.started) < time.Second || now.Sub(b.drawn) < 100*time.Millisecond {
		return
	}
	b.drawn = now
	fmt.Fprintf(b.sh.bar, "\r\x1b[K%s", progressLine(files, done, of, now.Sub(b.started)))
}

// clear takes the bar off the line, so that something else can be printed there.
func (b *bar) clear() {
	if !b.drawn.IsZero() {
		fmt.Fprint(b.sh.bar, "\r\x1b[K")
		b.drawn = time.Time{}
	}
}

// progressLine is the bar as text: share, files, speed, time left as far as it can be told.
func progressLine(files, done, of int64, took time.Duration) string {
	speed := float64(done) / took.Seconds()
	rest := fmt.Sprintf("%d files  %s  %.1f MB/s", files, size(done), speed/1e6)
	if of <= 0 || done > of || speed == 0 {
		return rest
	}
	const cells = 24
	full := int(cells * done / of)
	left := time.Duration(float64(of-done) / speed * float64(time.Second)).Round(time.Second)
	return fmt.Sprintf("%s%s %3d%%  %s  %s left", strings.Repeat("█", full), strings.Repeat("░", cells-full), 100*done/of, rest, left)
}

// looked draws how many of something were looked at.
func (b *bar) looked(what string, done, of int) {
	now := b.sh.now()
	if b.sh.bar == nil || now.Sub(b.started) < time.Second || now.Sub(b.drawn) < 100*time.Millisecond {
		return
	}
	b.drawn = now
	fmt.Fprintf(b.sh.bar, "\r\x1b[K%d of %d %s", done, of, what)
}

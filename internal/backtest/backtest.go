// Package backtest says what the configured playbooks would have done about an organisation's own history: to whom, what that would have
// broken, and what would make it quieter.
package backtest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/source/files"
)

// Options are what a backtest needs beside what is read.
type Options struct {
	Config   *config.Config
	Now      time.Time    // the modes are those of this moment
	From, To time.Time    // of the records and their delivery; From zero: all of them
	Present  *app.Present // judges suspects; nil: nothing is asked of AWS
	State    *State       // goes on where a backtest was stopped; may be nil
	Checked  func(done, of int)
}

// mostKept bounds the suspects that are looked at one by one, and with them the memory; the others are counted.
const mostKept = 20_000

// backtest is one under way.
type backtest struct {
	Options
	sparing *judge
	tables  tables
	days    calendar
	answers answers
	kept    []*suspect
	names   map[string]string // of accounts
	beyond  int               // suspects that were not kept
	outside int               // of another time than was asked for
	troubles

	within, elsewhen int // files of the time that was asked for, and of another
}

// Run replays, with the functions of the replay that are the backtest's own set by it, and judges what was found.
func Run(ctx context.Context, o Options, in app.ReplayInput) (*Report, error) {
	b := &backtest{Options: o, sparing: newJudge(o.Config), tables: newTables(), days: calendar{}, troubles: troubles{}}
	problem := in.Problem
	in.Playbooks, in.People, in.Spares = o.Config.Playbooks, o.Config.People, app.Sparing(o.Config)
	in.Problem = func(p app.ReplayProblem) {
		if o.State != nil && b.unread < mostUnread {
			o.State.problem(p)
		}
		b.unreadable(p)
		if problem != nil {
			problem(p)
		}
	}
	var before app.ReplaySummary
	if o.State != nil {
		before = b.resume(&in)
	}
	in.Emit = b.emit
	in.Skip = b.skip
	if o.State != nil {
		in.Done = func(f files.File, sum func() app.ReplaySummary) {
			if o.State.passed(f) {
				o.State.reached(added(before, sum()), b.outside)
			}
		}
	}
	summary, err := app.Replay(ctx, in)
	if nothing := b.nothing(); err == nil && nothing != nil {
		in.Problem(app.ReplayProblem{Path: strings.Join(in.Paths, ", "), Offset: -1, Err: nothing})
		summary.Malformed++
	}
	if err == nil && o.State != nil {
		o.State.reached(added(before, summary), b.outside)
		err = o.State.err
	}
	if err != nil {
		return nil, err
	}
	if o.Present != nil {
		if err := b.check(ctx); err != nil {
			return nil, err
		}
	}
	r := b.report(added(before, summary))
	if r.Quieter = b.quieter(ctx); ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return r, nil
}

// emit counts a suspect, unless it is of another time: a file that was delivered in time may hold what happened before.
func (b *backtest) emit(l app.ReplayLine) error {
	if !b.From.IsZero() && (l.EventTime.Before(b.From) || l.EventTime.After(b.To)) {
		b.outside++
		return nil
	}
	if b.State != nil {
		b.State.suspect(l)
	}
	b.take(l)
	return nil
}

func (b *backtest) take(l app.ReplayLine) {
	s := b.suspect(l)
	b.count(s)
	b.answers.take(s.Playbook, b.steps(s))
	b.days.suspect(l.EventTime)
	if len(b.kept) < mostKept {
		b.kept = append(b.kept, s)
		return
	}
	b.beyond++
}

// skip notes the day of a log file, and says whether it is of another time or was read before.
func (b *backtest) skip(f files.File) app.Skip {
	if !b.days.file(f.Path, b.From, b.To) {
		b.elsewhen++
		return app.NotWanted
	}
	b.within++
	if b.State != nil && b.State.read(f) {
		return app.ReadBefore
	}
	return app.NotSkipped
}

// nothing is the problem that all log files are of another time; nil where one is not.
func (b *backtest) nothing() error {
	if b.elsewhen == 0 || b.within > 0 {
		return nil
	}
	return fmt.Errorf("there is no log file of %s to %s: %d are of another time", b.From.Format(time.DateOnly), b.To.Format(time.DateOnly), b.elsewhen)
}

// resume takes in what a backtest before had come to.
func (b *backtest) resume(in *app.ReplayInput) app.ReplaySummary {
	for _, p := range b.State.problems {
		b.unreadable(p)
	}
	for _, l := range b.State.lines {
		b.take(l)
	}
	b.outside, in.Told = b.State.outside, b.State.lines
	b.State.lines = nil
	return b.State.summary
}

// added is what two parts of one replay came to.
func added(a, b app.ReplaySummary) app.ReplaySummary {
	b.Records, b.Bytes, b.Files, b.Malformed = a.Records+b.Records, a.Bytes+b.Bytes, a.Files+b.Files, a.Malformed+b.Malformed
	b.Other, b.Duplicates, b.Suspects = a.Other+b.Other, a.Duplicates+b.Duplicates, a.Suspects+b.Suspects
	b.Repeated, b.Wanted, b.Seconds = a.Repeated+b.Repeated, a.Wanted+b.Wanted, a.Seconds+b.Seconds
	b.Kinds, b.LeftOut = summed(a.Kinds, b.Kinds), summed(a.LeftOut, b.LeftOut)
	return b
}

func summed(a, b map[string]int64) map[string]int64 {
	if len(a)+len(b) == 0 {
		return nil
	}
	out := map[string]int64{}
	for _, m := range []map[string]int64{a, b} {
		for name, n := range m {
			out[name] += n
		}
	}
	return out
}

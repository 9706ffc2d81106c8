package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/show"
)

// demoEnds prints the cases and the sums, and fails where a case did not end as it should.
func (sh *shell) demoEnds(ctx context.Context, stage *demo.Stage, r record, attacks []demo.Attack, told bool) error {
	cases, err := r.Cases(ctx, ledger.Filter{})
	if err != nil {
		return fmt.Errorf("read the cases: %w", err)
	}
	sum, wrong := stage.Outcome(ctx, attacks)
	if sh.json() {
		err := sh.cases(r, ledger.All(ctx, r, ledger.Filter{}))
		sh.object(map[string]demo.Summary{"summary": sum})
		return errors.Join(err, wrong)
	}
	if !told {
		sh.remark("%s holds a demo that is over: nothing is played twice", r.file)
	}
	sh.line("")
	if err := sh.stages(r, cases); err != nil {
		return err
	}
	sh.line("\n%s, %s: %d contained, %d verified; %s lost before containment took effect.",
		counted(sum.Attacks, "attack"), counted(sum.Cases, "case"), sum.Contained, sum.Verified, counted(sum.Lost, "instance"))
	if sum.Time != (demo.Spread{}) { // of sweeps alone there is none
		sh.line("From what happened to contained, CloudTrail's delivery included: %s in the middle, %s at worst.", millis(sum.Time.P50), millis(sum.Time.P99))
	}
	if sum.Own.P99 > 0 { // a demo that was over before had nothing left to do
		sh.line("Riposte's own part, on this machine's clock, from a record's arrival to the end of its work on it:\n%s in the middle, %s at worst.", millis(sum.Own.P50), millis(sum.Own.P99))
	}
	if r.file != sqlite.Memory {
		sh.remark("\nThe record is kept: riposte cases --ledger %s; riposte undo CASE --ledger %s", r.file, r.file)
	}
	return wrong
}

// stages is the table of cases with how long each stage took, in world time.
func (sh *shell) stages(r record, cases []*ledger.Case) error {
	t := table{{"#", "CASE", "STATE", "PLAYBOOK", "RESOURCE", "SEEN", "CONTAINED", "VERIFIED"}}
	dismissed := 0
	for i, c := range cases {
		if c.State == ledger.Dismissed {
			dismissed++
			continue
		}
		one, err := r.shown(c)
		if err != nil {
			return err
		}
		resource := short(one.Resource) // without account and region, which a demo's reader knows
		if resource == one.Resource {
			parts := strings.SplitN(resource, "/", 3)
			resource = parts[len(parts)-1]
		}
		t = append(t, []string{strconv.Itoa(i + 1), beginning(c, cases), state(one.State), one.Playbook[strings.LastIndex(one.Playbook, ".")+1:], show.Plain(resource),
			after(one.Times.Occurred, one.Times.Received), after(one.Times.Occurred, one.Times.Contained), after(one.Times.Occurred, one.Times.Verified)})
	}
	sh.table(t)
	if dismissed > 0 {
		sh.line("and %s that a look, or sam, dismissed", counted(dismissed, "case"))
	}
	return nil
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// beginning is as much of a case's id as tells it from the others, and a little more, since there will be others.
func beginning(c *ledger.Case, all []*ledger.Case) string {
	for n := 12; n < len(c.ID); n++ {
		alike := func(o *ledger.Case) bool { return strings.HasPrefix(o.ID, c.ID[:n]) }
		if !slices.ContainsFunc(all, func(o *ledger.Case) bool { return o != c && alike(o) }) {
			return c.ID[:n]
		}
	}
	return c.ID
}

// after is how long after what happened a stage was reached, "" where it was not.
func after(occurred, t time.Time) string {
	if t.IsZero() || occurred.IsZero() {
		return "-"
	}
	const day = 24 * time.Hour
	if since := t.Sub(occurred); since >= 2*day {
		return fmt.Sprintf("+%dd", since/day)
	}
	return "+" + t.Sub(occurred).Round(100*time.Millisecond).String()
}

func millis(ms float64) string {
	return time.Duration(ms * float64(time.Millisecond)).Round(10 * time.Microsecond).String()
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam/roster"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/simulate"
)

type simulateVerb struct {
	FromFiles []string          `required:"" placeholder:"PATH" help:"File or folder with what aws iam get-account-authorization-details prints. Repeatable."`
	As        string            `required:"" placeholder:"ARN" help:"The user or role that calls."`
	Action    string            `arg:"" optional:"" help:"The action, as ec2:RunInstances."`
	Resource  string            `arg:"" optional:"" help:"The ARN of the resource; * for an action without one."`
	Context   map[string]string `placeholder:"KEY=VALUE" help:"A condition key of the call, as aws:SourceIp=203.0.113.7. Repeatable."`
	With      []string          `placeholder:"FILE" help:"Add the policy in this file. Repeatable."`
	Without   []string          `placeholder:"POLICY" help:"Take this policy away, by name or ARN. Repeatable."`
	Recorded  []string          `placeholder:"PATH" help:"Decide the principal's calls in these CloudTrail files, instead of one call. Repeatable."`
}

// Run decides one call, or says which recorded calls a changed policy would cut off.
func (v simulateVerb) Run(ctx context.Context, sh *shell) error {
	one := v.Action != ""
	switch {
	case one == (len(v.Recorded) > 0):
		return wrongUsage("name an ACTION and a RESOURCE, or --recorded with a changed policy")
	case one && (v.Resource == "" || !strings.Contains(v.Action, ":")):
		return wrongUsage("name an ACTION, as ec2:RunInstances, and a RESOURCE, as its ARN or *")
	case !one && len(v.With)+len(v.Without) == 0:
		return wrongUsage("--recorded is for a changed policy: say --with, --without, or both")
	}
	o, err := roster.FromFiles(v.FromFiles)
	if err != nil {
		return err
	}
	subject, err := simulate.Of(o, v.As)
	if err != nil {
		return err
	}
	var added []simulate.Document
	for _, path := range v.With {
		b, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read policy: %w", err)
		}
		added = append(added, simulate.Document{Name: path, Text: string(b)})
	}
	before := subject.As()
	after, err := subject.Changed(v.Without, added)
	if err != nil {
		return err
	}
	if one {
		v.decide(sh, before, after)
		return nil
	}
	return v.replay(ctx, sh, before, after)
}

// decide prints the decision, by the changed policies too where there are such.
func (v simulateVerb) decide(sh *shell, before, after simulate.Set) {
	answer := before.Decide(v.Action, v.Resource, v.Context)
	changed := len(v.With)+len(v.Without) > 0
	switch {
	case sh.json() && changed:
		sh.object(map[string]simulate.Answer{"before": answer, "after": after.Decide(v.Action, v.Resource, v.Context)})
	case sh.json():
		sh.object(answer)
	case changed:
		printAnswer(sh, "before: ", answer)
		printAnswer(sh, "after: ", after.Decide(v.Action, v.Resource, v.Context))
	default:
		printAnswer(sh, "", answer)
	}
	for _, gap := range before.Gaps {
		sh.remark("not read: %s: %s", gap.What, gap.Why)
	}
}

func printAnswer(sh *shell, when string, a simulate.Answer) {
	by := a.By
	if a.Policy != "" {
		by += " " + a.Policy
	}
	if a.Sid != "" {
		by += ", statement " + a.Sid
	}
	sh.line("%s%s on %s: %s, by %s", when, a.Action, a.Resource, a.Effect, by)
	for _, s := range a.Says {
		line := fmt.Sprintf("  %s  %s %s, statement %d", strings.ToLower(s.Effect), s.Source, s.Policy, s.Index)
		if s.Sid != "" {
			line += " (" + s.Sid + ")"
		}
		if len(s.Hangs) > 0 {
			line += ", hangs on " + strings.Join(s.Hangs, ", ")
		}
		sh.line("%s", line)
	}
	if len(a.Says) == 0 {
		sh.line("  no statement speaks of it")
	}
	if len(a.Hangs) > 0 {
		sh.line("  decided as if these were absent: %s; say --context KEY=VALUE", strings.Join(a.Hangs, ", "))
	}
	if a.Beside != "" {
		sh.line("  %s", a.Beside)
	}
}

// replay says which recorded calls are lost. Where one is, the exit code is that of something found.
func (v simulateVerb) replay(ctx context.Context, sh *shell, before, after simulate.Set) error {
	replay := simulate.NewReplay(before, after, func(l simulate.Lost) {
		if sh.json() {
			sh.object(l)
			return
		}
		sh.line("%s  %s  %s on %s, event %s: %s", l.At.UTC().Format(time.RFC3339), l.Outcome, l.Action, named(l.Resource), l.Event, l.Why)
	})
	summary, err := app.Recorded{
		Paths: v.Recorded, Stdin: sh.in,
		Visit:   func(e event.Event, _ []byte) { replay.Record(e) },
		Problem: func(p app.ReplayProblem) { unreadable(sh, p) },
	}.Read(ctx)
	switch {
	case errors.Is(err, context.Canceled):
		sh.remark("stopped: the rest was not read")
		return silent(exitStopped)
	case err != nil:
		return fmt.Errorf("simulate: %w", err)
	}
	t := replay.Tally
	if sh.json() {
		sh.object(map[string]simulate.Tally{"summary": t})
	}
	sh.remark("%d calls in %d records: %d kept, %d cut off, %d may be; %d were denied as it was, of %d it is not known which action they need",
		t.Calls, summary.Records, t.Kept, t.CutOff, t.Doubtful, t.Denied, t.Unmapped)
	switch {
	case t.CutOff > 0:
		return silent(exitFound)
	case summary.Malformed > 0:
		return silent(exitFailed)
	}
	return nil
}

func named(resource string) string {
	if resource == "" {
		return "what the record does not name"
	}
	return resource
}

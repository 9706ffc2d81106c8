package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/show"
	"github.com/ripostehq/riposte/internal/source/s3"
	"github.com/ripostehq/riposte/playbook"
)

type replayVerb struct {
	configFlag
	Paths     []string `arg:"" name:"path" help:"Files, folders, s3://BUCKET/PREFIX, or - for standard input: CloudTrail records in whatever form a tool wrote them."`
	FailOn    string   `enum:",low,medium,high,critical" default:"" placeholder:"SEVERITY" help:"Exit with 3 where something at least this severe was found: low, medium, high, critical."`
	Workers   int      `placeholder:"N" help:"Files read at once. Default: one per processor."`
	MaxRecord size     `placeholder:"SIZE" help:"Longest record that is read. Default 16MiB."`
	MaxSize   size     `placeholder:"SIZE" help:"Most that one file may unpack to. Default 4GiB."`
}

// Run replays.
func (v replayVerb) Run(ctx context.Context, sh *shell) error {
	c, err := v.load(ctx, sh)
	if err != nil {
		return err
	}
	if v.Workers < 0 {
		return wrongUsage("--workers can't be negative")
	}
	remote, err := v.remote(ctx)
	if err != nil {
		return err
	}
	if c.Organization.Discover {
		sh.remark("organization.discover: AWS Organizations is not asked; of the accounts, those of the configuration are known")
	}
	out := replayed{sh: sh, file: c.File, failOn: playbook.Severity(v.FailOn)}
	bar := &bar{sh: sh, started: sh.now()}
	summary, err := app.Replay(ctx, app.ReplayInput{
		Paths: v.Paths, Stdin: sh.in, Remote: remote, Playbooks: c.Playbooks, People: c.People, Spares: app.Sparing(c),
		Workers: v.Workers, MaxRecord: int(v.MaxRecord), MaxSize: int64(v.MaxSize),
		Emit:     func(l app.ReplayLine) error { bar.clear(); return out.suspect(l) },
		Problem:  func(p app.ReplayProblem) { bar.clear(); out.problem(p) },
		Progress: bar.progress,
	})
	bar.clear()
	switch {
	case errors.Is(err, context.Canceled):
		out.summary(summary)
		sh.remark("stopped: the rest was not read, and the next run begins anew")
		return silent(exitStopped)
	case err != nil:
		return fmt.Errorf("replay: %w", err)
	}
	out.summary(summary)
	switch {
	case out.severe:
		return silent(exitFound)
	case summary.Malformed > 0:
		return silent(exitFailed)
	}
	return nil
}

// remote reads buckets, where one is named.
func (v replayVerb) remote(ctx context.Context) (app.Remote, error) {
	if !slices.ContainsFunc(v.Paths, s3.Names) {
		return nil, nil
	}
	base, err := cloud.Load(ctx)
	if err != nil {
		return nil, err
	}
	return s3.Archive{In: func(region string) s3.Locator {
		return awss3.NewFromConfig(base(event.Place{Region: region}), emulated)
	}}.Files, nil
}

// replayed prints what a replay finds, as it finds it.
type replayed struct {
	sh     *shell
	file   string // of the configuration
	failOn playbook.Severity
	severe bool
}

func (r *replayed) suspect(l app.ReplayLine) error {
	all := playbook.Severities()
	r.severe = r.severe || r.failOn != "" && slices.Index(all, l.Severity) >= slices.Index(all, r.failOn)
	if r.sh.json() {
		r.sh.object(l)
		return r.sh.unprinted
	}
	r.sh.text(fmt.Sprintf("%s  %s  %s\n", l.EventTime.UTC().Format(time.RFC3339), severity(l.Severity), show.Plain(l.Playbook)))
	for _, detail := range []struct{ name, text string }{
		{"what", l.Title}, {"where", l.Resource}, {"by", cmp.Or(l.Person, l.Actor)}, {"from", l.SourceIP}, {"event", l.EventName + " " + l.EventID},
		{"plan", strings.Join(l.Plan, ", then ")},
	} {
		if detail.text != "" {
			r.sh.line("    %-6s %s", detail.name, detail.text)
		}
	}
	for _, s := range l.Spared {
		r.sh.line("    %-6s %s", "spared", r.spared(s))
	}
	return r.sh.unprinted
}

// spared is a rule by which a suspect would have been left alone, with its place in the configuration.
func (r *replayed) spared(s app.Spared) string {
	text := s.Rule + ": " + s.Reason
	if len(s.Steps) > 0 {
		text = strings.Join(s.Steps, ", ") + " by " + text
	}
	switch {
	case s.Line > 0:
		text += fmt.Sprintf(" (%s:%d, %s)", r.file, s.Line, s.Said)
	case s.Said != "":
		text += " (" + s.Said + ")"
	}
	return text
}

func (r *replayed) problem(p app.ReplayProblem) {
	where := p.Path
	if p.Line > 1 {
		where += fmt.Sprintf(", line %d", p.Line)
	}
	if p.Offset >= 0 {
		where += fmt.Sprintf(", byte %d", p.Offset)
	}
	r.sh.remark("unreadable: %s: %s", where, p.Err)
}

// readable is how many suspects somebody may look through one by one.
const readable = 50

func (r *replayed) summary(s app.ReplaySummary) {
	if r.sh.json() {
		r.sh.object(map[string]app.ReplaySummary{"summary": s})
		return
	}
	r.sh.remark("%d suspects in %d records of %d files, %s in %.1f s; %d unreadable, %d of another kind, %d duplicates",
		s.Suspects, s.Records, s.Files, size(s.Bytes), s.Seconds, s.Malformed, s.Other, s.Duplicates)
	if s.Suspects > readable {
		r.sh.remark("  riposte backtest counts them by playbook, account, image's owner and person, and says what would make them fewer")
	}
	if s.Repeated > 0 {
		r.sh.remark("  %d further calls by callers that were told, from where they were told to call", s.Repeated)
	}
	if len(s.Kinds) > 0 {
		r.sh.remark("  no calls: %s", app.Listed(s.Kinds))
	}
	if len(s.LeftOut) > 0 {
		r.sh.remark("  files left out: %s", app.Listed(s.LeftOut))
	}
}

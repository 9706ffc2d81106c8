package cli

import (
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

func (replayVerb) Help() string {
	return `Says what would have been looked at, whom it concerned and what would have been planned; AWS is not asked, and what came
twice is told once. Exit code 1 where something could not be read, or where a file held no record, which is listed on
standard error, after all the rest was read; 3 with --fail-on, which counts for more.

Whole records are found wherever they are: log files, EventBridge events, what lookup-events and logs tail print, exports of
CloudWatch Logs, CloudTrail Lake, queues, Splunk, Elastic and the like, as objects or as text in JSON, lines or CSV; packed
by gzip, zstd, bzip2, zip or tar, in UTF-8 or UTF-16. Of a folder every file is looked at, and those that are no logs are
counted. Security Lake (OCSF), Parquet, and tables of single fields hold no whole records, which is said.

A bucket is read with the credentials that the SDK finds, wherever the bucket is: they need s3:ListBucket and
s3:GetObject. What stands behind the bucket's name is a prefix of names.

Examples:

  riposte replay ~/cloudtrail
  riposte replay s3://org-trail/AWSLogs/o-abcdefghij/111122223333/CloudTrail/eu-west-1/2026/03/
  riposte replay logs/ --format json --fail-on high
  zcat trail.json.gz | riposte replay -`
}

// Run replays.
func (v replayVerb) Run(ctx context.Context, sh *shell) error {
	c, err := v.load(sh)
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
	out := replayed{sh: sh, failOn: playbook.Severity(v.FailOn)}
	bar := newBar(sh)
	summary, err := app.Replay(ctx, app.ReplayInput{
		Paths: v.Paths, Stdin: sh.in, Remote: remote, Playbooks: c.Playbooks, People: c.People,
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
	return out.end(summary)
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
	failOn playbook.Severity
	severe bool
}

func (r *replayed) suspect(l app.ReplayLine) error {
	all := playbook.Severities()
	r.severe = r.severe || r.failOn != "" && slices.Index(all, l.Severity) >= slices.Index(all, r.failOn)
	if r.sh.json() {
		return r.sh.object(l)
	}
	if _, err := fmt.Fprintf(r.sh.out, "%s  %s  %s\n", l.EventTime.UTC().Format(time.RFC3339), severity(l.Severity), show.Plain(l.Playbook)); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	by := l.Person
	if by == "" {
		by = l.Actor
	}
	for _, detail := range []struct{ name, text string }{
		{"what", l.Title}, {"where", l.Resource}, {"by", by}, {"from", l.SourceIP}, {"event", l.EventName + " " + l.EventID},
		{"plan", strings.Join(l.Plan, ", then ")},
	} {
		if detail.text == "" {
			continue
		}
		if err := r.sh.line("    %-6s %s", detail.name, detail.text); err != nil {
			return err
		}
	}
	return nil
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

func (r *replayed) end(s app.ReplaySummary) error {
	if err := r.summary(s); err != nil {
		return err
	}
	switch {
	case r.severe:
		return silent(exitFound)
	case s.Malformed > 0:
		return silent(exitFailed)
	}
	return nil
}

func (r *replayed) summary(s app.ReplaySummary) error {
	if r.sh.json() {
		return r.sh.object(map[string]app.ReplaySummary{"summary": s})
	}
	r.sh.remark("%d suspects in %d records of %d files, %s in %.1f s; %d unreadable, %d of another kind, %d duplicates",
		s.Suspects, s.Records, s.Files, size(s.Bytes), s.Seconds, s.Malformed, s.Other, s.Duplicates)
	if len(s.Kinds) > 0 {
		r.sh.remark("  no calls: %s", app.Listed(s.Kinds))
	}
	if len(s.LeftOut) > 0 {
		r.sh.remark("  files left out: %s", app.Listed(s.LeftOut))
	}
	return nil
}

package cli

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/backtest"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/source/s3"
)

type backtestVerb struct {
	configFlag
	Paths       []string `arg:"" optional:"" name:"path" help:"Files, folders, s3://BUCKET/PREFIX, or - for standard input, as replay reads them."`
	S3          []string `name:"s3" placeholder:"URL" help:"s3://BUCKET/PREFIX of a trail: its log files of --days are listed and read. Repeatable."`
	Days        int      `placeholder:"N" help:"How many days back, by when log files were delivered. Default: 30 of buckets, everything of paths."`
	Check       bool     `help:"Judge each suspect against the present state, by the audit role."`
	State       string   `placeholder:"FILE" help:"Where it is kept how far it came; removed when all is told. Default: ./riposte-backtest.state."`
	HTML        string   `name:"html" placeholder:"FILE" help:"Write one page with pictures, too."`
	Top         int      `default:"10" placeholder:"N" help:"Rows of each table. Default 10."`
	BucketOwner string   `placeholder:"ID" help:"Account that the buckets must belong to."`
	Workers     int      `placeholder:"N" help:"Files read at once. Default: 16 of buckets, else one per processor."`
}

const (
	defaultState = "riposte-backtest.state"
	backtestDays = 30
	// ofBuckets is how many objects are read at once: log files are small, and most of the time is waiting.
	ofBuckets = 16
	// heap is where memory is collected harder, in bytes: a history of a million records with 86,000 suspects took 239 MB without, and no longer.
	heap = 120 << 20
)

var twelveDigits = regexp.MustCompile(`^[0-9]{12}$`)

// Run backtests.
func (v backtestVerb) Run(ctx context.Context, sh *shell) error {
	c, err := v.load(ctx, sh)
	if err == nil {
		err = v.checked()
	}
	if err != nil {
		return err
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(heap)
	}
	o := backtest.Options{Config: c, Now: sh.now()}
	if days := v.days(); days > 0 {
		o.To = sh.now().UTC().Truncate(time.Minute)
		o.From = o.To.AddDate(0, 0, -days)
	}
	if !slices.Contains(v.paths(), "-") {
		if o.State, err = backtest.OpenState(v.state(), v.of(c, version()), o.From, o.To); err != nil {
			return err
		}
		o.From, o.To = o.State.From, o.State.To
		if n := o.State.Resumed(); n > 0 {
			sh.remark("going on behind %d files that were read before (%s)", n, v.state())
		}
	}
	return v.run(ctx, sh, c, o)
}

// checked refuses what can't be meant.
func (v backtestVerb) checked() error {
	switch {
	case len(v.paths()) == 0:
		return wrongUsage("name what is to be read: a path, or --s3 s3://BUCKET/PREFIX")
	case slices.ContainsFunc(v.S3, func(s string) bool { return !s3.Names(s) }):
		return wrongUsage("--s3 wants s3://BUCKET/PREFIX")
	case v.Days < 0 || v.Workers < 0 || v.Top < 0:
		return wrongUsage("--days, --workers and --top can't be negative")
	case v.BucketOwner != "" && !twelveDigits.MatchString(v.BucketOwner):
		return wrongUsage("--bucket-owner wants the twelve digits of an account, found %q", v.BucketOwner)
	}
	return nil
}

func (v backtestVerb) paths() []string { return append(slices.Clone(v.Paths), v.S3...) }

func (v backtestVerb) buckets() bool { return slices.ContainsFunc(v.paths(), s3.Names) }

func (v backtestVerb) state() string { return cmp.Or(v.State, defaultState) }

func (v backtestVerb) days() int {
	if v.Days == 0 && v.buckets() {
		return backtestDays
	}
	return v.Days
}

// of names the backtest: what is read, by which configuration and which build, whose playbooks may find other things. One that was begun goes
// on only as the same.
func (v backtestVerb) of(c *config.Config, build string) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%q %d %q %q %q %q", v.paths(), v.Days, v.BucketOwner, c.File, c.Version, build)
	return fmt.Sprintf("%x", sum.Sum(nil))
}

func (v backtestVerb) run(ctx context.Context, sh *shell, c *config.Config, o backtest.Options) error {
	bar := &bar{sh: sh, started: sh.now()}
	in, err := v.reads(ctx, sh, o, bar)
	if err == nil && v.Check {
		err = v.present(ctx, sh, c, &o)
	}
	var r *backtest.Report
	if err == nil {
		o.Checked = func(done, of int) { bar.looked("suspects judged", done, of) }
		r, err = backtest.Run(ctx, o, in)
	}
	bar.clear()
	if err != nil {
		if o.State != nil {
			err = errors.Join(err, o.State.Close())
		}
		if errors.Is(err, context.Canceled) {
			sh.remark("stopped: the same command goes on where this one was, by %s", v.state())
			return silent(exitStopped)
		}
		return fmt.Errorf("backtest: %w", err)
	}
	if err := v.tell(sh, r); err != nil {
		return err
	}
	if o.State != nil {
		if err := o.State.Remove(); err != nil {
			return fmt.Errorf("all was told, and the state stays: %w", err)
		}
	}
	if r.Unreadable > 0 || len(r.Unknown) > 0 {
		return silent(exitFailed)
	}
	return nil
}

// reads is what the replay reads.
func (v backtestVerb) reads(ctx context.Context, sh *shell, o backtest.Options, bar *bar) (app.ReplayInput, error) {
	in := app.ReplayInput{
		Paths: v.paths(), Stdin: sh.in, Workers: v.Workers, Progress: bar.progress,
		Problem: func(p app.ReplayProblem) { bar.clear(); (&replayed{sh: sh}).problem(p) },
	}
	if !v.buckets() {
		return in, nil
	}
	base, err := cloud.Load(ctx)
	if err != nil {
		return in, err
	}
	in.Workers = cmp.Or(v.Workers, ofBuckets)
	in.Remote = s3.Archive{Owner: v.BucketOwner, From: o.From, To: o.To, In: func(region string) s3.Locator {
		return awss3.NewFromConfig(base(event.Place{Region: region}), emulated)
	}}.Files
	return in, nil
}

// present is the state of the accounts. Where AWS Organizations does not answer, what the configuration lists counts, which is said.
func (v backtestVerb) present(ctx context.Context, sh *shell, c *config.Config, o *backtest.Options) error {
	base, err := cloud.Load(ctx)
	if err != nil {
		return err
	}
	if o.Present, err = app.NewPresent(ctx, c, base, sh.now); err != nil {
		sh.remark("AWS Organizations can't be asked, so accounts and units are those of the configuration: %s", err)
	}
	return ctx.Err()
}

// tell prints the report, and writes the page.
func (v backtestVerb) tell(sh *shell, r *backtest.Report) error {
	if sh.json() {
		sh.object(r)
	} else {
		v.print(sh, r)
	}
	if sh.unprinted != nil || v.HTML == "" {
		return sh.unprinted
	}
	var page bytes.Buffer
	err := r.WriteHTML(&page, strings.Join(v.paths(), ", "), sh.now())
	if err == nil {
		err = swap(v.HTML, page.Bytes(), 0o600)
	}
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	sh.remark("the page is %s", v.HTML)
	return nil
}

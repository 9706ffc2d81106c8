package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/playbook/use"
)

type learnVerb struct {
	Paths []string `arg:"" name:"path" help:"Files, folders, or - for standard input: CloudTrail's log files, gzipped or not, or one record a line."`
	Into  string   `placeholder:"FILE" help:"Keep what was learned in this file, beside what it holds already."`
	Of    string   `placeholder:"ARN" help:"Print this user or role alone."`
	Whole bool     `help:"Say that the paths hold all records of a year, of every region: without that, nothing counts as unused."`
}

// Run reads who used which action last.
func (v learnVerb) Run(ctx context.Context, sh *shell) error {
	trail, err := v.known()
	if err != nil {
		return err
	}
	fresh := use.NewTrail()
	fresh.Whole = v.Whole
	summary, err := app.Recorded{
		Paths: v.Paths, Stdin: sh.in,
		Visit:   func(e event.Event, record []byte) { fresh.Fold(e, management(record)) },
		Problem: func(p app.ReplayProblem) { unreadable(sh, p) },
	}.Read(ctx)
	if errors.Is(err, context.Canceled) {
		sh.remark("stopped: nothing is kept")
		return silent(exitStopped)
	}
	if err != nil {
		return fmt.Errorf("learn: %w", err)
	}
	if trail == nil {
		trail = fresh
	} else {
		trail.Merge(fresh)
	}
	if v.Into != "" {
		if err := keep(v.Into, trail); err != nil {
			return err
		}
	}
	v.print(sh, trail)
	sh.remark("%d principals in %d records of %d files; %d unreadable", len(trail.Principals), summary.Records, summary.Files, summary.Malformed)
	if summary.Malformed > 0 {
		return silent(exitFailed)
	}
	return nil
}

// known is what was learned before; nil where nothing was.
func (v learnVerb) known() (*use.Trail, error) {
	if v.Into == "" {
		return nil, nil
	}
	b, err := os.ReadFile(v.Into)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	t := use.NewTrail()
	if err == nil {
		err = json.Unmarshal(b, t)
	}
	if err != nil {
		return nil, fmt.Errorf("read what was learned before from %s: %w", v.Into, err)
	}
	return t, nil
}

// keep writes beside the file and puts it in its place, so that a run that is broken off leaves what was there.
func keep(path string, t *use.Trail) error {
	b, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("keep what was learned: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("keep what was learned: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(append(b, '\n'))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("keep what was learned: %w", err)
	}
	return nil
}

// management reports whether a record says that it is of a management event: those are recorded whatever the resource.
func management(record []byte) bool {
	var r struct {
		Management bool   `json:"managementEvent"`
		Category   string `json:"eventCategory"`
	}
	return json.Unmarshal(record, &r) == nil && r.Management && (r.Category == "" || r.Category == "Management")
}

// learned is one action of one principal, as JSON.
type learned struct {
	Principal string    `json:"principal"`
	ID        string    `json:"id"`
	Action    string    `json:"action"`
	Last      time.Time `json:"last"`
	Source    string    `json:"source"`
}

func (v learnVerb) print(sh *shell, t *use.Trail) {
	ids := slices.SortedFunc(maps.Keys(t.Principals), func(a, b string) int {
		return strings.Compare(t.Principals[a].Name+" "+a, t.Principals[b].Name+" "+b)
	})
	for _, id := range ids {
		d := t.Principals[id]
		if v.Of != "" && d.Name != v.Of {
			continue
		}
		if !sh.json() {
			sh.line("%s  %s", d.Name, id)
		}
		for _, action := range slices.Sorted(maps.Keys(d.Actions)) {
			deed := d.Actions[action]
			source := string(use.ByTrail)
			if deed.Inferred {
				source = string(use.ByParameters)
			}
			if sh.json() {
				sh.object(learned{d.Name, id, action, deed.Last, source})
			} else {
				sh.line("  %s  %s%s", deed.Last.UTC().Format(time.DateOnly), action, inferred(deed))
			}
		}
		if sh.json() {
			continue
		}
		for _, action := range slices.Sorted(maps.Keys(d.Denied)) {
			sh.line("  denied      %s, %d times: no use", action, d.Denied[action])
		}
		for _, service := range slices.Sorted(maps.Keys(d.Unmapped)) {
			sh.line("  unknown     %s: it is not known which action that needs", d.Unmapped[service])
		}
	}
}

func inferred(d use.Deed) string {
	if d.Inferred {
		return "  (a role in the parameters of a call)"
	}
	return ""
}

// unreadable tells what a file holds that is no record, and where.
func unreadable(sh *shell, p app.ReplayProblem) {
	where := p.Path
	if p.Line > 1 {
		where += fmt.Sprintf(", line %d", p.Line)
	}
	sh.remark("unreadable: %s: %s", where, p.Err)
}

package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync/atomic"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/route"
	"github.com/ripostehq/riposte/internal/scan"
	"github.com/ripostehq/riposte/internal/source/files"
	"github.com/ripostehq/riposte/playbook"
)

// finding is what a worker tells of one spot: the suspects of one event, or a problem.
type finding struct {
	eventID string
	lines   []ReplayLine
	problem *ReplayProblem
}

// batch is how many findings travel at once.
const batch = 64

// replayer reads files one after the other; each worker has its own.
type replayer struct {
	table     *route.Table
	playbooks []playbook.Playbook
	people    event.People
	counts    *counts
	opener    files.Opener
	maxRecord int
	buffer    []byte

	records, other int64 // of the file under way

	path  string
	ctx   context.Context
	out   chan<- []finding
	batch []finding
}

// counts are shared by the workers, who add to them file by file.
type counts struct{ records, bytes, other, files, read atomic.Int64 }

// file replays one file into out, which it closes.
func (r *replayer) file(ctx context.Context, f files.File, out chan<- []finding) {
	defer close(out)
	r.ctx, r.path, r.out = ctx, f.Path, out
	defer r.done()
	log, err := r.opener.Open(f)
	if err != nil {
		r.problem(&ReplayProblem{Path: f.Path, Offset: -1, Err: err})
		return
	}
	defer log.Close()
	r.counts.files.Add(1)
	defer func() { r.counts.bytes.Add(log.Bytes) }()
	reader := scan.NewReader(log, r.maxRecord, r.buffer)
	r.read(reader)
	r.buffer = reader.Buffer()
}

// done adds what was counted in a file.
func (r *replayer) done() {
	r.flush()
	r.counts.records.Add(r.records)
	r.counts.other.Add(r.other)
	r.records, r.other = 0, 0
}

func (r *replayer) read(reader *scan.Reader) {
	for r.ctx.Err() == nil {
		rec, err := reader.Next()
		var fault *scan.Fault
		switch {
		case err == io.EOF:
			return
		case errors.As(err, &fault):
			r.problem(&ReplayProblem{Path: r.path, Offset: fault.Offset, Line: fault.Line, Err: fault.Err})
		case err != nil:
			r.problem(&ReplayProblem{Path: r.path, Offset: -1, Err: err})
			return
		default:
			if err := r.record(rec); err != nil {
				r.problem(&ReplayProblem{Path: r.path, Offset: rec.Offset, Line: reader.Line(rec), Err: err})
			}
		}
	}
}

// record looks at one record, and decodes it only where a playbook wants it or the scan was not sure.
func (r *replayer) record(rec scan.Record) error {
	if rec.Unsure {
		return r.unsure(rec)
	}
	if r.table.Lookup(rec.Source, rec.Name) == nil {
		r.records++
		return nil
	}
	return r.decode(rec.Body)
}

// unsure leaves the record, or the envelope that it may be, to the strict decoder.
func (r *replayer) unsure(rec scan.Record) error {
	found := []event.Content{event.Identify(rec.Body)}
	var errs []error
	if !rec.Inner {
		var err error
		found, err = event.Unwrap(rec.Body)
		errs = append(errs, err)
	}
	for _, c := range found {
		if c.Other != "" {
			r.other++
			continue
		}
		errs = append(errs, r.decode(c.Record))
	}
	return errors.Join(errs...)
}

// decode reads a record strictly and asks the playbooks that want it. Insights are statistics of calls, not calls.
func (r *replayer) decode(record []byte) error {
	e, err := event.Decode(record)
	if err != nil {
		return err
	}
	r.records++
	if e.Kind == event.Insight {
		return nil
	}
	found := finding{eventID: e.ID}
	var errs []error
	for _, i := range r.table.Match(e.Source, e.Name) {
		lines, err := r.ask(r.playbooks[i], e)
		if err != nil {
			errs = append(errs, fmt.Errorf("playbook %s: %w", r.playbooks[i].ID, err))
		}
		found.lines = append(found.lines, lines...)
	}
	if len(found.lines) > 0 {
		r.add(found)
	}
	return errors.Join(errs...)
}

// ask collects the suspects of one playbook. What a record holds may be hostile: a playbook that panics on it is a
// problem of this record.
func (r *replayer) ask(p playbook.Playbook, e event.Event) (lines []ReplayLine, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
		}
	}()
	leads, err := p.Leads(e)
	if err != nil {
		return nil, err
	}
	for _, lead := range leads {
		plan, err := p.Preview(lead)
		if err != nil {
			return lines, err
		}
		lines = append(lines, r.line(e, lead, plan.Kinds()))
	}
	return lines, nil
}

// panicked names a panic of the runtime; any other may hold a value of the record, and that a secret.
func panicked(v any) error {
	if err, ok := v.(runtime.Error); ok {
		return fmt.Errorf("panic: %w", err)
	}
	return errors.New("panic")
}

func (r *replayer) line(e event.Event, lead playbook.Lead, plan []string) ReplayLine {
	return ReplayLine{
		Playbook: lead.Playbook, Severity: lead.Severity, EventID: e.ID, EventTime: e.Time, EventName: e.Name,
		Account: e.Account, Region: e.Region, Actor: e.Actor.ARN, Person: r.people.Person(e.Actor), SourceIP: e.SourceIP,
		Resource: lead.Resource.String(), Title: lead.Title, Plan: plan,
	}
}

func (r *replayer) problem(p *ReplayProblem) { r.add(finding{problem: p}) }

func (r *replayer) add(f finding) {
	if r.batch = append(r.batch, f); len(r.batch) == batch {
		r.flush()
	}
}

func (r *replayer) flush() {
	if len(r.batch) == 0 {
		return
	}
	select {
	case r.out <- r.batch:
	case <-r.ctx.Done():
	}
	r.batch = nil
}

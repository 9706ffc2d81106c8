package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"runtime"
	"strings"

	"github.com/ripostehq/riposte/action"
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
	spares    func(playbook.Playbook, playbook.StoredSuspect, action.Plan) []Spared
	opener    files.Opener
	maxRecord int
	buffer    []byte
	seed      maphash.Seed
	known     map[uint64]bool // callers and sources of which a suspect was told (route.Record.Key)

	tally // of the file under way

	path  string // of the log under way, with that in its archive
	ctx   context.Context
	out   chan<- []finding
	batch []finding
}

// file replays one file, with all that is packed in it, into its job's out, which it closes.
func (r *replayer) file(ctx context.Context, j job) {
	defer close(j.out)
	r.ctx, r.out, r.tally = ctx, j.out, tally{}
	r.opener.Each(ctx, j.file, r.log)
	if ctx.Err() == nil {
		r.judge(j.file)
	}
	sums := r.other > 0 && only(r.labels, event.Aggregated)
	*j.came = came{logs: r.logs > 0, good: r.records > 0 || r.problems > 0 || sums, tally: r.tally}
	r.flush()
}

// log replays one log, unless its content says that it is none and it was not named as one. In a folder, what can't be
// opened and is known to be something else is left out.
func (r *replayer) log(log *files.Log, err error) {
	r.path = log.Path
	var known *files.Shut
	switch _, isTable := header(log); {
	case r.ctx.Err() != nil:
	case !log.Meant && errors.As(err, &known):
		r.leaveOut(known.Name())
	case !log.Meant && errors.Is(err, files.ErrEmpty):
		r.leaveOut(files.Sort(log.Path, nil))
	case err != nil:
		r.problem(&ReplayProblem{Path: log.Path, Offset: -1, Err: err})
	case isTable:
		r.reading(log, r.rows)
	case log.Meant || files.Text(log.Head):
		r.reading(log, r.stream)
	default:
		r.leaveOut(files.Sort(log.Path, log.Head))
	}
}

// reading reads a log. A file not named as one has its problems held back until a record shows that it is.
func (r *replayer) reading(log *files.Log, read func(*files.Log)) {
	before := r.records
	head := bytes.Clone(log.Head[:min(len(log.Head), sortHead)])
	r.doubtful = !log.Meant
	read(log)
	r.bytes += log.Bytes
	if r.doubtful = false; !log.Meant && r.records == before && only(r.labels, event.AnythingElse, event.NoRecords) {
		r.tally.held = nil
		r.leaveOut(files.Sort(log.Path, head))
		return
	}
	r.logs++
	r.release()
}

// sortHead is how much of a file names it.
const sortHead = 512

// stream replays a log record by record. Only what a playbook wants is decoded, and what the scan was not sure of.
func (r *replayer) stream(log *files.Log) {
	reader := scan.NewReader(log, r.maxRecord, r.buffer)
	reader.Exported = true
	defer func() { r.buffer = reader.Buffer() }()
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
				r.faults(rec.Offset, reader.Line(rec), err)
			}
		}
	}
}

// record opens a record that is wanted. Of those that want one call of a caller from a source the first is opened, and what follows it
// is counted.
func (r *replayer) record(rec scan.Record) error {
	if rec.Unsure {
		return r.open(rec.Body, !rec.Piece)
	}
	routed := routed(rec)
	want := r.table.Wants(routed)
	if want == route.None {
		r.records++
		return nil
	}
	var key uint64
	if want == route.Repeats {
		key = routed.Key(r.seed)
		if r.known[key] {
			r.records++
			r.wanted++
			r.repeated++
			return nil
		}
	}
	before := r.told
	err := r.open(rec.Body, !rec.Piece)
	if want == route.Repeats && r.told > before && len(r.known) < mostKnown {
		r.known[key] = true
	}
	return err
}

// mostKnown bounds how many callers and sources a worker knows again, and with it the memory.
const mostKnown = 1 << 17

// open leaves what was read to the strict decoder, record by record; whole says that what is no record is to be counted.
func (r *replayer) open(body []byte, whole bool) error {
	found, err := event.Exported(body)
	errs := []error{err}
	for _, c := range found {
		c = c.Unheeded() // a replay looks at the record of what a notice tells of
		switch {
		case c.Other != "" && whole:
			r.other++
			count(&r.kinds, c.Other, 1)
			if r.labels == nil {
				r.labels = map[string]bool{}
			}
			r.labels[c.Label] = true
		case c.Other == "" && (len(c.Record) == len(body) || !r.again(c)):
			errs = append(errs, r.decode(c.Record))
		}
	}
	return errors.Join(errs...)
}

// decode reads a record strictly and asks the playbooks that want it. Insights are statistics of calls, not calls.
func (r *replayer) decode(record []byte) error {
	e, err := event.DecodeExported(record)
	if err != nil {
		return err
	}
	r.records++
	r.release()
	if e.Kind == event.Insight {
		count(&r.kinds, "CloudTrail Insights event", 1)
		return nil
	}
	found := finding{eventID: e.ID}
	var errs []error
	matched := r.table.Match(e)
	if len(matched) > 0 {
		r.wanted++
	}
	for _, i := range matched {
		lines, err := r.ask(r.playbooks[i], e)
		if err != nil {
			errs = append(errs, fmt.Errorf("playbook %s: %w", r.playbooks[i].ID, err))
		}
		found.lines = append(found.lines, lines...)
	}
	if len(found.lines) > 0 {
		r.told++
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
	leads, err := p.Suspects(e)
	if err != nil {
		return nil, err
	}
	for _, lead := range leads {
		if lead.Kept {
			continue // nobody would be told of it
		}
		plan, err := p.Preview(lead)
		if err != nil {
			return lines, err
		}
		var spared []Spared
		if r.spares != nil {
			spared = r.spares(p, lead, plan)
		}
		lines = append(lines, ReplayLine{
			Playbook: lead.Playbook, Severity: lead.Severity, EventID: e.ID, EventTime: e.Time, EventName: e.Name,
			Account: e.Account, Region: e.Region, Actor: e.Actor.ARN, Person: r.people.Person(e.Actor), SourceIP: e.SourceIP,
			Resource: lead.Resource.String(), Title: lead.Title, Plan: plan.Kinds(), Spared: spared, Suspect: lead, Once: once(p, lead), Method: e.Method(),
		})
	}
	return lines, nil
}

// once names what a playbook tells once of a caller and a source, "" where each suspect counts.
func once(p playbook.Playbook, s playbook.StoredSuspect) string {
	if !p.OncePerSource() || len(s.Found) == 0 {
		return ""
	}
	return s.Playbook + "\n" + s.Resource.String() + "\n" + strings.Join(s.Found, "\n")
}

// panicked names a panic of the runtime; any other may hold a value of the record, and that a secret.
func panicked(v any) error {
	if err, ok := v.(runtime.Error); ok {
		return fmt.Errorf("panic: %w", err)
	}
	return errors.New("panic")
}

// faults tells of each of several errors at one spot.
func (r *replayer) faults(offset int64, line int, err error) {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range several.Unwrap() {
			r.faults(offset, line, one)
		}
		return
	}
	r.problem(&ReplayProblem{Path: r.path, Offset: offset, Line: line, Err: err})
}

func (r *replayer) problem(p *ReplayProblem) {
	if r.doubtful && r.records == 0 {
		if len(r.held) < mostHeld {
			r.held = append(r.held, finding{problem: p})
		}
		return
	}
	r.problems++
	r.add(finding{problem: p})
}

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

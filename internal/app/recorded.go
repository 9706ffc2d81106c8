package app

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/scan"
	"github.com/ripostehq/riposte/internal/source/files"
)

// Recorded reads files of recorded CloudTrail whole, in the order of their paths: for verbs that want every call, not only those that playbooks want.
type Recorded struct {
	Paths   []string
	Stdin   io.Reader
	Visit   func(e event.Event, record []byte) // neither is kept: records may hold secrets
	Problem func(ReplayProblem)
}

// RecordedSummary is what was read.
type RecordedSummary struct {
	Files     int   `json:"files"`
	Records   int64 `json:"records"`
	Malformed int64 `json:"malformed"`
}

// Read visits each call. What can't be read is told, and the rest goes on.
func (r Recorded) Read(ctx context.Context) (out RecordedSummary, err error) {
	opener := files.Opener{Stdin: r.Stdin}
	for _, f := range files.List(r.Paths) {
		opener.Each(ctx, f, func(log *files.Log, err error) {
			switch {
			case ctx.Err() != nil:
			case err != nil && !log.Meant:
			case err != nil:
				out.Malformed++
				r.Problem(ReplayProblem{Path: log.Path, Offset: -1, Err: err})
			case log.Meant || files.Text(log.Head):
				out.Files++
				r.log(ctx, log, &out)
			}
		})
	}
	return out, ctx.Err()
}

func (r Recorded) log(ctx context.Context, log *files.Log, out *RecordedSummary) {
	reader := scan.NewReader(log, 0, nil)
	for ctx.Err() == nil {
		rec, err := reader.Next()
		var fault *scan.Fault
		switch {
		case err == io.EOF:
			return
		case errors.As(err, &fault):
			out.Malformed++
			r.Problem(ReplayProblem{Path: log.Path, Offset: fault.Offset, Line: fault.Line, Err: fault.Err})
		case err != nil:
			out.Malformed++
			r.Problem(ReplayProblem{Path: log.Path, Offset: -1, Err: err})
			return
		default:
			if err := r.record(rec.Body, out); err != nil && log.Meant {
				out.Malformed++
				r.Problem(ReplayProblem{Path: log.Path, Offset: rec.Offset, Line: reader.Line(rec), Err: err})
			}
		}
	}
}

// record visits what an object holds: a record, or an envelope of AWS's around some. What is kept of them may decide about policies, so that
// no record is taken out of a text that some tool wrote.
func (r Recorded) record(body []byte, out *RecordedSummary) error {
	found, err := event.Unwrap(body)
	errs := []error{err}
	for _, c := range found {
		if c.Other != "" {
			errs = append(errs, fmt.Errorf("%s: no call that CloudTrail recorded", c.Other))
			continue
		}
		e, err := event.Decode(c.Record)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		out.Records++
		r.Visit(e, c.Record)
	}
	return errors.Join(errs...)
}

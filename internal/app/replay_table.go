package app

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/source/files"
)

// tableColumns are those that a table of events has, in lower case: by one of them it is known as one, if not by its name.
var tableColumns = []string{
	"@message", "_raw", "message", "eventjson", "cloudtrailevent", "event.original", "eventname", "event name", "eventsource", "raw", "record",
}

// table is one in text: lines of columns, the first of which names them.
type table struct {
	comma   rune
	columns []string // in lower case
}

// header reads the first line of what may be a table.
func header(log *files.Log) (table, bool) {
	head := bytes.TrimPrefix(log.Head, []byte("\xef\xbb\xbf"))
	line, _, whole := bytes.Cut(head, []byte("\n"))
	if !whole || len(line) == 0 || line[0] == '{' || line[0] == '[' {
		return table{}, false
	}
	t := table{comma: ','}
	for _, c := range "\t;" {
		if bytes.ContainsRune(line, c) && bytes.Count(line, []byte(string(c))) > bytes.Count(line, []byte{','}) {
			t.comma = c
		}
	}
	r := csv.NewReader(bytes.NewReader(line))
	r.Comma, r.LazyQuotes = t.comma, true
	columns, err := r.Read()
	if err != nil {
		return table{}, false
	}
	for _, c := range columns {
		t.columns = append(t.columns, strings.ToLower(strings.TrimSpace(c)))
	}
	named := strings.Contains(strings.ToLower(log.Path), ".csv") || strings.Contains(strings.ToLower(log.Path), ".tsv")
	return t, named && len(columns) > 0 || slices.ContainsFunc(tableColumns, t.has) || bytes.Contains(head, []byte(`{""`)) // as CSV writes JSON
}

func (t table) has(column string) bool { return slices.Contains(t.columns, column) }

// without says what a table is in which there is no whole record.
func (t table) without() error {
	switch {
	case t.has("event name"):
		return errors.New("is CloudTrail's event history as CSV, which leaves out most of each record: download it as JSON")
	case t.has("eventsource") || t.has("eventname"):
		return errors.New("is a table of single fields (CSV of Athena, CloudTrail Lake or a search), which has no whole records: export these as JSON, in CloudTrail Lake the column eventJson")
	}
	return errors.New("is a table without whole CloudTrail records")
}

// rows replays a table, in each row whatever holds records.
func (r *replayer) rows(log *files.Log) {
	t, _ := header(log)
	longest := cmp.Or(r.maxRecord, 16<<20)
	limited := &rowLimit{src: log, most: int64(longest)}
	in := csv.NewReader(limited)
	in.Comma, in.LazyQuotes, in.FieldsPerRecord, in.ReuseRecord = t.comma, true, -1, true
	before := r.records + r.problems
	for first := true; r.ctx.Err() == nil; first = false {
		limited.n = 0
		offset := in.InputOffset()
		row, err := in.Read()
		if err == io.EOF {
			break
		}
		line := 0
		if len(row) > 0 {
			line, _ = in.FieldPos(0)
		}
		if err == nil && !first {
			err = r.row(row)
		}
		if err != nil {
			r.faults(offset, line, err)
		}
		var syntax *csv.ParseError
		if err != nil && limited.err != nil && !errors.As(err, &syntax) {
			return
		}
	}
	if r.records+r.problems == before && len(r.held) == 0 {
		r.problem(&ReplayProblem{Path: r.path, Offset: -1, Err: t.without()})
	}
}

// row looks into the columns of one row.
func (r *replayer) row(columns []string) error {
	var errs []error
	for _, text := range columns {
		if len(text) < shortest {
			continue
		}
		errs = append(errs, r.open([]byte(text), false))
	}
	return errors.Join(errs...)
}

// shortest is what a record can't be shorter than.
const shortest = 24

// rowLimit ends a table whose rows do not end: a quote that is never closed.
type rowLimit struct {
	src     io.Reader
	n, most int64 // since the row began
	err     error
}

func (l *rowLimit) Read(p []byte) (n int, err error) {
	if l.n > l.most {
		l.err = fmt.Errorf("a row longer than %d bytes", l.most)
		return 0, l.err
	}
	n, err = l.src.Read(p)
	l.n += int64(n)
	if err != nil && err != io.EOF {
		l.err = err
	}
	return n, err
}

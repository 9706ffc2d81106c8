package app

import (
	"context"
	"io"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/source/files"
	"github.com/ripostehq/riposte/playbook"
)

// ReplayInput is what a replay reads, with what, and to whom it tells of it. The three functions are called by one
// goroutine at a time.
type ReplayInput struct {
	Paths     []string // files, folders, "-" for Stdin
	Stdin     io.Reader
	Playbooks []playbook.Playbook
	People    event.People
	Workers   int   // files read at once; 0 takes the number of processors
	MaxRecord int   // bytes of one record; 0 takes 16 MiB
	MaxSize   int64 // bytes of one gzipped file, decompressed; 0 stops at 4 GiB what is more than 100 times its file

	Emit     func(ReplayLine) error       // a suspect; ordered by path and offset; an error ends the replay
	Problem  func(ReplayProblem)          // what could not be read, in the same order; may be nil
	Progress func(files, bytes, of int64) // files done, bytes read of them as they lie on disk, and bytes in all (0 with stdin); may be nil
}

// ReplayLine is one suspect: what would have been looked at, whom it concerned, and what would have been done on unchecked
// facts.
type ReplayLine struct {
	Playbook  string            `json:"playbook"`
	Severity  playbook.Severity `json:"severity"`
	EventID   string            `json:"event_id,omitempty"`
	EventTime time.Time         `json:"event_time"`
	EventName string            `json:"event_name"`
	Account   string            `json:"account,omitempty"`
	Region    string            `json:"region,omitempty"`
	Actor     string            `json:"actor,omitempty"` // ARN
	Person    string            `json:"person,omitempty"`
	SourceIP  string            `json:"source_ip,omitempty"`
	Resource  string            `json:"resource"`
	Title     string            `json:"title"`
	Plan      []string          `json:"plan"` // action kinds in order, first rungs
}

// ReplayProblem is a file, or a spot in one, that could not be read. The rest was read all the same.
type ReplayProblem struct {
	Path   string
	Offset int64 // bytes, decompressed; -1 where the whole file is meant
	Line   int   // 0 where it says nothing
	Err    error
}

// ReplaySummary counts what was read.
type ReplaySummary struct {
	Records    int64   `json:"records"` // CloudTrail records, duplicates and Insights included
	Bytes      int64   `json:"bytes"`   // uncompressed
	Files      int64   `json:"files"`
	Malformed  int64   `json:"malformed"`  // problems: exit code 1
	Other      int64   `json:"other"`      // digests, and what other services wrote
	Duplicates int64   `json:"duplicates"` // records left out since their suspects had been told (same eventID)
	Suspects   int64   `json:"suspects"`
	Seconds    float64 `json:"seconds"`
}

// Replay reads recorded CloudTrail and tells what the playbooks would have looked at, and planned. Nothing is asked of AWS.
// What can't be read is told and passed over; an error is one of Emit or of the context.
func Replay(ctx context.Context, in ReplayInput) (ReplaySummary, error) {
	start := time.Now()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := replay{in: in, logs: files.List(in.Paths), told: map[[16]byte]bool{}}
	for _, f := range r.logs {
		r.size += f.Size
		if f.Path == files.Stdin {
			r.piped = true
		}
	}
	err := r.collect(ctx, r.start(ctx))
	s := r.summary
	s.Records, s.Bytes, s.Other = r.counts.records.Load(), r.counts.bytes.Load(), r.counts.other.Load()
	s.Files, s.Seconds = r.counts.files.Load(), time.Since(start).Seconds()
	return s, err
}

package app

import (
	"context"
	"io"
	"iter"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/source/files"
	"github.com/ripostehq/riposte/playbook"
)

// ReplayInput is what a replay reads, with what, and the functions that it tells of it. The three functions are called by one
// goroutine at a time.
type ReplayInput struct {
	Paths     []string // files, folders, "-" for Stdin, and what Remote knows
	Stdin     io.Reader
	Remote    Remote // may be nil
	Playbooks []playbook.Playbook
	People    event.People
	Workers   int // files read at once; 0 takes the number of processors
	MaxRecord int // bytes of one record; 0 takes 16 MiB
	// Spares says by which rules a suspect would have been left alone; may be nil (Sparing).
	Spares  func(playbook.Playbook, playbook.StoredSuspect, action.Plan) []Spared
	MaxSize int64 // bytes of one gzipped file, decompressed; 0 stops at 4 GiB what is more than 100 times its file

	// What a replay that was stopped needs to go on with. Skip says which files it had read, or nobody wants, and is asked of each in its order; Told are the
	// suspects that it had told. Done is told of each file once all that is in it was told, and of a sum of what was counted until then.
	Skip func(files.File) Skip
	Told []ReplayLine
	Done func(files.File, func() ReplaySummary)

	Emit     func(ReplayLine) error       // a suspect; ordered by path and offset; an error ends the replay
	Problem  func(ReplayProblem)          // what could not be read, in the same order; may be nil
	Progress func(files, bytes, of int64) // files done, bytes read of them as they lie on disk, and bytes in all (0 with stdin); may be nil
}

// Skip is why a file is not read.
type Skip int

// A file is read, was read by the replay that was stopped, or is none that was asked for.
const (
	NotSkipped Skip = iota
	ReadBefore
	NotWanted
)

// Remote lists the files of a path that is none of this machine; it is false of any other. What can't be listed is a file
// with an error. They come in the order of their names.
type Remote func(ctx context.Context, path string) (iter.Seq[files.File], bool)

// ReplayLine is one suspect: what would have been looked at, the actor, and what would have been done on unchecked
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
	Spared    []Spared          `json:"spared,omitempty"`

	Suspect playbook.StoredSuspect `json:"-"` // what there is to check
	Once    string                 `json:"-"` // what is told once of a caller and a source
	Method  event.Method           `json:"-"` // how the call was made
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
	Records    int64   `json:"records"` // CloudTrail records, Insights included, and what stands in log files twice
	Bytes      int64   `json:"bytes"`   // uncompressed
	Files      int64   `json:"files"`
	Malformed  int64   `json:"malformed"`  // problems: exit code 1
	Other      int64   `json:"other"`      // digests, and what other services wrote
	Duplicates int64   `json:"duplicates"` // records left out since their suspects had been told, or an export held them twice (same eventID)
	Suspects   int64   `json:"suspects"`
	Repeated   int64   `json:"repeated,omitempty"` // calls like one that was told: by the same caller, from the same source
	Wanted     int64   `json:"-"`                  // records that a playbook looks at: what its rules would have delivered
	Seconds    float64 `json:"seconds"`

	Kinds   map[string]int64 `json:"kinds,omitempty"`    // Other, and Insights, by what they are
	LeftOut map[string]int64 `json:"left_out,omitempty"` // files of folders that are no logs, by what they seem to be
}

// Replay reads recorded CloudTrail and tells what the playbooks would have looked at, and planned. Nothing is asked of AWS.
// What can't be read is told and passed over; an error is one of Emit or of the context, and comes with what was counted.
func Replay(ctx context.Context, in ReplayInput) (ReplaySummary, error) {
	start := time.Now()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := replay{in: in, told: map[[16]byte]bool{}, folders: map[string]came{}}
	r.remember(in.Told)
	err := r.collect(ctx, r.start(ctx))
	if err == nil && !r.resumed.Load() { // what was skipped is not known to be without records
		r.barren()
	}
	s := r.sum()
	s.Seconds = time.Since(start).Seconds()
	return s, err
}

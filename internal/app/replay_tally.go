package app

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/source/files"
)

// tally is what one file came to.
type tally struct {
	records, wanted, other, logs, bytes, problems, duplicates int64

	told, repeated int64 // records of which suspects were told, and those that only repeat one (playbook.Callers.PerSource)

	kinds   map[string]int64
	leftOut map[string]int64
	labels  map[string]bool // of what is no record

	doubtful bool      // its name was not given as a log's
	held     []finding // problems of one that is doubtful

	had map[[16]byte]bool // records that exports brought
}

// mostHeld is how many problems of a doubtful file are kept.
const mostHeld = 100

// mostHad bounds how many records are known again, and with it the memory.
const mostHad = 1 << 20

// again reports whether an export brought the same record before: Firehose and queues deliver more than once.
func (t *tally) again(c event.Content) bool {
	id := c.ID()
	if id == "" {
		return false
	}
	key := hashed(id)
	if t.had[key] {
		t.duplicates++
		return true
	}
	if t.had == nil {
		t.had = map[[16]byte]bool{}
	}
	if len(t.had) < mostHad {
		t.had[key] = true
	}
	return false
}

// mostKinds bounds the names that are kept: some of what they say stands in the files.
const mostKinds = 40

func count(in *map[string]int64, name string, n int64) {
	if *in == nil {
		*in = map[string]int64{}
	}
	if _, known := (*in)[name]; !known && len(*in) >= mostKinds {
		name = "others"
	}
	(*in)[name] += n
}

func (t *tally) leaveOut(name string) { count(&t.leftOut, name, 1) }

// release tells the problems that were held back, now that it is known to be a log.
func (r *replayer) release() {
	for _, f := range r.held {
		r.problems++
		r.add(f)
	}
	r.held = nil
}

// judge tells of a file that held no record, unless that is as it should be: sums of calls lie among records, and in the
// folders of a trail digests and the like. What was named itself was meant to hold some.
func (r *replayer) judge(f files.File) {
	if r.records > 0 || r.problems > 0 || f.Within != "" && r.logs == 0 {
		return
	}
	if r.other > 0 && only(r.labels, event.Aggregated) {
		return
	}
	beside := []string{event.Aggregated, event.Digest, event.BucketNotice, event.TrailNotice, event.Trial, event.ConfigHistory, event.Findings, event.NoRecords}
	if f.Within != "" && only(r.labels, beside...) {
		return
	}
	why := "holds no CloudTrail record"
	if what := Listed(r.kinds, r.leftOut); what != "" {
		why += ": " + what
	}
	r.problem(&ReplayProblem{Path: f.Path, Offset: -1, Err: errors.New(why)})
}

// only reports whether there is nothing in a set but these.
func only(set map[string]bool, these ...string) bool {
	for label := range set {
		if !slices.Contains(these, label) {
			return false
		}
	}
	return true
}

// Listed says how many there are of what, the most first.
func Listed(counts ...map[string]int64) string {
	var out []string
	for _, c := range counts {
		names := slices.SortedFunc(maps.Keys(c), func(a, b string) int { return cmp.Or(cmp.Compare(c[b], c[a]), cmp.Compare(a, b)) })
		for _, name := range names {
			out = append(out, fmt.Sprintf("%d %s", c[name], name))
		}
	}
	return strings.Join(out, ", ")
}

// counts are what the files came to, in their order; only what is read of them is counted by the workers.
type counts struct {
	read atomic.Int64

	files                  int64
	records, wanted, other int64
	bytes, again           int64
	repeated               int64
	kinds, leftOut         map[string]int64
}

func (c *counts) add(t *tally) {
	c.files += t.logs
	c.wanted += t.wanted
	c.records, c.other, c.bytes = c.records+t.records, c.other+t.other, c.bytes+t.bytes
	c.again += t.duplicates
	c.repeated += t.repeated
	for name, n := range t.kinds {
		count(&c.kinds, name, n)
	}
	for name, n := range t.leftOut {
		count(&c.leftOut, name, n)
	}
}

func (c *counts) into(s *ReplaySummary) {
	s.Records, s.Wanted, s.Bytes, s.Other, s.Files = c.records, c.wanted, c.bytes, c.other, c.files
	s.Duplicates += c.again
	s.Repeated += c.repeated
	s.Kinds, s.LeftOut = maps.Clone(c.kinds), maps.Clone(c.leftOut)
}

// came is what files of a folder came to: logs that were read, and whether that was worth it.
type came struct {
	logs, good bool
	tally      tally
}

// barren tells of folders without a record: they were taken for logs.
func (r *replay) barren() {
	for _, folder := range slices.Sorted(maps.Keys(r.folders)) {
		why := "folder %q holds no CloudTrail record"
		if !r.folders[folder].logs {
			why = "folder %q holds no logs"
		}
		if !r.folders[folder].good {
			r.problem(ReplayProblem{Path: folder, Offset: -1, Err: fmt.Errorf(why, folder)})
		}
	}
}

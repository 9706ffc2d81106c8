package app

import (
	"context"
	"crypto/sha256"
	"hash/maphash"
	"iter"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ripostehq/riposte/internal/route"
	"github.com/ripostehq/riposte/internal/source/files"
	"github.com/ripostehq/riposte/playbook"
)

// replay is one under way: workers read files side by side, and what they find is told in the order of the files.
type replay struct {
	in      ReplayInput
	size    atomic.Int64 // of the files that are listed so far
	endless atomic.Bool  // one is standard input, its size not known
	listed  atomic.Bool  // all are
	resumed atomic.Bool  // some were read by a replay before
	counts  counts
	summary ReplaySummary
	told    map[[16]byte]bool // events of which suspects were told, and what is told once (ReplayLine.once)
	folders map[string]came   // what their files came to
}

// job is one file, and where its findings come out.
type job struct {
	file files.File
	out  chan []finding
	came *came // set before out is closed
}

// ahead is how many batches of a file are kept until it is its turn; a worker that has found more waits. That, and that
// files are begun in their order, bounds the memory without ever blocking the file that is next.
const ahead = 64

// start sets the workers going and returns the jobs in order. The workers end with the last job or with the context; they
// are not waited for, since one may hang in reading a pipe that stays silent.
func (r *replay) start(ctx context.Context) <-chan job {
	n := r.in.Workers
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	todo, order := make(chan job), make(chan job, 2*n)
	catalogue := make([]playbook.Definition, len(r.in.Playbooks))
	for i, p := range r.in.Playbooks {
		catalogue[i] = p.Definition
	}
	table := route.New(catalogue)
	for range n {
		w := &replayer{
			seed: maphash.MakeSeed(), known: map[uint64]bool{}, table: table, playbooks: r.in.Playbooks, people: r.in.People, spares: r.in.Spares, maxRecord: r.in.MaxRecord,
			opener: files.Opener{Stdin: r.in.Stdin, MaxSize: r.in.MaxSize, Read: &r.counts.read},
		}
		go func() {
			for j := range todo {
				w.file(ctx, j)
			}
		}()
	}
	go r.dispatch(ctx, todo, order)
	return order
}

func (r *replay) dispatch(ctx context.Context, todo, order chan<- job) {
	defer close(todo)
	defer close(order)
	for f := range r.files(ctx) {
		if r.in.Skip != nil {
			why := r.in.Skip(f)
			if why == ReadBefore {
				r.resumed.Store(true)
			}
			if why != NotSkipped {
				continue
			}
		}
		r.size.Add(f.Size)
		if f.Path == files.Stdin {
			r.endless.Store(true)
		}
		j := job{f, make(chan []finding, ahead), &came{}}
		for _, to := range []chan<- job{order, todo} {
			select {
			case to <- j:
			case <-ctx.Done():
				return
			}
		}
	}
	r.listed.Store(true)
}

// files are those of this machine, then those that lie elsewhere, as they are listed.
func (r *replay) files(ctx context.Context) iter.Seq[files.File] {
	return func(yield func(files.File) bool) {
		var here []string
		var elsewhere []iter.Seq[files.File]
		for _, path := range r.in.Paths {
			if r.in.Remote != nil {
				if list, ok := r.in.Remote(ctx, path); ok {
					elsewhere = append(elsewhere, list)
					continue
				}
			}
			here = append(here, path)
		}
		for _, list := range append([]iter.Seq[files.File]{slices.Values(files.List(here))}, elsewhere...) {
			for f := range list {
				if !yield(f) {
					return
				}
			}
		}
	}
}

// often is how often progress is told.
const often = 100 * time.Millisecond

// collect tells what is found, file by file.
func (r *replay) collect(ctx context.Context, jobs <-chan job) error {
	tick := time.NewTicker(often)
	defer tick.Stop()
	defer r.progress()
	for j := range jobs {
		for open := true; open; {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-tick.C:
				r.progress()
			case found, more := <-j.out:
				if open = more; !more {
					break
				}
				if err := r.tell(found); err != nil {
					return err
				}
			}
		}
		r.done(j)
	}
	return ctx.Err()
}

// done counts what a file came to.
func (r *replay) done(j job) {
	r.counts.add(&j.came.tally)
	if folder := j.file.Within; folder != "" {
		c := r.folders[folder]
		r.folders[folder] = came{logs: c.logs || j.came.logs, good: c.good || j.came.good}
	}
	if r.in.Done != nil {
		r.in.Done(j.file, r.sum)
	}
}

// sum is what was counted until now.
func (r *replay) sum() ReplaySummary {
	s := r.summary
	r.counts.into(&s)
	return s
}

// remember takes for told what was told before.
func (r *replay) remember(lines []ReplayLine) {
	for _, line := range lines {
		if line.EventID != "" {
			r.told[hashed(line.EventID)] = true
		}
		if line.Once != "" {
			r.told[hashed(line.Once)] = true
		}
	}
	r.in.Told = nil
}

func (r *replay) progress() {
	if r.in.Progress == nil {
		return
	}
	size := r.size.Load()
	if r.endless.Load() || !r.listed.Load() {
		size = 0
	}
	r.in.Progress(r.counts.files, r.counts.read.Load(), size)
}

// tell passes findings on, those of one event once. Events are remembered by half a hash, since months of logs may hold
// millions; one without an id is always new.
func (r *replay) tell(found []finding) error {
	for _, f := range found {
		if f.problem != nil {
			r.problem(*f.problem)
			continue
		}
		key := hashed(f.eventID)
		if f.eventID != "" && r.told[key] {
			r.summary.Duplicates++
			continue
		}
		r.told[key] = true
		for _, line := range f.lines {
			if line.Once != "" {
				key := hashed(line.Once)
				if r.told[key] {
					r.summary.Repeated++
					continue
				}
				r.told[key] = true
			}
			r.summary.Suspects++
			if err := r.in.Emit(line); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *replay) problem(p ReplayProblem) {
	r.summary.Malformed++
	if r.in.Problem != nil {
		r.in.Problem(p)
	}
}

// hashed is half a hash of an id.
func hashed(id string) [16]byte {
	sum := sha256.Sum256([]byte(id))
	return [16]byte(sum[:])
}

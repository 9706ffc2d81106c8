package s3

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"github.com/ripostehq/riposte/internal/source"
)

const (
	// every is how often the bucket is listed: a trail delivers each five minutes, and a listing costs a request for each
	// account and region.
	every = 5 * time.Minute
	// back is how far the first sweep goes: EventBridge tries for as long. What the ledger knows is not stored twice.
	back = 24 * time.Hour
	// overlap is how long after its time a file may still appear.
	overlap = 30 * time.Minute
	// farthest is how far back a sweep goes at most, whatever could not be listed or read since.
	farthest = 7 * 24 * time.Hour
	// readers is how many files are read at once.
	readers = 4
	// longest is how long a file may take, its suspects' way to the ledger included: a body that stalls would keep a reader,
	// and with it all sweeps to come.
	longest = 10 * time.Minute
	// patience is how often a file is tried that S3 refuses, which would otherwise be tried for a week.
	patience = 12
)

// sweep is how far the listing has come.
type sweep struct {
	layout layout
	mu     sync.Mutex
	from   time.Time      // what was delivered before is done
	done   map[string]int // keys of files since then that are done (0), or how often one was refused
}

// list sweeps again and again until the context ends.
func (s *Source) list(ctx context.Context) error {
	s.sweep.from, s.sweep.done = s.Now().UTC().Add(-back), map[string]int{}
	s.Log.Info("reading a trail's log files", "since", s.sweep.from)
	for {
		began := s.Now().UTC()
		left, err := s.once(ctx, began)
		if err != nil && ctx.Err() == nil {
			s.Meter.Count(source.CountFailed, 1, name)
			s.Log.Error("the bucket can't be listed, or not all of it: it is tried again", "error", err)
			left = append(left, s.sweep.from)
		}
		s.sweep.forward(began, left)
		wait := time.NewTimer(every)
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return nil
		}
	}
}

// forward moves the mark on, as far as nothing is left behind it, and forgets what lies before.
func (w *sweep) forward(now time.Time, left []time.Time) {
	to := now.Add(-overlap)
	for _, at := range left {
		if at.Before(to) {
			to = at
		}
	}
	if longest := now.Add(-farthest); to.Before(longest) {
		to = longest
	}
	if to.After(w.from) {
		w.from = to
	}
	for key := range w.done {
		if at, ok := w.layout.delivered(key); ok && at.Before(w.from) {
			delete(w.done, key)
		}
	}
}

// once takes all files since the mark, and returns the times of those that failed.
func (s *Source) once(ctx context.Context, now time.Time) (left []time.Time, err error) {
	work := make(chan string)
	var all sync.WaitGroup
	var mu sync.Mutex
	for range readers {
		all.Go(func() {
			for key := range work {
				if at, failed := s.file(context.WithoutCancel(ctx), key); failed {
					mu.Lock()
					left = append(left, at)
					mu.Unlock()
				}
			}
		})
	}
	err = s.walk(ctx, now, work)
	close(work)
	all.Wait()
	return left, err
}

// file takes one file, unless that is done.
func (s *Source) file(ctx context.Context, key string) (at time.Time, failed bool) {
	at, ok := s.sweep.layout.delivered(key)
	if !ok || s.sweep.isDone(key) {
		return at, false
	}
	s.Meter.Count(source.CountReceived, 1, name)
	s.Meter.Waited(name, max(0, s.Now().Sub(at)))
	limited, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	err := s.object(limited, key)
	if err == nil {
		s.sweep.note(key, false)
		return at, false
	}
	s.Meter.Count(source.CountFailed, 1, name)
	if refused(err) && s.sweep.note(key, true) == patience {
		s.Log.Error("a log file is given up: read it with riposte replay", "error", err)
		return at, false
	}
	s.Log.Error("a log file can't be taken: it is tried again", "error", err)
	return at, true
}

// refused reports whether S3 answered that it will not: the key of its encryption may be another's. What is no answer of
// S3's, or one that it is busy, says nothing of the file.
func refused(err error) bool {
	var answer *awshttp.ResponseError
	return errors.As(err, &answer) && answer.HTTPStatusCode()/100 == 4 && answer.HTTPStatusCode() != http.StatusTooManyRequests
}

func (w *sweep) isDone(key string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	tries, seen := w.done[key]
	return seen && (tries == 0 || tries >= patience)
}

// note counts how often a file was refused, or that it is done.
func (w *sweep) note(key string, refused bool) (tries int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if refused {
		tries = w.done[key] + 1
	}
	w.done[key] = tries
	return tries
}

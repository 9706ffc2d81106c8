// Package stdin takes records from a pipe, as they come: JSON Lines, or whatever brings records otherwise.
package stdin

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/ripostehq/riposte/internal/source"
)

// name is what figures call this source.
const name = "stdin"

// drain is how long what was read may take to be stored once the source is told to stop.
const drain = 10 * time.Second

// Options are what a pipe is read with.
type Options struct {
	In      io.Reader
	Receive source.Receive
	Log     *slog.Logger
	Meter   source.Meter // may be nil
}

// Source reads one pipe.
type Source struct {
	Options
	pipe *pipe
}

// New makes a source; nothing is read yet.
func New(o Options) *Source {
	if o.Meter == nil {
		o.Meter = source.Unmetered{}
	}
	p := &pipe{in: o.In, pieces: make(chan []byte), free: make(chan []byte, 2)}
	p.free <- make([]byte, pieceSize)
	p.free <- make([]byte, pieceSize)
	return &Source{o, p}
}

// Run takes records until the pipe or the context ends. What was read by then is stored; an error is one of reading.
func (s *Source) Run(ctx context.Context) error {
	hard, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(drain, cut) })()
	r, err := s.Receive(hard, source.Stream{
		Records: until{ctx, s.pipe}, Live: true,
		Record: func() { s.Meter.Count(source.CountReceived, 1, name) },
		Fault: func(err error) {
			s.Meter.Count(source.CountMalformed, 1, name)
			s.Log.Warn("a record can't be read", "source", name, "error", err)
		},
	})
	s.Log.Info("standard input has ended", "source", name, "records", r.Records, "fresh", r.Fresh, "known", r.Known)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

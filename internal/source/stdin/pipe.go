package stdin

import (
	"context"
	"io"
	"sync"
)

// pipe reads ahead by one piece, so that a caller that waits for the next can also be told to stop: a read itself can't be.
type pipe struct {
	in     io.Reader
	begin  sync.Once
	pieces chan []byte
	free   chan []byte
	err    error // why there are no more; set before pieces is closed
	rest   []byte
	whole  []byte // the buffer that rest is of
}

// pieceSize is what a pipe of Linux holds.
const pieceSize = 64 << 10

// pump reads until the end. It may be left behind in a read that never ends; the process ends with it.
func (p *pipe) pump() {
	for b := range p.free {
		n, err := p.in.Read(b)
		if n > 0 {
			p.pieces <- b[:n]
		} else {
			p.free <- b
		}
		if err != nil {
			p.err = err
			close(p.pieces)
			return
		}
	}
}

// until is a pipe that ends with a context, too.
type until struct {
	ctx context.Context
	*pipe
}

func (u until) Read(b []byte) (int, error) {
	u.begin.Do(func() { go u.pump() })
	if len(u.rest) == 0 {
		select {
		case piece, more := <-u.pieces:
			if !more {
				return 0, u.err
			}
			u.rest, u.whole = piece, piece[:cap(piece)]
		case <-u.ctx.Done():
			return 0, io.EOF
		}
	}
	n := copy(b, u.rest)
	if u.rest = u.rest[n:]; len(u.rest) == 0 {
		u.free <- u.whole
	}
	return n, nil
}

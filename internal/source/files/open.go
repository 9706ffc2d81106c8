package files

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
)

// The bounds of what a gzipped file may turn into, unless an Opener is given another: a file of CloudTrail is some ten
// times smaller gzipped, a bomb a thousand times.
const (
	freeSize  = 4 << 30
	freeRatio = 100
)

const inputBuffer = 64 << 10

// Opener opens one file after the other and uses its buffers again.
type Opener struct {
	Stdin   io.Reader
	MaxSize int64         // bytes of one gzipped file, decompressed; 0 stops at 4 GiB what is more than 100 times its file
	Read    *atomic.Int64 // where bytes are counted as they lie on disk

	input   *bufio.Reader
	gunzip  *gzip.Reader
	content *bufio.Reader
}

// Log is an open file.
type Log struct {
	Path  string // with that in its archive
	Meant bool   // to be a log: see File.Meant
	Head  []byte // its first bytes, unpacked
	Bytes int64  // read of it, decompressed

	content io.Reader
	file    io.Closer
	limit   int64 // 0: none
	packed  *counter
	free    bool // the limit binds only beyond freeRatio
}

// Open opens a log as CloudTrail delivers it; whether it is gzipped is seen from its first bytes. An empty file is an error:
// CloudTrail writes none, but a copy that failed does.
func (o *Opener) Open(f File) (*Log, error) {
	if f.Err != nil {
		return nil, f.Err
	}
	file, err := o.source(f.Path)
	if err != nil {
		return nil, err
	}
	log, err := o.open(file)
	if err != nil {
		file.Close()
		return nil, err
	}
	return log, nil
}

func (o *Opener) source(path string) (io.ReadCloser, error) {
	if path == Stdin {
		return io.NopCloser(o.Stdin), nil
	}
	return os.Open(path)
}

func (o *Opener) open(file io.ReadCloser) (*Log, error) {
	packed := &counter{src: file, shared: o.Read}
	if o.input == nil {
		o.input = bufio.NewReaderSize(packed, inputBuffer)
	}
	o.input.Reset(packed)
	magic, err := o.input.Peek(2)
	switch {
	case len(magic) == 0 && err == io.EOF:
		return nil, ErrEmpty
	case err != nil && err != io.EOF:
		return nil, err
	case len(magic) < 2 || magic[0] != 0x1f || magic[1] != 0x8b:
		return &Log{content: o.input, file: file}, nil
	}
	if err := o.unpack(); err != nil {
		return nil, fmt.Errorf("read gzip header: %w", err)
	}
	log := &Log{content: o.gunzip, file: file, packed: packed, limit: o.MaxSize}
	if log.limit == 0 {
		log.limit, log.free = freeSize, true
	}
	return log, nil
}

func (o *Opener) unpack() (err error) {
	if o.gunzip == nil {
		o.gunzip, err = gzip.NewReader(o.input)
		return err
	}
	return o.gunzip.Reset(o.input)
}

// Read reads what is in the file, decompressed.
func (l *Log) Read(p []byte) (int, error) {
	if l.limit > 0 && l.Bytes >= l.limit && (!l.free || l.Bytes > freeRatio*l.packed.n) {
		return 0, fmt.Errorf("more than %d bytes decompressed", l.limit)
	}
	n, err := l.content.Read(p)
	l.Bytes += int64(n)
	return n, err
}

// Close closes the file.
func (l *Log) Close() error { return l.file.Close() }

// counter counts what is read of a file, for itself and for all.
type counter struct {
	src    io.Reader
	n      int64
	shared *atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.src.Read(p)
	c.add(int64(n))
	return n, err
}

func (c *counter) add(n int64) {
	c.n += n
	if c.shared != nil {
		c.shared.Add(n)
	}
}

package files

import (
	"bufio"
	"compress/bzip2"
	"compress/zlib"
	"context"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/unicode"
)

// deepest is how often a file may be packed: gzip in tar in gzip, and once more.
const deepest = 5

// headSize is how much of a file says what it is.
const headSize = 4 << 10

// Each opens a file in whatever it is packed, and each file in it where it is an archive. Visit gets what can be read, or why
// something can't, with the path it has.
func (o *Opener) Each(ctx context.Context, f File, visit func(*Log, error)) {
	fail := func(err error) { visit(&Log{Path: f.Path, Meant: f.Meant()}, err) }
	if f.Err != nil {
		fail(f.Err)
		return
	}
	var file io.ReadCloser
	var err error
	if f.Fetch != nil {
		file, err = f.Fetch(ctx)
	} else {
		file, err = o.source(f.Path)
	}
	if err != nil {
		fail(err)
		return
	}
	defer file.Close()
	packed := &counter{src: file, shared: o.Read}
	if o.input == nil {
		o.input = bufio.NewReaderSize(packed, inputBuffer)
	}
	o.input.Reset(packed)
	u := unpacker{Opener: o, visit: visit, packed: packed}
	u.file, _ = file.(readerAt)
	u.open(&Log{Path: f.Path, Meant: f.Meant()}, o.input, 0)
}

// unpacker opens one file, layer by layer.
type unpacker struct {
	*Opener
	visit  func(*Log, error)
	packed *counter // the file as it lies there
	file   readerAt // the same, where it can be read anywhere
}

// open looks at the first bytes, and at what is in it where they say that it is packed.
func (u *unpacker) open(log *Log, in *bufio.Reader, depth int) {
	head, err := in.Peek(headSize)
	s := formatOf(head)
	switch {
	case len(head) == 0 && err == io.EOF:
		u.visit(log, ErrEmpty)
	case len(head) == 0:
		u.visit(log, err)
	case s.format == plain:
		log.Head, log.content = head, in
		u.visit(log, nil)
	case s.format == shut:
		u.visit(log, &Shut{s.name})
	case depth == deepest:
		u.visit(log, fmt.Errorf("is packed more than %d times", deepest))
	case s.format == zipped:
		u.zip(log, in, depth)
	case s.format == tarred:
		u.tar(log, in, depth)
	default:
		u.layer(log, in, s.format, depth)
	}
}

// layer takes one layer off.
func (u *unpacker) layer(log *Log, in *bufio.Reader, f format, depth int) {
	r, done, err := u.unpacked(in, f, depth)
	if err != nil {
		u.visit(log, err)
		return
	}
	defer done()
	if f != wide {
		r = u.limit(r)
	}
	if depth > 0 {
		u.open(log, bufio.NewReaderSize(r, inputBuffer), depth+1)
		return
	}
	if u.content == nil {
		u.content = bufio.NewReaderSize(r, headSize)
	}
	u.content.Reset(r)
	u.open(log, u.content, depth+1)
}

// unpacked reads what one layer holds.
func (u *unpacker) unpacked(in *bufio.Reader, f format, depth int) (r io.Reader, done func(), err error) {
	switch f {
	case gzipped:
		if depth > 0 {
			r, err = gzip.NewReader(in)
		} else if err = u.unpack(); err == nil {
			r = u.gunzip // the outermost layer, which nearly all logs have, takes the opener's own
		}
		if err != nil {
			err = fmt.Errorf("read gzip header: %w", err)
		}
	case zstandard:
		var d *zstd.Decoder
		if d, err = zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(largestWindow)); err == nil {
			return d, d.Close, nil
		}
	case bzipped:
		r = bzip2.NewReader(in)
	case deflated:
		r, err = zlib.NewReader(in)
	default:
		r = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(in)
		if head, _ := in.Peek(1); head[0] == 0 {
			r = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder().Reader(in)
		}
	}
	return r, func() {}, err
}

// largestWindow is what zstd may keep in memory: what its command line unpacks without being told to.
const largestWindow = 128 << 20

// limit bounds what a layer unpacks to.
func (u *unpacker) limit(r io.Reader) *limited {
	l := &limited{src: r, packed: u.packed, limit: u.MaxSize}
	if l.limit == 0 {
		l.limit, l.free = freeSize, true
	}
	return l
}

// limited is a layer, or all files of an archive.
type limited struct {
	src    io.Reader
	packed *counter
	n      int64
	limit  int64
	free   bool // the limit binds only beyond freeRatio
}

func (l *limited) Read(p []byte) (int, error) {
	if l.n >= l.limit && (!l.free || l.n > freeRatio*l.packed.n) {
		return 0, fmt.Errorf("more than %d bytes decompressed", l.limit)
	}
	n, err := l.src.Read(p)
	l.n += int64(n)
	return n, err
}

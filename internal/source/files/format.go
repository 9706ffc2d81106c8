package files

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// format is how a file is packed or written, as its first bytes say.
type format uint8

const (
	plain format = iota
	gzipped
	zstandard
	bzipped
	deflated // zlib
	zipped
	tarred
	wide // UTF-16
	shut // what is known, and not opened here
)

// signature is what a format begins with.
type signature struct {
	at     int
	bytes  string
	format format
	name   string // of what is shut, with what to do
}

var signatures = []signature{
	{0, "\x1f\x8b", gzipped, ""},
	{0, "\x28\xb5\x2f\xfd", zstandard, ""},
	{0, "BZh", bzipped, ""},
	{0, "\x78\x01", deflated, ""},
	{0, "\x78\x5e", deflated, ""},
	{0, "\x78\x9c", deflated, ""},
	{0, "\x78\xda", deflated, ""},
	{0, "PK\x03\x04", zipped, ""},
	{0, "PK\x05\x06", zipped, ""},
	{257, "ustar", tarred, ""},
	{0, "\xff\xfe\x00\x00", shut, "UTF-32: write it as UTF-8"},
	{0, "\xff\xfe", wide, ""},
	{0, "\xfe\xff", wide, ""},
	{0, "{\x00", wide, ""},
	{0, "[\x00", wide, ""},
	{0, "\x00{", wide, ""},
	{0, "\x00[", wide, ""},
	{0, "\xfd7zXZ\x00", shut, "packed by xz: unpack it first"},
	{0, "7z\xbc\xaf\x27\x1c", shut, "a 7z archive: unpack it first"},
	{0, "\x04\x22\x4d\x18", shut, "packed by lz4: unpack it first"},
	{0, "\xff\x06\x00\x00sNaPpY", shut, "packed by snappy: unpack it first"},
	{0, "PAR1", shut, "Parquet, as Security Lake and tables keep it: riposte reads whole CloudTrail records in JSON"},
	{0, "ORC", shut, "ORC: riposte reads whole CloudTrail records in JSON"},
	{0, "Obj\x01", shut, "Avro: riposte reads whole CloudTrail records in JSON"},
}

func formatOf(head []byte) signature {
	for _, s := range signatures {
		if len(head) >= s.at && bytes.HasPrefix(head[s.at:], []byte(s.bytes)) {
			return s
		}
	}
	return signature{}
}

// Shut is a file of a kind that is known, and not read.
type Shut struct{ What string }

func (s *Shut) Error() string { return "is " + s.What }

// Name is what it is, without what to do about it.
func (s *Shut) Name() string {
	name, _, _ := strings.Cut(s.What, ":")
	name, _, _ = strings.Cut(name, ",")
	return name
}

// ErrEmpty is what a file without a byte is.
var ErrEmpty = errors.New("is empty")

// Text reports whether a file may hold records: JSON, or lines of it behind other words, or a table.
func Text(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(head) == 0 {
		return false
	}
	return bytes.IndexByte([]byte(`{["`), head[0]) >= 0 || bytes.Contains(head, []byte(`{"event`)) || bytes.Contains(head, []byte(`"eventVersion"`))
}

// Sort names a file that is no log, for people: what it seems to be, and how its name ends.
func Sort(path string, head []byte) string {
	what := "text"
	switch {
	case len(head) == 0:
		what = "empty"
	case !utf8.Valid(head[:max(0, len(head)-utf8.UTFMax)]) || bytes.IndexByte(head, 0) >= 0:
		what = "binary"
	}
	ext := strings.ToLower(filepath.Ext(path))
	if ext == "" || len(ext) > 12 {
		return what
	}
	return fmt.Sprintf("%s (%s)", what, ext)
}

package files

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
)

// readerAt is a file that can be read anywhere, as a zip has to be: its list of files is at its end.
type readerAt interface {
	io.ReaderAt
	Stat() (os.FileInfo, error)
}

func (u *unpacker) tar(log *Log, in *bufio.Reader, depth int) {
	t := tar.NewReader(in)
	for n := 0; ; n++ {
		h, err := t.Next()
		switch {
		case err == io.EOF && n > 0:
			return
		case err != nil:
			u.visit(log, fmt.Errorf("read tar: %w", err))
			return
		case h.Typeflag == tar.TypeReg && h.Size > 0:
			u.open(member(log, h.Name), bufio.NewReaderSize(t, inputBuffer), depth+1)
		}
	}
}

func (u *unpacker) zip(log *Log, in *bufio.Reader, depth int) {
	file, size, done, err := u.anywhere(in, depth)
	if err != nil {
		u.visit(log, err)
		return
	}
	defer done()
	z, err := zip.NewReader(file, size)
	if err != nil {
		u.visit(log, fmt.Errorf("read zip: %w", err))
		return
	}
	all := u.limit(nil)
	for _, f := range z.File {
		if f.FileInfo().Mode().IsRegular() && f.UncompressedSize64 > 0 {
			u.zipped(member(log, f.Name), f, all, depth)
		}
	}
}

// encrypted is the flag of a file that has a password.
const encrypted = 1

func (u *unpacker) zipped(log *Log, f *zip.File, all *limited, depth int) {
	if f.Flags&encrypted != 0 {
		u.visit(log, errors.New("is encrypted: unpack it first"))
		return
	}
	r, err := f.Open()
	if err != nil {
		u.visit(log, fmt.Errorf("read zip: %w", err))
		return
	}
	defer r.Close()
	all.src = r
	u.open(log, bufio.NewReaderSize(all, inputBuffer), depth+1)
}

func member(archive *Log, name string) *Log {
	name = path.Clean("/" + name)
	return &Log{Path: archive.Path + name, Meant: meant(name)}
}

// anywhere is a zip as a file that can be read anywhere: itself, or a copy where it comes through something else.
func (u *unpacker) anywhere(in *bufio.Reader, depth int) (file io.ReaderAt, size int64, done func(), err error) {
	if u.file != nil && depth == 0 {
		if info, err := u.file.Stat(); err == nil && info.Mode().IsRegular() {
			u.packed.add(info.Size() - u.packed.n)
			return u.file, info.Size(), func() {}, nil
		}
	}
	spool, err := os.CreateTemp("", "riposte-*.zip")
	if err != nil {
		return nil, 0, nil, fmt.Errorf("unpack zip: %w", err)
	}
	done = func() {
		spool.Close()
		os.Remove(spool.Name())
	}
	if size, err = io.Copy(spool, u.limit(in)); err != nil {
		done()
		return nil, 0, nil, fmt.Errorf("unpack zip: %w", err)
	}
	return spool, size, done, nil
}

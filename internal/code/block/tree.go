// Package block finds the block of Terraform's language that makes a thing, and changes it: by ranges of bytes, so that no other line of the file
// is touched. What it can't change for sure it refuses, with the place and the reason.
package block

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Limits are what a repository may have at most. Of one that has more nothing is read.
type Limits struct {
	Entries int
	Bytes   int64 // unpacked
	File    int64 // of one file of Terraform's
}

// Customary are the limits that fit every repository of Terraform's that was seen.
func Customary() Limits { return Limits{Entries: 50_000, Bytes: 200 << 20, File: 4 << 20} }

func (l Limits) entries() error {
	return fmt.Errorf("the repository has more than %d entries", l.Entries)
}

func (l Limits) bytes() error { return fmt.Errorf("the repository has more than %d MiB", l.Bytes>>20) }

// Tree is what counts of a repository: files of Terraform's language, and the names of what changes how they are read.
type Tree struct {
	most   Limits
	files  map[string][]byte
	others []string // .tf.json, terragrunt.hcl: they are not read
	links  []string // to what would be read: nor are they followed
}

// counts reports whether a file is read, or its name is to be known.
func counts(name string) (read, known bool) {
	base := path.Base(name)
	return strings.HasSuffix(base, ".tf"), strings.HasSuffix(base, ".tf.json") || base == "terragrunt.hcl" || strings.HasSuffix(base, ".tofu") || strings.HasSuffix(base, ".tofu.json")
}

// ReadArchive reads a repository as forges pack one, tar and gzip below one folder. folders are those that count; none: all.
func ReadArchive(r io.Reader, folders []string, most Limits) (*Tree, error) {
	unzipped, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("the archive is not what forges send: %w", err)
	}
	t, packed := &Tree{files: map[string][]byte{}, most: most}, &io.LimitedReader{R: unzipped, N: most.Bytes + 1}
	archive := tar.NewReader(packed)
	for entries := 0; ; entries++ {
		h, err := archive.Next()
		switch {
		case errors.Is(err, io.EOF):
			return t, nil
		case packed.N <= 0:
			return nil, most.bytes()
		case err != nil:
			return nil, broken(err)
		case entries >= most.Entries:
			return nil, most.entries()
		case !safe(h.Name):
			return nil, fmt.Errorf("the archive has an entry outside of itself, %q", h.Name)
		}
		_, name, _ := strings.Cut(h.Name, "/")
		switch h.Typeflag {
		case tar.TypeReg:
			err = t.add(name, folders, h.Size, archive)
		case tar.TypeSymlink, tar.TypeLink:
			t.link(name)
		}
		if err != nil {
			return nil, err
		}
	}
}

// ReadFolder reads a repository that lies on this machine.
func ReadFolder(from fs.FS, folders []string, most Limits) (*Tree, error) {
	t, entries, size := &Tree{files: map[string][]byte{}, most: most}, 0, int64(0)
	err := fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if entries++; entries > most.Entries {
			return most.entries()
		}
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == ".terraform"):
			return fs.SkipDir
		case d.Type()&fs.ModeSymlink != 0:
			t.link(name)
			return nil
		case !d.Type().IsRegular():
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if read, _ := counts(name); read {
			if size += info.Size(); size > most.Bytes {
				return most.bytes()
			}
		}
		f, err := from.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		return t.add(name, folders, info.Size(), f)
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

func broken(err error) error { return fmt.Errorf("it ends too soon, or is broken: %w", err) }

// safe reports whether a name stays below the archive's folder.
func safe(name string) bool {
	return !path.IsAbs(name) && !strings.Contains(name, "\\") && !slices.Contains(strings.Split(name, "/"), "..")
}

func (t *Tree) link(name string) {
	if read, known := counts(name); read || known {
		t.links = append(t.links, name)
	}
}

func (t *Tree) add(name string, folders []string, size int64, from io.Reader) error {
	read, known := counts(name)
	switch {
	case name == "" || !among(name, folders):
		return nil
	case known:
		t.others = append(t.others, name)
	case read && size > t.most.File:
		return fmt.Errorf("%s has more than %d MiB", name, t.most.File>>20)
	case read:
		b, err := io.ReadAll(io.LimitReader(from, t.most.File))
		if err != nil {
			return fmt.Errorf("read %s: %w", name, broken(err))
		}
		t.files[name] = b
	}
	return nil
}

// among reports whether a file lies in one of the folders, at any depth.
func among(name string, folders []string) bool {
	return len(folders) == 0 || slices.ContainsFunc(folders, func(f string) bool {
		f = strings.TrimSuffix(f, "/") + "/"
		return strings.HasPrefix(name, f)
	})
}

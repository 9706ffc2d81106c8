// Package files reads CloudTrail logs that lie on disk or come through a pipe, packed or not.
package files

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Stdin is the path that stands for standard input.
const Stdin = "-"

// suffixes of the files that are meant to be logs: what they hold is told, whatever it is.
var suffixes = []string{".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz"}

// File is one file that may be a log, or the reason why there is none at a path.
type File struct {
	Path   string
	Size   int64  // on disk; 0 of what is no regular file
	Within string // the folder in which it was found; "" of what was named itself
	Err    error

	// Fetch gets what lies elsewhere; nil: Path is one of this machine.
	Fetch func(context.Context) (io.ReadCloser, error)
}

// Meant reports whether a file is meant to be a log: it was named, or its name says so. Of any other, its content decides.
func (f File) Meant() bool { return f.Within == "" || meant(f.Path) }

func meant(path string) bool {
	path = strings.ToLower(path)
	return slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(path, s) })
}

// List finds the files below paths, ordered by path, each once.
func List(paths []string) []File {
	var found []File
	for _, path := range paths {
		found = append(found, list(path)...)
	}
	slices.SortStableFunc(found, func(a, b File) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Within, b.Within)) // what was named itself goes first
	})
	return slices.CompactFunc(found, func(a, b File) bool { return a.Path == b.Path })
}

func list(path string) []File {
	if path == Stdin {
		return []File{{Path: path}}
	}
	path = filepath.Clean(path)
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return []File{{Path: path, Err: err}}
	case !info.IsDir():
		return []File{found(path, info)}
	}
	all := walk(path)
	if len(all) == 0 {
		return []File{{Path: path, Err: fmt.Errorf("folder %q holds no files", path)}}
	}
	for i := range all {
		all[i].Within = path
	}
	return all
}

// walk finds the files in a folder and below. Links to files are followed, links to folders are not, since they may go
// round in circles.
func walk(folder string) (all []File) {
	// WalkDir ends early only with an error of the function, which has none.
	_ = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			all = append(all, File{Path: path, Err: err})
			return nil
		}
		if entry.IsDir() {
			return nil
		}
		info, err := os.Stat(path)
		switch {
		case err != nil:
			all = append(all, File{Path: path, Err: err})
		case info.Mode().IsRegular():
			all = append(all, found(path, info))
		}
		return nil
	})
	return all
}

func found(path string, info fs.FileInfo) File {
	if !info.Mode().IsRegular() {
		return File{Path: path}
	}
	return File{Path: path, Size: info.Size()}
}

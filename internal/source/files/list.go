// Package files reads CloudTrail logs that lie on disk or come through a pipe, gzipped or not.
package files

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Stdin is the path that stands for standard input.
const Stdin = "-"

// suffixes of the files that count as logs in a folder; a file that is named itself is read whatever it is called.
var suffixes = []string{".json", ".jsonl", ".json.gz", ".jsonl.gz"}

// File is one log, or the reason why there is none at a path.
type File struct {
	Path string
	Size int64 // on disk; 0 of what is no regular file
	Err  error
}

// List finds the logs below paths, ordered by path, each once.
func List(paths []string) []File {
	var found []File
	for _, path := range paths {
		found = append(found, list(path)...)
	}
	slices.SortStableFunc(found, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
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
		return []File{named(path, info)}
	}
	found := walk(path)
	if len(found) == 0 {
		err := fmt.Errorf("folder %q holds no logs (%s)", path, strings.Join(suffixes, ", "))
		return []File{{Path: path, Err: err}}
	}
	return found
}

// walk finds the logs in a folder and below. Links to files are followed, links to folders are not, since they may go
// round in circles.
func walk(folder string) (found []File) {
	// WalkDir ends early only with an error of the function, which has none.
	_ = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			found = append(found, File{Path: path, Err: err})
			return nil
		}
		if entry.IsDir() || !isLog(path) {
			return nil
		}
		info, err := os.Stat(path)
		switch {
		case err != nil:
			found = append(found, File{Path: path, Err: err})
		case info.Mode().IsRegular():
			found = append(found, named(path, info))
		}
		return nil
	})
	return found
}

func isLog(path string) bool {
	return slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(path, s) })
}

func named(path string, info fs.FileInfo) File {
	if !info.Mode().IsRegular() {
		return File{Path: path}
	}
	return File{Path: path, Size: info.Size()}
}

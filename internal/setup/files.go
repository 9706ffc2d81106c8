package setup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// File is a file that is to be written.
type File struct{ Name, Text string }

// Free is an error where one of the files is there already.
func Free(folder string, names ...string) error {
	for _, n := range names {
		name := filepath.Join(folder, n)
		switch _, err := os.Lstat(name); {
		case err == nil:
			return fmt.Errorf("%s is there already, and stays as it is: --out FOLDER writes elsewhere", name)
		case !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("look whether %s is there: %w", name, err)
		}
	}
	return nil
}

// Write writes files that only their owner may read, all of them or none, and none over one that is there. A process that dies leaves at most files
// whose names begin with a dot.
func Write(folder string, files ...File) (err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	var drafts, placed []string
	defer func() {
		for _, d := range drafts {
			_ = os.Remove(d)
		}
		if err != nil {
			for _, p := range placed {
				_ = os.Remove(p)
			}
		}
	}()
	for _, f := range files {
		name, err := draft(folder, f)
		drafts = append(drafts, name)
		if err != nil {
			return fmt.Errorf("write %s: %w", f.Name, err)
		}
	}
	for i, f := range files {
		name := filepath.Join(folder, f.Name)
		if err := os.Link(drafts[i], name); err != nil { // other than a rename, it takes no file's place
			if errors.Is(err, fs.ErrExist) {
				return fmt.Errorf("%s is there already, and stays as it is: --out FOLDER writes elsewhere", name)
			}
			return fmt.Errorf("write %s: %w", f.Name, err)
		}
		placed = append(placed, name)
	}
	return nil
}

// draft writes a file beside its place, through to the disk. CreateTemp lets nobody else read it.
func draft(folder string, f File) (string, error) {
	t, err := os.CreateTemp(folder, "."+f.Name+".*")
	if err != nil {
		return "", err
	}
	_, err = t.WriteString(f.Text)
	return t.Name(), errors.Join(err, t.Sync(), t.Close())
}

package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// replaceFile replaces a file's content as one, unless it is no longer what it was. Two that do so at once exclude each other by a file
// beside it. Before is called with the file locked and found unchanged, and its error ends it; failed where it was called in vain.
func replaceFile(name string, old, now []byte, before func() error, failed func(error)) (err error) {
	if name, err = filepath.EvalSymlinks(name); err != nil {
		return fmt.Errorf("replace the file: %w", err)
	}
	lock := name + ".lock"
	l, err := os.OpenFile(lock, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is being changed by somebody else: try again; where nobody is (one was killed), remove %s", name, lock)
	}
	if err != nil {
		return fmt.Errorf("lock the file: %w", err)
	}
	defer os.Remove(lock)
	defer l.Close()
	info, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("replace the file: %w", err)
	}
	if is, err := os.ReadFile(name); err != nil || !bytes.Equal(is, old) {
		return fmt.Errorf("%s has changed since it was read: look at it, and try again", name)
	}
	if err := before(); err != nil {
		return err
	}
	if err := swap(name, now, info.Mode().Perm()); err != nil {
		failed(err)
		return fmt.Errorf("replace %s: %w", name, err)
	}
	return nil
}

// swap writes a file beside another and puts it in its place.
func swap(name string, content []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".riposte-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	return err
}

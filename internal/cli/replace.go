package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ripostehq/riposte/internal/ledger/sqlite"
)

// replaceFile replaces a file's content as one, unless it is no longer what it was. Two that do so at once exclude each other by a lock on a file
// beside it, which stays there, empty: the lock goes with the process, however that ends. Before is called with the file locked and found
// unchanged, and its error ends it; failed where it was called in vain.
func replaceFile(ctx context.Context, name string, old, now []byte, before func() error, failed func(error)) (err error) {
	if name, err = filepath.EvalSymlinks(name); err != nil {
		return fmt.Errorf("replace the file: %w", err)
	}
	release, err := sqlite.Lock(ctx, name+".lock")
	if errors.Is(err, sqlite.ErrTaken) {
		return fmt.Errorf("%s is being changed by somebody else: try again", name)
	}
	if err != nil {
		return fmt.Errorf("lock the file: %w", err)
	}
	defer func() { err = errors.Join(err, release()) }()
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

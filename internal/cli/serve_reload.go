package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/origin"
	"github.com/ripostehq/riposte/internal/strict"
)

const (
	// quiet is how long a configuration must stand unchanged before a reload takes it.
	quiet = time.Second
	// seldom is how often S3 or Systems Manager is asked whether the configuration is another.
	seldom = time.Minute
)

// reload reads the configuration again, and refuses a file that changes meanwhile: one that is half written may be valid, and
// then mean that every playbook observes. An object and a parameter are written as a whole; where one was not read after all, the watch tells it again.
func (v serveVerb) reload(ctx context.Context, sh *shell, w *origin.Watch, wait func(context.Context, time.Duration) error) (*config.Config, error) {
	name := v.file()
	if origin.Remote(name) {
		c, err := v.loadBy(ctx, sh, w.Reader)
		var text strict.Problems
		if err != nil && !errors.As(err, &text) {
			w.Missed()
		}
		return c, err
	}
	before, _ := os.ReadFile(name) // load says what is wrong with it
	if err := wait(ctx, quiet); err != nil {
		return nil, fmt.Errorf("wait for %s to stand still: %w", name, err)
	}
	c, err := v.loadBy(ctx, sh, w.Reader)
	if after, _ := os.ReadFile(name); !bytes.Equal(before, after) {
		return nil, fmt.Errorf("%s is being written: send SIGHUP again when that is done", name)
	}
	return c, err
}

// changes tells when the configuration has to be read again, until the context ends; nil for a file, of which a signal tells.
func changes(ctx context.Context, w *origin.Watch, wait func(context.Context, time.Duration) error) <-chan struct{} {
	if !origin.Remote(w.Name) {
		return nil
	}
	told := make(chan struct{})
	go func() {
		for wait(ctx, seldom) == nil {
			if !changed(ctx, w) {
				continue
			}
			select {
			case told <- struct{}{}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return told
}

func changed(ctx context.Context, w *origin.Watch) bool {
	ctx, cancel := context.WithTimeout(ctx, reading)
	defer cancel()
	return w.Changed(ctx)
}

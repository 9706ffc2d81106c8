package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"time"

	"github.com/ripostehq/riposte/internal/config"
)

// quiet is how long a configuration must stand unchanged before a reload takes it.
const quiet = time.Second

// reload reads the configuration again, and refuses one that changes meanwhile: a file that is half written may be valid, and
// then mean that every playbook observes.
func (v serveVerb) reload(ctx context.Context, sh *shell, wait func(context.Context, time.Duration) error) (*config.Config, error) {
	name := v.file()
	before, _ := os.ReadFile(name) // load says what is wrong with it
	if err := wait(ctx, quiet); err != nil {
		return nil, fmt.Errorf("wait for %s to stand still: %w", name, err)
	}
	c, err := v.load(sh)
	if after, _ := os.ReadFile(name); !bytes.Equal(before, after) {
		return nil, fmt.Errorf("%s is being written: send SIGHUP again when that is done", name)
	}
	return c, err
}

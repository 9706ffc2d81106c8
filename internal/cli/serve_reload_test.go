package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/playbooks"
)

// Cut off behind its sources a configuration is valid, and means that nothing acts.
func TestAConfigurationThatIsHalfWrittenIsNotTaken(t *testing.T) {
	const half, rest = "sources: [{stdin: {}}]\n", "playbooks: {launch.unapproved-image: {mode: act}}\n"
	v := serveVerb{}
	v.Config = filepath.Join(t.TempDir(), "riposte.yaml")
	sh := &shell{catalogue: playbooks.All()}
	writes := func(text string) func(context.Context, time.Duration) error {
		return func(context.Context, time.Duration) error { return os.WriteFile(v.Config, []byte(text), 0o600) }
	}
	if err := writes(half)(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if c, err := v.reload(t.Context(), sh, writes(half+rest)); err == nil || !strings.Contains(err.Error(), "riposte.yaml is being written: send SIGHUP again") {
		t.Errorf("it is taken while it is written: %+v, %v", c, err)
	}
	c, err := v.reload(t.Context(), sh, writes(half+rest))
	if err != nil || c.Boldest("launch.unapproved-image") != config.Act {
		t.Errorf("it is not taken when it is whole: %v", err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := v.reload(stopped, sh, pause); err == nil {
		t.Error("who is told to stop waits")
	}
}

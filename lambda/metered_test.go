package lambda

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/metrics/emf"
)

// failing is a function that counts and fails.
type failing struct{ figures *emf.Meter }

func (f failing) Invoke(context.Context, []byte) ([]byte, error) {
	f.figures.Stopped("launch.unapproved-image", nil)
	return nil, errors.New("the table is away")
}

// shut is a log that takes nothing.
type shut struct{}

func (shut) Write([]byte) (int, error) { return 0, errors.New("closed") }

// An invocation that fails tells its figures all the same, and one whose figures can't be told fails no more than before.
func TestFiguresOfAnInvocation(t *testing.T) {
	figures := emf.New("riposte", time.Now)
	var out, log bytes.Buffer
	m := &metered{failing{figures}, figures, &out, slog.New(slog.NewTextHandler(&log, nil))}
	if _, err := m.Invoke(t.Context(), nil); err == nil || !strings.Contains(out.String(), `"Errors":1`) || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("%v; written: %s", err, out.String())
	}
	m.out = shut{}
	if _, err := m.Invoke(t.Context(), nil); err == nil || err.Error() != "the table is away" || !strings.Contains(log.String(), "no figures") {
		t.Errorf("%v; log: %s", err, log.String())
	}
}

package stdin_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/ripostehq/riposte/internal/source"
	"github.com/ripostehq/riposte/internal/source/stdin"
)

// taken is a receiver that keeps all it reads.
func taken(into *bytes.Buffer) source.Receive {
	return func(_ context.Context, s source.Stream) (source.Receipt, error) {
		_, err := io.Copy(into, s.Records)
		s.Record()
		return source.Receipt{Records: 1}, err
	}
}

func TestAPipeIsReadToItsEnd(t *testing.T) {
	text := strings.Repeat(`{"eventName":"A"}`+"\n", 20_000)
	for name, in := range map[string]io.Reader{
		"at once": strings.NewReader(text), "in small pieces": iotest.HalfReader(strings.NewReader(text)), "with the end in the last piece": iotest.DataErrReader(strings.NewReader(text)),
	} {
		var got bytes.Buffer
		if err := stdin.New(stdin.Options{In: in, Receive: taken(&got), Log: slog.New(slog.DiscardHandler)}).Run(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got.String() != text {
			t.Errorf("%s: %d bytes of %d", name, got.Len(), len(text))
		}
	}
}

func TestAPipeThatBreaksIsAnError(t *testing.T) {
	broken := errors.New("input/output error")
	var got bytes.Buffer
	in := io.MultiReader(strings.NewReader("{}"), iotest.ErrReader(broken))
	if err := stdin.New(stdin.Options{In: in, Receive: taken(&got), Log: slog.New(slog.DiscardHandler)}).Run(t.Context()); !errors.Is(err, broken) || got.String() != "{}" {
		t.Errorf("%q, %v", got.String(), err)
	}
}

// A pipe that stays silent does not keep the source from stopping; what came before is stored first.
func TestStoppingStoresWhatWasRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, out := io.Pipe()
		var got bytes.Buffer
		ctx, stop := context.WithCancel(t.Context())
		slow := func(ctx context.Context, s source.Stream) (source.Receipt, error) {
			_, err := io.Copy(&got, s.Records)
			time.Sleep(2 * time.Second) // the store
			return source.Receipt{}, errors.Join(err, ctx.Err())
		}
		ended := make(chan error, 1)
		go func() {
			ended <- stdin.New(stdin.Options{In: in, Receive: slow, Log: slog.New(slog.DiscardHandler)}).Run(ctx)
		}()
		if _, err := io.WriteString(out, "{}\n"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		stop()
		if err := <-ended; err != nil || got.String() != "{}\n" {
			t.Errorf("%q, %v", got.String(), err)
		}
		out.Close()
	})
}

package serve

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// What goes on beside the workers panics, whatever it is: the daemon goes on, tries it again ever more patiently, and stops when it is told to.
func TestAPanicBesideTheWorkersEndsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{Options: Options{Log: slog.New(slog.DiscardHandler)}}
		tries, began := 0, time.Now()
		s.keep(t.Context(), "letters", func(context.Context) {
			if tries++; tries < 4 {
				panic("nobody foresaw this")
			}
		})
		if waited := time.Since(began); tries != 4 || waited != 7*firstPause {
			t.Errorf("%d tries in %s", tries, waited)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		tries = 0
		s.keep(ctx, "letters", func(context.Context) { tries++; panic("nobody foresaw this") })
		if tries < 20 || tries > 30 {
			t.Errorf("%d tries in ten minutes", tries)
		}
	})
}

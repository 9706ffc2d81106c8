package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/ripostehq/riposte/internal/config"
)

// Listen opens the address of /metrics, /healthz and /readyz; port 0 takes a free one. It comes before everything else: a
// daemon that can't begin leaves nothing behind. The default address may be taken by another riposte of this machine: that is
// told and stops nothing, and the listener is nil, as it is where the configuration wants none.
func Listen(ctx context.Context, c *config.Config, log *slog.Logger) (net.Listener, error) {
	address := c.Metrics.Listen
	if address == "" {
		return nil, nil
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil && address == config.DefaultMetrics {
		log.Warn("no page of figures: name another address in the configuration, as metrics: {listen: \"127.0.0.1:0\"}", "error", err)
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listen for readers of figures: %w; metrics.listen in the configuration names another address", err)
	}
	return l, nil
}

func (s *Server) publish(ctx context.Context) {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.Meter.Handler())
	mux.HandleFunc("GET /healthz", s.health.alive)
	mux.HandleFunc("GET /readyz", s.health.ready)
	server := &http.Server{
		Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second, WriteTimeout: 20 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(s.Page) }()
	select {
	case err := <-ended:
		s.Log.Error("the page of figures is gone", "error", err)
	case <-ctx.Done():
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if err := server.Shutdown(limited); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			s.Log.Warn("the page of figures did not end well", "error", err)
		}
	}
}

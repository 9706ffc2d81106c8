package console

import (
	"errors"
	"net"
	"testing"
	"time"
)

// Connections beyond the limit wait until one ends, and a listener that closes keeps nobody waiting.
func TestConnectionsAreLimited(t *testing.T) {
	inner, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := limit(inner, 1)
	for range 3 {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	accepted, failed := make(chan net.Conn, 3), make(chan error, 1)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				failed <- err
				return
			}
			accepted <- c
		}
	}()
	first := <-accepted
	time.Sleep(20 * time.Millisecond)
	if len(accepted) != 0 {
		t.Error("a second was accepted beside the first")
	}
	_, _ = first.Close(), first.Close() // twice is one place
	<-accepted
	time.Sleep(20 * time.Millisecond)
	if len(accepted) != 0 {
		t.Error("a third was accepted beside the second")
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := <-failed; !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

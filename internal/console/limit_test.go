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
	l := limit(inner, 1, 0)
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

// arrivals are connections that come from addresses of a story's choice.
type arrivals struct {
	net.Listener
	from chan string
}

func (a arrivals) Accept() (net.Conn, error) {
	from, ok := <-a.from
	if !ok {
		return nil, net.ErrClosed
	}
	here, _ := net.Pipe()
	return arrived{here, from}, nil
}

type arrived struct {
	net.Conn
	from string
}

func (a arrived) RemoteAddr() net.Addr {
	at, err := net.ResolveTCPAddr("tcp", a.from)
	if err != nil {
		panic(err)
	}
	return at
}

// One machine that opens connections takes no other's place: beyond its share it is hung up on, until one of its own ends.
func TestAMachineHasItsShareOfConnections(t *testing.T) {
	a := arrivals{from: make(chan string, 16)}
	l := limit(a, 16, 2)
	next := func(want string) net.Conn {
		t.Helper()
		c, err := l.Accept()
		if err != nil || c.RemoteAddr().String() != want {
			t.Fatalf("%v, %v: want %s", c, err, want)
		}
		return c
	}
	for _, from := range []string{"192.0.2.1:1", "192.0.2.1:2", "192.0.2.1:3", "192.0.2.2:1"} {
		a.from <- from
	}
	first := next("192.0.2.1:1")
	next("192.0.2.1:2")
	next("192.0.2.2:1") // the third is not there
	_, _ = first.Close(), first.Close()
	for _, from := range []string{"192.0.2.1:4", "192.0.2.1:5", "[2001:db8::1]:1", "[2001:db8::2]:1", "[2001:db8::3]:1", "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3", "[2001:db8:0:1::1]:1"} {
		a.from <- from
	}
	for _, want := range []string{"192.0.2.1:4", "[2001:db8::1]:1", "[2001:db8::2]:1", "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3", "[2001:db8:0:1::1]:1"} {
		next(want)
	}
}

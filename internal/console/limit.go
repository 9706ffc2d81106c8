package console

import (
	"net"
	"net/netip"
	"sync"
)

// mostConnections is how many there are at once: those that come meanwhile wait, and the daemon beside keeps its file descriptors.
const mostConnections = 256

// mostOfAddress is how many of them one other machine has: half, since it may be a proxy of everybody's. Those from this machine, and behind
// console.alb and console.proxy, are not counted by address.
const mostOfAddress = mostConnections / 2

// limited is a listener that accepts no more connections than there are places, and of one other machine no more than its share.
type limited struct {
	net.Listener
	places chan struct{}
	share  int // of an address; 0: as many as there are
	closed chan struct{}
	close  func() error

	mu   sync.Mutex
	from map[string]int // connections, by address
}

func limit(l net.Listener, most, share int) net.Listener {
	closed := make(chan struct{})
	return &limited{Listener: l, places: make(chan struct{}, most), share: share, from: map[string]int{}, closed: closed, close: sync.OnceValue(func() error {
		close(closed)
		return l.Close()
	})}
}

// Accept waits for a place first. Who has its share already is hung up on.
func (l *limited) Accept() (net.Conn, error) {
	select {
	case <-l.closed:
		return nil, net.ErrClosed
	case l.places <- struct{}{}:
	}
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			<-l.places
			return nil, err
		}
		from := l.origin(c)
		if l.enters(from) {
			return &placed{Conn: c, leave: sync.OnceFunc(func() { l.leaves(from) })}, nil
		}
		_ = c.Close() // it is not wanted
	}
}

// origin is the address that a connection counts for, "" for none. Of IPv6 it is the network, since a machine has as many addresses of its own
// as it likes.
func (l *limited) origin(c net.Conn) string {
	host, _, err := net.SplitHostPort(c.RemoteAddr().String())
	at, parsed := netip.ParseAddr(host)
	if l.share == 0 || err != nil || parsed != nil || at.IsLoopback() {
		return ""
	}
	if at = at.Unmap().WithZone(""); at.Is4() {
		return at.String()
	}
	return netip.PrefixFrom(at, 64).Masked().String()
}

func (l *limited) enters(from string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if from != "" && l.from[from] >= l.share {
		return false
	}
	l.from[from]++
	return true
}

func (l *limited) leaves(from string) {
	l.mu.Lock()
	if l.from[from]--; l.from[from] <= 0 {
		delete(l.from, from)
	}
	l.mu.Unlock()
	<-l.places
}

func (l *limited) Close() error { return l.close() }

// placed is a connection that gives its place back when it ends.
type placed struct {
	net.Conn
	leave func()
}

func (c *placed) Close() error {
	defer c.leave()
	return c.Conn.Close()
}

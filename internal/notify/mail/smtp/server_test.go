package smtp

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// server is a mail server on loopback that keeps what it takes. It behaves as its answers say.
type server struct {
	listener net.Listener
	tls      *tls.Config
	trust    *tls.Config       // by which a client believes it
	answers  map[string]string // by the verb: in place of what a willing server says; "hang" and "die" are not said
	plain    bool              // offers no STARTTLS
	first    bool              // TLS begins with the first byte

	mu    sync.Mutex
	taken []received
	clear []string // what was said without TLS
	open  []net.Conn
}

// received is a mail as it came.
type received struct {
	from, to, data string
	user           bool
}

func serve(t *testing.T, s *server) *server {
	t.Helper()
	other := httptest.NewTLSServer(nil) // whose certificate is good for 127.0.0.1
	other.Close()
	pool := x509.NewCertPool()
	pool.AddCert(other.Certificate())
	s.tls, s.trust = &tls.Config{Certificates: other.TLS.Certificates}, &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}
	var err error
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	t.Cleanup(func() {
		s.listener.Close()
		s.mu.Lock()
		for _, c := range s.open {
			c.Close()
		}
		s.mu.Unlock()
		all.Wait()
	})
	all.Go(func() {
		for {
			c, err := s.listener.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.open = append(s.open, c)
			s.mu.Unlock()
			all.Go(func() { s.speak(c) })
		}
	})
	return s
}

func (s *server) mails() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken
}

// speak is one conversation.
func (s *server) speak(c net.Conn) {
	defer c.Close()
	secure := s.first
	if s.first {
		c = tls.Server(c, s.tls)
	}
	in := bufio.NewReader(c)
	say := func(verb, willing string) bool {
		answer := willing
		if other, ok := s.answers[verb]; ok {
			answer = other
		}
		switch answer {
		case "die":
			return false
		case "hang":
			in.ReadString(0) // until the other end leaves
			return false
		}
		_, err := c.Write([]byte(answer + "\r\n"))
		return err == nil
	}
	if !say("greeting", "220 loopback") {
		return
	}
	var mail received
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		if !secure {
			s.mu.Lock()
			s.clear = append(s.clear, line)
			s.mu.Unlock()
		}
		verb, rest, _ := strings.Cut(line, " ")
		ok := true
		switch verb = strings.ToUpper(verb); verb {
		case "EHLO":
			extensions := "250-loopback\r\n250-ENHANCEDSTATUSCODES\r\n"
			if !s.plain && !secure {
				extensions += "250-STARTTLS\r\n"
			}
			ok = say(verb, extensions+"250 AUTH PLAIN")
		case "STARTTLS":
			if ok = say(verb, "220 go on"); ok {
				c = tls.Server(c, s.tls)
				in, secure = bufio.NewReader(c), true
			}
		case "AUTH":
			mail.user = true
			ok = say(verb, "235 2.7.0 in")
		case "MAIL":
			mail.from = rest
			ok = say(verb, "250 2.1.0 yes")
		case "RCPT":
			mail.to += rest
			ok = say(verb, "250 2.1.5 yes")
		case "DATA":
			if ok = say(verb, "354 go on"); ok && s.answers[verb] == "" {
				if mail.data, err = data(in); err != nil {
					return
				}
				if s.answers["."] == "" || s.answers["."] == "die" { // which takes it, and does not say so
					s.mu.Lock()
					s.taken = append(s.taken, mail)
					s.mu.Unlock()
				}
				ok = say(".", "250 2.0.0 taken")
			}
		case "QUIT":
			say(verb, "221 bye")
			return
		default:
			ok = say(verb, "250 2.0.0 yes")
		}
		if !ok {
			return
		}
	}
}

// data reads a mail up to the dot.
func data(in *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil || line == ".\r\n" {
			return b.String(), err
		}
		b.WriteString(strings.TrimPrefix(line, "."))
	}
}

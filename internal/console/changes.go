package console

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// What a browser that listens costs, at most.
const (
	mostStreams = 64
	heartbeat   = 15 * time.Second
	streamLasts = time.Hour // then the browser comes again
	frontLasts  = 5 * time.Minute
	slowest     = 10 * time.Second
)

// news tells streams when the record has changed. The ledger is asked once for all of them, and only while there are any.
type news struct {
	mark func(context.Context) (string, error)
	poll time.Duration

	mu      sync.Mutex
	streams map[chan string]bool
	last    string
	stop    context.CancelFunc // ends the asking; nil where nobody listens
}

func newNews(mark func(context.Context) (string, error), poll time.Duration) *news {
	return &news{mark: mark, poll: max(poll, 10*time.Millisecond), streams: map[chan string]bool{}}
}

// listen returns marks, the latest only; nil where there are enough listeners. Leave ends it.
func (n *news) listen() (marks chan string, leave func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.streams) >= mostStreams {
		return nil, nil
	}
	marks = make(chan string, 1)
	n.streams[marks] = true
	if n.stop != nil {
		marks <- n.last
	} else {
		ctx, stop := context.WithCancel(context.Background())
		n.stop = stop
		go n.ask(ctx)
	}
	return marks, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		if delete(n.streams, marks); len(n.streams) == 0 {
			n.stop()
			n.stop, n.last = nil, ""
		}
	}
}

func (n *news) ask(ctx context.Context) {
	tick := time.NewTicker(n.poll)
	defer tick.Stop()
	for {
		limited, cancel := context.WithTimeout(ctx, 5*time.Second)
		mark, err := n.mark(limited)
		cancel()
		if err == nil { // what can't be read is asked again; pages say why
			n.tell(mark)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (n *news) tell(mark string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if mark == n.last {
		return
	}
	n.last = mark
	for s := range n.streams {
		select {
		case <-s: // an older one that was not read yet
		default:
		}
		s <- mark
	}
}

// changes is a stream of server-sent events: one whenever the record has another mark than the browser knows.
func (c *Console) changes(w http.ResponseWriter, r *http.Request) error {
	one, err := c.present(r)
	switch {
	case err != nil:
		return err
	case c.guest(one):
		return refused(http.StatusForbidden, "the news of the record are for whom the configuration names")
	case one == nil:
		return refused(http.StatusUnauthorized, "you are not logged in, or no more")
	}
	marks, leave := c.news.listen()
	if marks == nil {
		w.Header().Set("Retry-After", "30")
		return refused(http.StatusServiceUnavailable, "%d browsers listen already", mostStreams)
	}
	defer leave()
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	say := func(text string) error {
		if err := out.SetWriteDeadline(time.Now().Add(slowest)); err != nil { // of the connection, which knows no other clock
			return fmt.Errorf("bound the stream: %w", err)
		}
		if _, err := fmt.Fprint(w, text); err != nil {
			return err
		}
		return out.Flush()
	}
	if say(": listening\n\n") != nil {
		return nil // the browser is gone
	}
	lasts := streamLasts
	if c.front != nil { // its word is good for minutes: the browser comes again with a new one
		lasts = frontLasts
	}
	beat, ends := time.NewTicker(heartbeat), time.After(lasts)
	defer beat.Stop()
	known := cmp.Or(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("mark"))
	for {
		text := ": \n\n"
		select {
		case <-r.Context().Done():
			return nil
		case <-ends:
			return nil
		case <-beat.C:
		case mark := <-marks:
			if mark == "" || mark == known {
				continue
			}
			known = mark
			text = fmt.Sprintf("id: %s\nevent: changed\ndata: \n\n", mark)
		}
		if !c.stands(one) || say(text) != nil {
			return nil
		}
	}
}

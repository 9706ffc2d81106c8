package serve

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// stuck is how long a turn may last: three times the engine's lease, within which every turn ends by itself.
const stuck = 3 * time.Minute

// asked is how long an answer of the ledger is told again: any client that reaches the page may ask.
const asked = 2 * time.Second

// health answers supervisors that decide whether to restart a process, and whether to send it work.
type health struct {
	live    *Live
	pool    *pool
	crew    *crew
	now     func() time.Time
	serving atomic.Bool
	broken  atomic.Pointer[error]  // what ended the ledger for good; nil while it can be written
	refused atomic.Pointer[string] // why the configuration on disk is not in effect; nil where it is

	mu     sync.Mutex
	at     time.Time
	ledger error
}

// alive fails where a restart would help: a worker that hangs, a ledger that this process can't write any more.
func (h *health) alive(w http.ResponseWriter, _ *http.Request) {
	if err := h.broken.Load(); err != nil {
		http.Error(w, fmt.Sprintf("ledger: %v", *err), http.StatusServiceUnavailable)
		return
	}
	now := h.now()
	for i := range h.pool.busy {
		if since := h.pool.busy[i].Load(); since != 0 && now.Sub(time.Unix(0, since)) > stuck {
			http.Error(w, fmt.Sprintf("worker %d hangs since %s", i, time.Unix(0, since).UTC().Format(time.RFC3339)), http.StatusServiceUnavailable)
			return
		}
	}
	_, _ = io.WriteString(w, "alive\n")
}

// ready fails where work would be refused, and says why. A configuration that was refused is told and is no reason: the one
// before is in effect.
func (h *health) ready(w http.ResponseWriter, r *http.Request) {
	var lines []string
	ready := h.serving.Load()
	if !ready {
		lines = append(lines, "not serving: starting or stopping")
	}
	say := func(what string, err error) {
		if err != nil {
			ready = false
			lines = append(lines, fmt.Sprintf("%s: %v", what, err))
			return
		}
		lines = append(lines, what+": ok")
	}
	say("ledger", h.reach(r.Context()))
	for _, s := range h.crew.standings() {
		if s.ended {
			lines = append(lines, "source "+s.name+": has nothing more to bring")
			continue
		}
		say("source "+s.name, s.trouble)
	}
	if why := h.refused.Load(); why != nil {
		lines = append(lines, "configuration: the file was refused, the one before is in effect: "+*why)
	} else {
		lines = append(lines, "configuration: ok")
	}
	lines = append(lines, outside(h.live.App())...) // told, and no reason: the others are defended all the same
	verdict := "ready"
	if !ready {
		verdict = "not ready"
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_, _ = io.WriteString(w, verdict+"\n"+strings.Join(lines, "\n")+"\n")
}

// reach asks the ledger something cheap, and whether what was written last is on its disk: one that can be read and takes
// nothing any more, as after a failed sync, has every message come again and every case stand still.
func (h *health) reach(ctx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if now := h.now(); now.Sub(h.at) >= asked || now.Before(h.at) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		store := h.live.App().Store
		if _, h.ledger = store.Generation(ctx); h.ledger == nil {
			h.ledger = store.Sync(ctx)
		}
		h.at = now
	}
	return h.ledger
}

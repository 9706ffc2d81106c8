package dynamodb

import "sync"

// claimedHeads are the heads of the cases that this process has in hand, as it wrote them last: a commit need not read them first.
type claimedHeads struct {
	turn sync.Mutex
	rows map[string]row
}

func (h *claimedHeads) keep(r row) {
	h.turn.Lock()
	defer h.turn.Unlock()
	if h.rows == nil {
		h.rows = map[string]row{}
	}
	r.payload = nil
	h.rows[r.id] = r
}

func (h *claimedHeads) drop(id string) {
	h.turn.Lock()
	defer h.turn.Unlock()
	delete(h.rows, id)
}

// as gives the head if it is of this version.
func (h *claimedHeads) as(id string, version int64) (*row, bool) {
	h.turn.Lock()
	defer h.turn.Unlock()
	r, ok := h.rows[id]
	return &r, ok && r.version == version
}

package dynamodb

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/internal/ledger"
)

// inbox gives a claim its batch of what waits.
func (s *Store) inbox(ctx context.Context, r row, c *ledger.Claim) error {
	var of [ledger.Classes][]string // ids by class
	for _, entry := range r.waiting {
		id, class := waits(entry)
		of[class] = append(of[class], id)
	}
	var keys []key // of what is handed out, in its order
	for _, out := range ledger.Batch(r.crowd()) {
		if out.Class.Newest() {
			slices.Reverse(of[out.Class])
		}
		for _, id := range of[out.Class][:out.N] {
			keys = append(keys, messageKey(r.id, id))
		}
	}
	found, err := s.getAll(ctx, keys)
	if err != nil {
		return err
	}
	for _, k := range keys {
		var m ledger.Message
		if err := json.Unmarshal(bytesOf(found[k]["body"]), &m); err != nil {
			return fmt.Errorf("read a message of case %s: %w: verify the ledger", r.id, err)
		}
		c.Inbox = append(c.Inbox, m)
	}
	c.More = len(keys) < len(r.waiting)
	return nil
}

// crowd counts what waits, by class.
func (r row) crowd() (n [ledger.Classes]int) {
	for _, entry := range r.waiting {
		_, class := waits(entry)
		n[class]++
	}
	return n
}

// waitsAt is where in the list a message waits, -1 where it does not.
func (r row) waitsAt(id string) int {
	return slices.IndexFunc(r.waiting, func(entry string) bool {
		waiting, _ := waits(entry)
		return waiting == id
	})
}

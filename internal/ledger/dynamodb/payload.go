package dynamodb

import (
	"context"
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/internal/ledger"
)

// inline is how much of a payload stands in the head: an item holds 400 KB, and a claim writes the whole head. What is
// longer stands in parts of that size beside it.
const inline = 250_000

// payload puts the payload where it has room, over what was there before.
func (t *tx) payload(r *row, payload []byte) item {
	before := r.parts
	r.payload, r.parts, r.sum = payload, 0, ""
	i := item{}
	if len(payload) <= inline {
		i[payloadName] = blob(payload)
	} else {
		r.payload, r.sum = nil, ledger.Sum(payload)
		for part := range slices.Chunk(payload, inline) {
			t.put(partKey(r.id, r.parts), item{payloadName: blob(part)}, always())
			r.parts++
		}
	}
	for n := r.parts; n < before; n++ {
		t.delete(partKey(r.id, n), always())
	}
	return i
}

// whole completes rows whose payload stands in parts.
func (s *Store) whole(ctx context.Context, rows ...*row) error {
	var keys []key
	for _, r := range rows {
		for n := range r.parts {
			keys = append(keys, partKey(r.id, n))
		}
	}
	if len(keys) == 0 {
		return nil
	}
	found, err := s.getAll(ctx, keys)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.parts == 0 {
			continue
		}
		r.payload = join(r, found)
		if ledger.Sum(r.payload) != r.sum {
			return fmt.Errorf("the payload of case %s: %w", r.id, errAgain)
		}
	}
	return nil
}

func join(r *row, parts map[key]item) []byte {
	payload := []byte{}
	for n := range r.parts {
		payload = append(payload, bytesOf(parts[partKey(r.id, n)][payloadName])...)
	}
	return payload
}

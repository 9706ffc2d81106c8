package dynamodb

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/ripostehq/riposte/internal/ledger"
)

// inline is how much of a payload stands in the head: an item holds 400 KB, and a claim writes the whole head. What is
// longer is compressed and stands in parts of that size beside it, up to what one transaction holds.
const inline = 200_000

// unpacked bounds what a payload in parts may become in memory.
const unpacked = 256 << 20

// payload puts the payload where it has room, over what was there before.
func (t *tx) payload(r *row, payload []byte) (item, error) {
	before := r.parts
	r.payload, r.parts, r.sum = payload, 0, ""
	i := item{}
	if len(payload) <= inline {
		i[payloadName] = blob(payload)
	} else {
		var packed bytes.Buffer
		w, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
		if err == nil {
			_, err = w.Write(payload)
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			return nil, fmt.Errorf("compress the payload: %w", err)
		}
		r.payload, r.sum = nil, ledger.Sum(payload)
		for part := range slices.Chunk(packed.Bytes(), inline) {
			t.put(partKey(r.id, r.parts), item{payloadName: blob(part)}, always())
			r.parts++
		}
	}
	for n := r.parts; n < before; n++ {
		t.delete(partKey(r.id, n), always())
	}
	return i, nil
}

// loadParts completes rows whose payload stands in parts.
func (s *Store) loadParts(ctx context.Context, rows ...*row) error {
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

// join is the payload in parts, empty where they are not what was written.
func join(r *row, parts map[key]item) []byte {
	var packed []byte
	for n := range r.parts {
		packed = append(packed, bytesOf(parts[partKey(r.id, n)][payloadName])...)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return []byte{}
	}
	b, err := io.ReadAll(io.LimitReader(z, unpacked))
	if err != nil {
		return []byte{}
	}
	return b
}

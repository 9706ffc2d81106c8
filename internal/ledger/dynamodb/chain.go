package dynamodb

import (
	"context"
	"maps"

	"github.com/ripostehq/riposte/internal/ledger"
)

// head reads a chain's head, without its payload's parts; nil where there is none.
func (s *Store) head(ctx context.Context, chain string) (*row, error) {
	i, err := s.get(ctx, headKey(chain))
	if i == nil || err != nil {
		return nil, err
	}
	r := rowOf(i)
	return &r, nil
}

// chain reads the head of a chain that belongs to no case, and that may be about to begin.
func (s *Store) chain(ctx context.Context, name string) (*row, error) {
	r, err := s.head(ctx, name)
	if r == nil && err == nil {
		r = &row{id: name}
	}
	return r, err
}

// append adds one link behind the chain that r is the head of.
func (t *tx) append(r *row, l ledger.Link) error {
	l.Chain, l.Seq, l.Prev = r.id, r.seq+1, r.head
	e, err := l.Entry()
	if err != nil {
		return err
	}
	there := errAgain
	if e.Seq == 1 {
		there = errTaken
	}
	t.put(entryKey(r.id, e.Seq), item{"hash": text(e.Hash), "bytes": blob(e.Bytes)}, absent(there))
	r.seq, r.head, r.unsealed = e.Seq, e.Hash, r.id != ledger.CheckpointChain
	return nil
}

// save writes a head over the one that was read. The payload's attributes are set where the payload is written too.
func (t *tx) save(r *row, payload item) {
	was := r.rev
	r.rev++
	i := r.attributes()
	maps.Copy(i, payload)
	if was == 0 {
		t.put(headKey(r.id), i, absent(errTaken))
		return
	}
	var drop []string
	for _, name := range optional {
		if i[name] == nil && (name != payloadName || payload != nil) {
			drop = append(drop, name)
		}
	}
	t.update(headKey(r.id), i, drop, over("rev", was, errAgain))
}

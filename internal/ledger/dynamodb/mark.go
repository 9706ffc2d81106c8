package dynamodb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Mark is a digest of what turns with a change: what waits and since when, which chains have grown since the last checkpoint,
// the effects' count, and how long the chains are that belong to no case. No commit writes more for it.
func (s *Store) Mark(ctx context.Context) (string, error) {
	var waiting []due
	for u := range urgencies {
		shown, err := s.shown(ctx, u, query{})
		if err != nil {
			return "", s.explain(err)
		}
		waiting = append(waiting, shown...)
	}
	grown, err := s.listed(ctx, query{index: unsealedIndex})
	if err != nil {
		return "", s.explain(err)
	}
	for _, d := range s.recent.correct(waiting) {
		grown = append(grown, fmt.Sprint(d.id, d.urgency, d.number()))
	}
	for _, chain := range []string{ledger.BrakesChain, ledger.ExceptionsChain, ledger.CheckpointChain} {
		r, err := s.chain(ctx, chain)
		if err != nil {
			return "", s.explain(err)
		}
		grown = append(grown, chain+strconv.FormatInt(r.seq, 10))
	}
	n, err := s.changes(ctx)
	if err != nil {
		return "", s.explain(err)
	}
	slices.Sort(grown)
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %q", n, grown))
	return hex.EncodeToString(sum[:16]), nil
}

package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ripostehq/riposte/internal/ledger"
)

// chains is how many heads one checkpoint names: an item holds 400 KB.
const chains = 1000

// Checkpoint seals the chains that grew since the last one; see ledger.Store.
func (s *Store) Checkpoint(ctx context.Context, now time.Time) (last ledger.Checkpoint, err error) {
	// The chains that no checkpoint names as they stand, as far as the index shows.
	ids, err := s.listed(ctx, query{index: unsealedIndex})
	for chunk := range slices.Chunk(ids, chains) {
		if err == nil {
			err = retryConflict(ctx, func(ctx context.Context) error { return s.seal(ctx, now, chunk) })
		}
	}
	if err != nil {
		return last, s.explain(err)
	}
	r, err := s.chain(ctx, ledger.CheckpointChain)
	if err == nil {
		last, err = s.checkpoint(ctx, *r)
	}
	return last, s.explain(err)
}

// checkpoint is the one that the chain ends with, the zero one where there is none.
func (s *Store) checkpoint(ctx context.Context, r row) (ledger.Checkpoint, error) {
	if r.seq == 0 {
		return ledger.Checkpoint{}, nil
	}
	l, err := s.seals(ctx, r.seq)
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	return *l.Seals, nil
}

// seals is an entry of the checkpoints' chain.
func (s *Store) seals(ctx context.Context, seq int64) (ledger.Link, error) {
	i, err := s.get(ctx, entryKey(ledger.CheckpointChain, seq))
	if err != nil {
		return ledger.Link{}, err
	}
	l, err := ledger.ReadLink(bytesOf(i["bytes"]))
	if err != nil || l.Seals == nil {
		return ledger.Link{}, fmt.Errorf("checkpoint %d can't be read: verify the ledger", seq)
	}
	return l, nil
}

// SealOf is the checkpoint that the chain's head names, where that names the head: see ledger.Cases.
func (s *Store) SealOf(ctx context.Context, id string) (*ledger.Checkpoint, error) {
	i, err := s.get(ctx, headKey(id))
	if err != nil {
		return nil, s.explain(err)
	}
	r, by := rowOf(i), numberOf(i[sealBy])
	if i == nil || r.unsealed || by == 0 {
		return nil, nil
	}
	l, err := s.seals(ctx, by)
	if err != nil {
		return nil, s.explain(err)
	}
	if !slices.Contains(l.Heads, ledger.Head{Chain: id, Seq: r.seq, Hash: r.head}) {
		return nil, fmt.Errorf("checkpoint %d does not seal %s as it stands: verify the ledger", by, id)
	}
	return l.Seals, nil
}

// seal writes one checkpoint, and then marks the chains that it names. Where it dies between the two, the next names them
// once more, which does no harm.
func (s *Store) seal(ctx context.Context, now time.Time, ids []string) error {
	r, err := s.chain(ctx, ledger.CheckpointChain)
	if err != nil {
		return err
	}
	last, err := s.checkpoint(ctx, *r)
	if err != nil {
		return err
	}
	var keys []key
	for _, id := range ids {
		keys = append(keys, headKey(id))
	}
	found, err := s.getAll(ctx, keys)
	if err != nil {
		return err
	}
	var heads []ledger.Head // how far the chains have come
	for _, k := range keys {
		if r := rowOf(found[k]); r.unsealed {
			heads = append(heads, ledger.Head{Chain: r.id, Seq: r.seq, Hash: r.head})
		}
	}
	if len(heads) == 0 {
		return nil
	}
	root, err := ledger.Seal(last.Root, heads)
	if err != nil {
		return err
	}
	c, t := ledger.Checkpoint{Seq: last.Seq + 1, At: now.UTC(), Chains: len(heads), Root: root}, &tx{}
	if err := t.append(r, ledger.Link{At: now, Seals: &c, Heads: heads, Notes: []string{"checkpoint"}}); err != nil {
		return err
	}
	t.save(r, nil)
	if err := s.run(ctx, t); err != nil {
		return err
	}
	errs := make([]error, len(heads))
	each(len(heads), func(n int) { errs[n] = s.sealed(ctx, heads[n], r.seq) })
	return errors.Join(errs...)
}

// sealed marks a chain with the checkpoint that seals it. One that has grown since, or is being written, stays for the next checkpoint.
func (s *Store) sealed(ctx context.Context, h ledger.Head, by int64) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: headKey(h.Chain).item(),
		UpdateExpression: aws.String("REMOVE seal_in SET seal_by = :by ADD rev :one"), ConditionExpression: aws.String("seq = :seq"),
		ExpressionAttributeValues: item{":one": number(1), ":seq": number(h.Seq), ":by": number(by)},
	})
	grown, writing := new(types.ConditionalCheckFailedException), new(types.TransactionConflictException)
	if errors.As(err, &grown) || errors.As(err, &writing) {
		return nil
	}
	return err
}

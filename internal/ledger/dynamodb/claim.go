package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	urgencies  = 3
	candidates = 25 // of each shard that a claim looks at: rivals take some of them
	rounds     = 3  // of candidates that rivals took, before a claim gives up until the next
	asked      = 5  // how often for a case that others write to: a storm on one must not keep the rest waiting
)

// Claim takes the most urgent due case; see ledger.Store. The index only proposes: the claim is a conditional write on the
// case itself.
func (s *Store) Claim(ctx context.Context, now time.Time, holder string, lease time.Duration) (*ledger.Claim, error) {
	for range rounds {
		found, err := s.due(ctx, now)
		if err != nil || len(found) == 0 {
			return nil, s.explain(err)
		}
		for _, d := range found {
			c, err := s.take(ctx, d.id, now, holder, now.Add(lease))
			if c != nil || err != nil {
				return c, s.explain(err)
			}
			s.recent.passed(d.id)
		}
	}
	return nil, nil
}

// take claims one case; nil where somebody else has it, or it is not due. The version goes up, so that a holder that lost
// its lease can't commit any more: AWS has no fencing, the ledger has.
func (s *Store) take(ctx context.Context, id string, now time.Time, holder string, until time.Time) (c *ledger.Claim, err error) {
	in := &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: headKey(id).item(), ReturnValues: types.ReturnValueAllNew,
		UpdateExpression:         aws.String("SET holder = :holder, lease = :until, wake_at = :until ADD version :one, attempts :one, rev :one"),
		ConditionExpression:      aws.String("wake_at <= :now AND #schema <= :schema"),
		ExpressionAttributeNames: map[string]string{"#schema": "schema"},
		ExpressionAttributeValues: item{
			":holder": text(holder), ":until": at(until), ":now": at(now), ":one": number(1), ":schema": number(ledger.Schema),
		},
	}
	tries := 0
	err = insist(ctx, func(ctx context.Context) error {
		out, err := s.client.UpdateItem(ctx, in)
		tries++
		lost := new(types.ConditionalCheckFailedException)
		switch err = busy(err); {
		case errors.As(err, &lost), errors.Is(err, errBusy) && tries == asked:
			return nil
		case err != nil:
			return err
		}
		c, err = s.inHand(ctx, rowOf(out.Attributes), until)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim case %s: %w", id, err)
	}
	return c, nil
}

// inHand reads what belongs to a case that was claimed.
func (s *Store) inHand(ctx context.Context, r row, until time.Time) (*ledger.Claim, error) {
	s.recent.wrote(r)
	if err := s.whole(ctx, &r); err != nil {
		return nil, fmt.Errorf("%s: verify the ledger", err) // not %w: tried again, the claim would find its own lease
	}
	c, err := r.toCase()
	if err != nil {
		return nil, err
	}
	claim := &ledger.Claim{Case: c, Until: until}
	if err := s.inbox(ctx, r, claim); err != nil {
		return nil, err
	}
	s.held.keep(r)
	return claim, nil
}

// Yield gives a case back uncommitted; see ledger.Store.
func (s *Store) Yield(ctx context.Context, c *ledger.Case) error {
	s.held.drop(c.ID)
	return s.explain(insist(context.WithoutCancel(ctx), func(ctx context.Context) error {
		r, err := s.caseHead(ctx, c.ID)
		if err != nil || r.version != c.Version {
			return err
		}
		r.attempts, r.holder, r.lease = max(r.attempts-1, 0), "", time.Time{}
		t := &tx{}
		t.save(r, nil)
		if err := s.run(ctx, t); err != nil {
			return err
		}
		s.recent.wrote(*r)
		return nil
	}))
}

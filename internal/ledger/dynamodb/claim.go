package dynamodb

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	urgencies  = ledger.Urgencies
	candidates = 25 // of each shard that a claim looks at: rivals take some of them
	rounds     = 3  // of candidates that rivals took, before a claim gives up until the next
	again      = 3  // how often where it is not known whether it was done
	asked      = 5  // how often for a case that others write to: a storm on one must not keep the rest waiting
)

// Claim takes the case that goes first; see ledger.Store. The index only proposes: the claim is a conditional write on the
// case itself.
func (s *Store) Claim(ctx context.Context, now time.Time, holder string, lease time.Duration) (*ledger.Claim, error) {
	return s.claim(ctx, now, holder, lease, urgencies)
}

// ClaimOfEvents leaves the cases of sweeps; see ledger.Store.
func (s *Store) ClaimOfEvents(ctx context.Context, now time.Time, holder string, lease time.Duration) (*ledger.Claim, error) {
	return s.claim(ctx, now, holder, lease, ledger.SweptUrgency)
}

// claim takes the most urgent due case of an urgency below one.
func (s *Store) claim(ctx context.Context, now time.Time, holder string, lease time.Duration, below int) (*ledger.Claim, error) {
	astray := ledger.Astray(now, lease)
	if err := s.findSkewed(ctx, lease, astray); err != nil {
		return nil, s.explain(err)
	}
	for range rounds {
		found, err := s.due(ctx, now, astray, below)
		if err != nil || len(found) == 0 {
			return nil, s.explain(err)
		}
		for _, d := range found {
			c, err := s.claimOne(ctx, d, claimant{holder, now, now.Add(lease), astray, rand.Text()})
			s.skewed.tried(d.id)
			if c != nil || err != nil {
				return c, s.explain(err)
			}
			s.recent.passed(d.id)
		}
	}
	return nil, nil
}

// claimant is a claim's holder, and its end. The mark is this claim's alone: by it a claim whose answer was lost is known.
type claimant struct {
	holder             string
	now, until, astray time.Time
	mark               string
}

// claimOne claims one case; it returns nil if another holder has it, or it is not due. The version goes up, so that a holder that lost
// its lease can't commit any more: AWS has no fencing, the ledger has.
func (s *Store) claimOne(ctx context.Context, d due, h claimant) (c *ledger.Claim, err error) {
	in, tries := s.claimUpdate(d, h), 0
	var mine item
	err = retryConflict(ctx, func(ctx context.Context) error {
		out, err := s.client.UpdateItem(ctx, in)
		tries++
		lost := new(types.ConditionalCheckFailedException)
		switch err = busy(err); {
		case err == nil:
			mine = out.Attributes
		case errors.As(err, &lost) && textOf(lost.Item["mark"]) == h.mark:
			mine = lost.Item // it is this claim that was done before, and its answer was lost
		case errors.As(err, &lost), errors.Is(err, errBusy) && tries == asked:
			return nil
		case !errors.Is(err, errBusy) && !refused(err) && tries < again:
			return fmt.Errorf("%w: %w", errAgain, err) // it may have been done
		default:
			return err
		}
		c, err = s.readClaim(ctx, rowOf(mine), h.until)
		return err
	})
	if err == nil {
		return c, nil
	}
	err = fmt.Errorf("claim case %s: %w", d.id, err)
	if mine != nil { // no worker will hear of it
		err = errors.Join(err, s.Yield(ctx, &ledger.Case{ID: d.id, Version: rowOf(mine).version}))
	}
	return nil, err
}

// refused reports whether DynamoDB has answered that it did not do it.
func refused(err error) bool {
	r := new(http.ResponseError)
	return errors.As(err, &r) && r.HTTPStatusCode() >= 400 && r.HTTPStatusCode() < 500
}

func (s *Store) claimUpdate(d due, h claimant) *dynamodb.UpdateItemInput {
	leased := position{at: h.until, sev: d.sev, since: d.since, leased: true}
	return &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: headKey(d.id).item(), ReturnValues: types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		UpdateExpression:                    aws.String("SET holder = :holder, #lease = :until, mark = :mark, wake_at = :wake ADD version :one, attempts :one, rev :one"),
		ConditionExpression: aws.String("#due <= :now AND #schema <= :schema AND " +
			"(attribute_not_exists(#lease) OR #lease <= :now OR #lease > :astray)"),
		ExpressionAttributeNames: map[string]string{"#schema": "schema", "#due": "due", "#lease": "lease"},
		ExpressionAttributeValues: item{
			":holder": text(h.holder), ":until": at(h.until), ":now": at(h.now), ":astray": at(h.astray), ":mark": text(h.mark),
			":wake": leased.number(), ":one": number(1), ":schema": number(ledger.Schema),
		},
	}
}

// readClaim reads what belongs to a case that was claimed.
func (s *Store) readClaim(ctx context.Context, r row, until time.Time) (*ledger.Claim, error) {
	s.recent.wrote(r)
	if err := s.loadParts(ctx, &r); err != nil {
		return nil, fmt.Errorf("%w: verify the ledger", err)
	}
	c, err := r.toCase()
	if err != nil {
		return nil, err
	}
	claim := &ledger.Claim{Case: c, Until: until}
	if err := s.inbox(ctx, r, claim); err != nil {
		return nil, err
	}
	s.claimed.keep(r)
	return claim, nil
}

// Yield gives a case back uncommitted; see ledger.Store.
func (s *Store) Yield(ctx context.Context, c *ledger.Case) error {
	s.claimed.drop(c.ID)
	return s.explain(retryConflict(context.WithoutCancel(ctx), func(ctx context.Context) error {
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

package dynamodb

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/oklog/ulid/v2"

	"github.com/ripostehq/riposte/internal/ledger"
)

// tableSchema counts the layouts of the table, not those of the case. The first, of before 0.1.0, is refused.
const tableSchema = 2

const (
	creation = 2 * time.Minute  // the longest that Create waits
	patience = 20 * time.Second // the longest that a write tries; well inside a lease
)

// Client is what the ledger needs of a *dynamodb.Client. TransactWriteItems is allowed by the rights to put, update and
// delete items.
type Client interface {
	DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error)
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	BatchGetItem(context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
}

// Store is a ledger in a DynamoDB table. Its methods may be called at once.
type Store struct {
	client   Client
	table    string
	ids      ids
	locks    caseLocks
	claimed  claimedHeads
	recent   recent
	lastScan lastScan
	skewed   skewedLeases
	reserved reservedPlaces
	traces   traces
	letters  letterBook
	seen     seen
}

// ids makes case ids.
type ids struct {
	turn    sync.Mutex
	entropy *ulid.MonotonicEntropy
}

// Option changes how a ledger is opened.
type Option func(*Store)

// Entropy is where the random part of case ids comes from; a test gives its own.
func Entropy(r io.Reader) Option { return func(s *Store) { s.ids.entropy = ulid.Monotonic(r, 0) } }

// Open opens the ledger in a table that is there, and takes an empty one for itself. A newer layout is ledger.ErrNewer.
func Open(ctx context.Context, client Client, table string, options ...Option) (*Store, error) {
	s := &Store{client: client, table: table}
	s.ids.entropy = ulid.Monotonic(rand.Reader, 0)
	for _, o := range options {
		o(s)
	}
	if err := s.open(ctx); err != nil {
		return nil, s.explain(err)
	}
	return s, nil
}

// Close has nothing to write back.
func (s *Store) Close() error { return nil }

// Sync has nothing to wait for: what DynamoDB has answered is durable.
func (s *Store) Sync(context.Context) error { return nil }

// open asks for the item that marks the table as a ledger; what was marked had the right keys.
func (s *Store) open(ctx context.Context) error {
	mark, err := s.get(ctx, key{ledgerPK, ledgerPK})
	if err != nil {
		return err
	}
	switch v := numberOf(mark["schema"]); {
	case mark == nil:
		return s.mark(ctx)
	case v < tableSchema:
		return fmt.Errorf("its layout is %d, this riposte knows %d: %w", v, tableSchema, ledger.ErrOlder)
	case v > tableSchema:
		return fmt.Errorf("its layout is %d, this riposte knows up to %d: %w; use the newer riposte", v, tableSchema, ledger.ErrNewer)
	}
	return nil
}

// mark takes the table, if it is made for a ledger.
func (s *Store) mark(ctx context.Context) error {
	t, err := s.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &s.table})
	if err != nil {
		return err
	}
	if err := fits(t.Table); err != nil {
		return fmt.Errorf("%w: %w", errForeign, err)
	}
	i := key{ledgerPK, ledgerPK}.item()
	i["schema"] = number(tableSchema)
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: i, ConditionExpression: aws.String(isNew)})
	if lost := new(types.ConditionalCheckFailedException); errors.As(err, &lost) {
		return s.open(ctx) // another process was faster
	}
	return err
}

func (s *Store) newID(now time.Time) (string, error) {
	s.ids.turn.Lock()
	defer s.ids.turn.Unlock()
	u, err := ulid.New(ulid.Timestamp(now), s.ids.entropy)
	if err != nil {
		return "", fmt.Errorf("make a case id at %s: %w", now, err)
	}
	return "c_" + strings.ToLower(u.String()), nil
}

package dynamodb

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

const batch = 100 // keys in one BatchGetItem

// get reads one item as it stands; nil where there is none.
func (s *Store) get(ctx context.Context, k key) (item, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: k.item(), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, err
	}
	return out.Item, nil
}

// getAll reads many; what is not there is missing from the answer.
func (s *Store) getAll(ctx context.Context, keys []key) (map[key]item, error) {
	found := map[key]item{}
	for chunk := range slices.Chunk(keys, batch) {
		ask := types.KeysAndAttributes{ConsistentRead: aws.Bool(true)}
		for _, k := range chunk {
			ask.Keys = append(ask.Keys, k.item())
		}
		for try := 0; len(ask.Keys) > 0; try++ {
			out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{s.table: ask}})
			if err != nil {
				return nil, err
			}
			for _, i := range out.Responses[s.table] {
				found[keyOf(i)] = i
			}
			before := len(ask.Keys)
			if ask.Keys = out.UnprocessedKeys[s.table].Keys; len(ask.Keys) < before {
				try = 0 // an answer holds 16 MB at most
			} else if err := pause(ctx, try); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// query is one partition, of the table or of an index, in the order of its sort key.
type query struct {
	index, partition string
	where            string // of the sort key
	values           item
	limit            int  // of the items in all; 0: all
	backward         bool // the last of the sort keys first
}

// items reads a partition and calls take for each item until that is false.
func (s *Store) items(ctx context.Context, q query, take func(item) bool) error {
	in := q.input(s.table)
	for left := q.limit; ; {
		out, err := s.client.Query(ctx, in)
		if err != nil {
			return err
		}
		for _, i := range out.Items {
			if !take(i) {
				return nil
			}
		}
		if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			return nil
		}
		if left -= len(out.Items); q.limit > 0 && left <= 0 {
			return nil
		}
	}
}

// input is what DynamoDB is asked. The table is read as it stands, an index as it can be.
func (q query) input(table string) *dynamodb.QueryInput {
	hashed, sorted := pk, sk
	switch q.index {
	case wakeIndex:
		hashed, sorted = wakeIn, wakeAt
	case casesIndex:
		hashed, sorted = listIn, pk
	case unsealedIndex:
		hashed, sorted = sealIn, pk
	}
	condition, names, values := "#p = :p", map[string]string{"#p": hashed}, item{":p": text(q.partition)}
	if q.where != "" {
		condition += " AND " + q.where
		names["#s"] = sorted
		maps.Copy(values, q.values)
	}
	in := &dynamodb.QueryInput{
		TableName: &table, KeyConditionExpression: &condition, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	}
	if q.index == "" {
		in.ConsistentRead = aws.Bool(true)
	} else {
		in.IndexName = &q.index
	}
	if q.limit > 0 {
		in.Limit = aws.Int32(int32(q.limit))
	}
	if q.backward {
		in.ScanIndexForward = aws.Bool(false)
	}
	return in
}

// spread runs one query on each of several partitions at once, and gives all that they found.
func (s *Store) spread(ctx context.Context, queries []query) ([]item, error) {
	found, errs := make([][]item, len(queries)), make([]error, len(queries))
	each(len(queries), func(n int) {
		errs[n] = s.items(ctx, queries[n], func(i item) bool { found[n] = append(found[n], i); return true })
	})
	return slices.Concat(found...), errors.Join(errs...)
}

// pause waits a little, longer each time, and never as long as another writer that waits too.
func pause(ctx context.Context, try int) error {
	t := time.NewTimer(time.Millisecond + rand.N(min(8*time.Millisecond<<min(try, 10), 500*time.Millisecond)))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

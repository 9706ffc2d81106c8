package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// DynamoDB's bounds of one transaction; the bytes leave room for names and numbers.
const (
	maxItems = 100
	maxBytes = 3_900_000
)

const isNew = "attribute_not_exists(pk)"

var (
	// errAgain: what was read has changed since. Read again.
	errAgain = errors.New("another writer was faster")
	// errBusy: another transaction was under way, or the table is throttled. Nothing was read wrong.
	errBusy = errors.New("the table is busy")
	// errLarge: not all of it fits one transaction.
	errLarge = errors.New("it is too large to be written")
	// errTaken: a chain of this name is there already.
	errTaken = fmt.Errorf("the name is taken: %w", errAgain)
)

// tx collects the writes of one transaction. Each has a condition and what it means where that fails.
type tx struct {
	items []types.TransactWriteItem
	keys  []key
	means []error
	size  int
}

// condition of a write: an expression with its values, and the error where it does not hold.
type condition struct {
	holds     string
	values    item
	otherwise error
}

func always() condition                { return condition{} }
func absent(otherwise error) condition { return condition{holds: isNew, otherwise: otherwise} }

func over(attribute string, n int64, otherwise error) condition {
	return condition{holds: attribute + " = :was", values: item{":was": number(n)}, otherwise: otherwise}
}

func (t *tx) put(k key, attributes item, c condition) {
	i := k.item()
	maps.Copy(i, attributes)
	t.add(k, i, c, types.TransactWriteItem{Put: &types.Put{Item: i, ConditionExpression: c.expression(), ExpressionAttributeValues: c.values}})
}

func (t *tx) delete(k key, c condition) {
	t.add(k, nil, c, types.TransactWriteItem{Delete: &types.Delete{
		Key: k.item(), ConditionExpression: c.expression(), ExpressionAttributeValues: c.values,
	}})
}

// update sets attributes and drops others.
func (t *tx) update(k key, attributes item, drop []string, c condition) {
	names, values := map[string]string{}, maps.Clone(c.values)
	if values == nil {
		values = item{}
	}
	var sets, drops []string
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		names["#"+name], values[":"+name] = name, attributes[name]
		sets = append(sets, "#"+name+" = :"+name)
	}
	for _, name := range drop {
		names["#"+name] = name
		drops = append(drops, "#"+name)
	}
	expression := "SET " + strings.Join(sets, ", ")
	if len(drops) > 0 {
		expression += " REMOVE " + strings.Join(drops, ", ")
	}
	t.add(k, attributes, c, types.TransactWriteItem{Update: &types.Update{
		Key: k.item(), UpdateExpression: &expression, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
		ConditionExpression: c.expression(),
	}})
}

// count adds one to a counter.
func (t *tx) count(k key) {
	t.add(k, nil, always(), types.TransactWriteItem{Update: &types.Update{
		Key: k.item(), UpdateExpression: aws.String("ADD n :one"), ExpressionAttributeValues: item{":one": number(1)},
	}})
}

// add leaves out what the transaction says already: DynamoDB wants each item once.
func (t *tx) add(k key, content item, c condition, w types.TransactWriteItem) {
	if i := slices.Index(t.keys, k); i >= 0 && c.holds == "" {
		t.items[i] = w
		return
	}
	t.items, t.keys, t.means = append(t.items, w), append(t.keys, k), append(t.means, c.otherwise)
	for name, v := range content {
		t.size += len(name) + weight(v)
	}
}

func (c condition) expression() *string {
	if c.holds == "" {
		return nil
	}
	return &c.holds
}

// run writes all or nothing. A refusal means what the first condition that failed does, or that none was to blame.
func (s *Store) run(ctx context.Context, t *tx) error {
	if len(t.items) > maxItems || t.size > maxBytes {
		return fmt.Errorf("%w: %d items and %d bytes, DynamoDB takes %d and %d at once", errLarge, len(t.items), t.size, maxItems, maxBytes)
	}
	for i := range t.items {
		switch w := &t.items[i]; {
		case w.Put != nil:
			w.Put.TableName = &s.table
		case w.Update != nil:
			w.Update.TableName = &s.table
		case w.Delete != nil:
			w.Delete.TableName = &s.table
		}
	}
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: t.items})
	var cancelled *types.TransactionCanceledException
	if !errors.As(err, &cancelled) || len(cancelled.CancellationReasons) != len(t.means) {
		return busy(err)
	}
	other := err
	for i, r := range cancelled.CancellationReasons {
		switch code := aws.ToString(r.Code); code {
		case "None", "":
		case "ConditionalCheckFailed":
			return t.means[i]
		case "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded":
			other = errBusy
		default:
			return fmt.Errorf("write %s %s: %s: %s", t.keys[i].pk, t.keys[i].sk, code, aws.ToString(r.Message))
		}
	}
	return other
}

// weight is about what a value counts.
func weight(v types.AttributeValue) int {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return len(v.Value)
	case *types.AttributeValueMemberB:
		return len(v.Value)
	case *types.AttributeValueMemberL:
		n := 3
		for _, e := range v.Value {
			n += 1 + weight(e)
		}
		return n
	}
	return 21
}

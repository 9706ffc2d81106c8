package dynamodb

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// item is what DynamoDB holds under a key.
type item = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}
func blob(b []byte) types.AttributeValue  { return &types.AttributeValueMemberB{Value: b} }
func at(t time.Time) types.AttributeValue { return number(nanos(t)) }
func (k key) item() item                  { return item{pk: text(k.pk), sk: text(k.sk)} }
func keyOf(i item) key                    { return key{textOf(i[pk]), textOf(i[sk])} }

func list(values []string) types.AttributeValue {
	l := &types.AttributeValueMemberL{Value: []types.AttributeValue{}}
	for _, v := range values {
		l.Value = append(l.Value, text(v))
	}
	return l
}

// What is missing, or of another type, reads as nothing: what follows from it is compared with the record.

func textOf(v types.AttributeValue) string {
	s, ok := v.(*types.AttributeValueMemberS)
	if !ok {
		return ""
	}
	return s.Value
}

func numberOf(v types.AttributeValue) int64 {
	s, ok := v.(*types.AttributeValueMemberN)
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(s.Value, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func bytesOf(v types.AttributeValue) []byte {
	b, ok := v.(*types.AttributeValueMemberB)
	if !ok {
		return nil
	}
	return b.Value
}

func timeOf(v types.AttributeValue) time.Time {
	n := numberOf(v)
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

func listOf(v types.AttributeValue) []string {
	l, ok := v.(*types.AttributeValueMemberL)
	if !ok {
		return nil
	}
	var out []string
	for _, e := range l.Value {
		out = append(out, textOf(e))
	}
	return out
}

package dynamodb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

const (
	memoryPrefix = "observed#"
	recalled     = 100 // of the latest that are looked through: more calls than EC2 lets one account make in a second
)

// memoryOf is the partition of what was observed of one resource's attribute.
func memoryOf(r event.Resource, of string) string { return memoryPrefix + sum(r.String()+" "+of) }

// Remember stores observations, a write each, some at once; see ledger.Memory. Written twice is written once.
func (s *Store) Remember(ctx context.Context, seen []playbook.Observation) error {
	errs := make([]error, len(seen))
	each(len(seen), func(n int) { errs[n] = s.remember(ctx, seen[n]) })
	return errors.Join(errs...)
}

func (s *Store) remember(ctx context.Context, o playbook.Observation) error {
	body, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("remember %s of %s: %w", o.Of, o.Resource, err)
	}
	// Observations stand by their moment; of one second, what shows it on comes last: see playbook.Observation.Counts.
	on := "0"
	if o.On {
		on = "1"
	}
	i := key{memoryOf(o.Resource, o.Of), moment(o.At) + "#" + on + "#" + sum(o.Event)}.item()
	i["body"] = blob(body)
	err = retryConflict(ctx, func(ctx context.Context) error {
		_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: i})
		return busy(err)
	})
	if err != nil {
		return s.explain(fmt.Errorf("remember %s of %s: %w", o.Of, o.Resource, err))
	}
	return nil
}

// Recall is the latest observation that counts before a moment; see ledger.Memory.
func (s *Store) Recall(ctx context.Context, r event.Resource, of string, before time.Time) (*playbook.Observation, error) {
	var latest *playbook.Observation
	var broken error
	q := query{
		partition: memoryOf(r, of), where: "#s < :end", values: item{":end": text(moment(before) + "#2")}, backward: true, limit: recalled,
	}
	err := s.items(ctx, q, func(i item) bool {
		var o playbook.Observation
		if broken = json.Unmarshal(bytesOf(i["body"]), &o); broken == nil && o.Counts(before) {
			latest = &o
		}
		return broken == nil && latest == nil
	})
	if err == nil && broken != nil {
		err = fmt.Errorf("read what was observed of %s: %w", r, broken)
	}
	return latest, s.explain(err)
}

package dynamodb

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ripostehq/riposte/internal/ledger"
)

const rollPK = "replicas"

func replicaKey(name string) key { return key{rollPK, sum(name)} }

// Attend writes down what a replica says of itself.
func (s *Store) Attend(ctx context.Context, r ledger.Replica) error {
	body, err := json.Marshal(r)
	if err != nil {
		return s.explain(err)
	}
	i := replicaKey(r.Name).item()
	i["replica"], i["body"] = text(r.Name), blob(body)
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: i})
	return s.explain(err)
}

// Replicas are those that have attended and not left.
func (s *Store) Replicas(ctx context.Context) ([]ledger.Replica, error) {
	out, err := bodies[ledger.Replica](ctx, s, query{partition: rollPK})
	slices.SortFunc(out, func(a, b ledger.Replica) int { return cmp.Compare(a.Name, b.Name) })
	return out, err
}

// Leave strikes a replica off.
func (s *Store) Leave(ctx context.Context, name string) error {
	t := &tx{}
	t.delete(replicaKey(name), always())
	return s.explain(s.run(ctx, t))
}

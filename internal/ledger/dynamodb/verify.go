package dynamodb

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ripostehq/riposte/internal/ledger"
)

// looks is how often a table is read that does not fit its record: DynamoDB has no snapshot, and what replicas write while
// it is read does not fit either.
const looks = 5

// Verify checks the whole record; see ledger.Audit for the rules. What is broken is broken each time that one looks.
func (s *Store) Verify(ctx context.Context, kept ...ledger.Checkpoint) (ledger.Verification, error) {
	v, stay, err := s.look(ctx, kept)
	for n := 1; n < looks && err == nil && len(stay) > 0; n++ {
		var found []ledger.Break
		before := map[[2]string]bool{}
		for _, b := range stay {
			before[[2]string{b.Chain, b.Why}] = true
		}
		v, found, err = s.look(ctx, kept)
		stay = slices.DeleteFunc(found, func(b ledger.Break) bool { return !before[[2]string{b.Chain, b.Why}] })
	}
	v.Broken = ledger.FirstOf(stay)
	return v, s.explain(err)
}

// look reads the table once: the checkpoints first, so that everything which they seal is there, then all of it.
func (s *Store) look(ctx context.Context, kept []ledger.Checkpoint) (ledger.Verification, []ledger.Break, error) {
	a := &audit{
		Audit: ledger.NewAuditOfChains(kept), roots: map[string]string{}, rooted: map[string]string{}, last: map[string]int64{},
	}
	err := s.items(ctx, entriesOf(ledger.CheckpointChain), func(i item) bool {
		a.Entry(entryOf(i))
		return true
	})
	if err == nil {
		err = s.scan(ctx, a.partition)
	}
	if err != nil {
		return ledger.Verification{}, nil, err
	}
	// The roots are held against the cases: a root that leads to another case would swallow leads.
	for id, root := range a.rooted {
		if a.roots[root] != id {
			a.Broken(id, a.last[id], "leads on its root do not join it")
		}
	}
	for root, id := range a.roots {
		switch seq, there := a.last[id]; {
		case !there:
			a.Broken(id, 1, "leads join it, and it is not there")
		case a.rooted[id] != root:
			a.Broken(id, seq, "leads on another root join it")
		}
	}
	a.listings()
	return a.Verification(), a.Breaks(), nil
}

// scan reads every item, a partition at a time: a scan gives the items of one together.
func (s *Store) scan(ctx context.Context, take func([]item)) error {
	in := &dynamodb.ScanInput{TableName: &s.table, ConsistentRead: aws.Bool(true)}
	var together []item
	for {
		out, err := s.client.Scan(ctx, in)
		if err != nil {
			return err
		}
		for _, i := range out.Items {
			if len(together) > 0 && textOf(together[0][pk]) != textOf(i[pk]) {
				take(together)
				together = nil
			}
			together = append(together, i)
		}
		if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			break
		}
	}
	if len(together) > 0 {
		take(together)
	}
	return nil
}

// odd says which column of a head does not fit its case: riposte looks cases up by them, and turned, they would hide one.
func odd(r row, i item) string {
	var c ledger.Case
	if r.payload == nil || json.Unmarshal(r.payload, &c) != nil {
		return ""
	}
	urgency, expected := c.Urgency(), r
	if c.FitsUrgency(r.urgency) {
		urgency = r.urgency
	}
	expected.playbook, expected.account, expected.schema, expected.urgency = c.Playbook, c.Root.Account, c.Schema, urgency
	if r.severity != "" { // it is the case's once a riposte has written it that knows it
		expected.severity = c.Severity
	}
	if r.root != "" {
		expected.root = sum(ledger.RootKey(c.Playbook, c.Root))
	}
	if !r.state.Open() {
		expected.root = ""
	}
	want := expected.attributes()
	for _, name := range []string{"playbook", "account", "schema", "root", "urgency", "severity", listIn, wakeIn} {
		if !((want[name] == nil) == (i[name] == nil) && textOf(want[name]) == textOf(i[name]) && numberOf(want[name]) == numberOf(i[name])) {
			return name
		}
	}
	// Severity and rank order claims and hide no case, and a claim takes them from an index that may be a moment old.
	if is, ought := positionOf(i[wakeAt]), positionOf(want[wakeAt]); !is.at.Equal(ought.at) || is.ready != ought.ready {
		return wakeAt
	}
	return ""
}

package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/internal/ledger"
)

// question is one statement, since each costs as much as what it finds. Its rows say what they are; the buckets come as a
// JSON list, and are counted by their place in it.
const question = `SELECT 'brake', 0, 0, body FROM brakes
	UNION ALL SELECT 'own', 0, 0, NULL FROM requests WHERE id = ?1
	UNION ALL SELECT 'exception', 0, 0, body FROM exceptions WHERE playbook = ?2 AND root IN (?3, ?8, ?9) AND until > ?4
	UNION ALL SELECT 'bucket', key, (SELECT count(*) FROM places WHERE bucket = value AND at >= ?6 AND incident <> ?7), NULL FROM json_each(?5)`

// Facts answers what a gate asks; see ledger.Store.
func (s *Store) Facts(ctx context.Context, q ledger.Question) (ledger.Facts, error) {
	f := ledger.Facts{Incidents: make([]int, len(q.Buckets))}
	buckets, err := json.Marshal(append([]string{}, q.Buckets...)) // a list even where there are none
	if err != nil {
		return f, err
	}
	wider := append(q.Wider(), q.Root, q.Root) // there are at most two
	err = s.rows(ctx, func(r *sql.Rows) error {
		var what string
		var bucket, n int
		var body []byte
		if err := r.Scan(&what, &bucket, &n, &body); err != nil {
			return err
		}
		switch what {
		case "own":
			f.Own = true
		case "bucket":
			f.Incidents[bucket] = n
		case "brake":
			return appended(&f.Brakes, body)
		case "exception":
			return appended(&f.Exceptions, body)
		}
		return nil
	}, question, q.RequestID, q.Playbook, q.Root, q.At.UnixNano(), string(buckets), since(q.Since), q.Incident, wider[0], wider[1])
	slices.SortFunc(f.Brakes, func(a, b ledger.Brake) int { return cmp.Compare(a.Scope, b.Scope) })
	slices.SortFunc(f.Exceptions, func(a, b ledger.Exception) int { return a.Until.Compare(b.Until) })
	return f, s.explain(err)
}

func appended[T any](to *[]T, body []byte) error {
	var v T
	if err := json.Unmarshal(body, &v); err != nil {
		return fmt.Errorf("read %T: %w", v, err)
	}
	*to = append(*to, v)
	return nil
}

package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Verify checks the whole record, as it stands at one moment; see ledger.Audit for the rules.
func (s *Store) Verify(ctx context.Context, kept ...ledger.Checkpoint) (ledger.Verification, error) {
	a := ledger.NewAudit(kept)
	if s.read == nil {
		err := s.write.transaction(ctx, func(t *tx) error { return audit(ctx, t.conn, a) })
		if err != nil {
			return ledger.Verification{}, s.explain(err)
		}
		return a.Verification(), nil
	}
	t, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return ledger.Verification{}, s.explain(err)
	}
	defer t.Rollback()
	if err := audit(ctx, t, a); err != nil {
		return ledger.Verification{}, s.explain(err)
	}
	return a.Verification(), nil
}

// audit feeds all entries, then all cases, then every row beside them.
func audit(ctx context.Context, q querier, a *ledger.Audit) error {
	err := rows(ctx, q, func(r *sql.Rows) error {
		e, err := scanEntry(r)
		if err == nil {
			a.Entry(e)
		}
		return err
	}, entriesAfter, 0)
	if err != nil {
		return err
	}
	err = rows(ctx, q, func(r *sql.Rows) error {
		var c ledger.CaseRow
		var cols columns
		var due sql.NullInt64
		err := r.Scan(&c.ID, &c.Head, &c.State, &due, &c.Payload, &cols.playbook, &cols.account, &cols.schema, &cols.root, &cols.lease,
			&cols.wake, &cols.urgency, &cols.severity, &cols.rank, &cols.place)
		if err == nil {
			c.Due = moment(due)
			c.Odd = cols.odd(c, due)
			a.Case(c)
		}
		return err
	}, `SELECT id, head, state, due, payload, playbook, account, schema, root, lease, wake, urgency, severity, rank, place FROM cases`)
	if err != nil {
		return err
	}
	return auditRows(ctx, q, a)
}

// columns are what riposte looks cases up by: turned, they would hide a case whose payload is whole.
type columns struct {
	playbook, account string
	schema, urgency   int
	severity          int
	rank, place       sql.NullInt64
	root              sql.NullString
	lease, wake       sql.NullInt64
}

// odd names the first column that does not fit the case, "" where all do.
func (cols columns) odd(row ledger.CaseRow, due sql.NullInt64) string {
	var c ledger.Case
	if row.Payload == nil || json.Unmarshal(row.Payload, &c) != nil {
		return ""
	}
	joinable := sql.NullString{String: ledger.RootKey(c.Playbook, c.Root), Valid: true}
	for _, x := range []struct {
		name string
		fits bool
	}{
		{"playbook", cols.playbook == c.Playbook},
		{"account", cols.account == c.Root.Account},
		{"schema", cols.schema == c.Schema},
		{"root", !cols.root.Valid || row.State.Open() && cols.root == joinable},
		{"wake", cols.wake == later(due, cols.lease)},
		{"severity", cols.severity == ledger.Precedence(c.Severity)},
		{"place", !cols.place.Valid || cols.place == later(cols.rank, due)},
		{"urgency", c.FitsUrgency(cols.urgency)},
	} {
		if !x.fits {
			return x.name
		}
	}
	return ""
}

// auditRows lists every row that a commit wrote beside its case, with its digest.
func auditRows(ctx context.Context, q querier, a *ledger.Audit) error {
	for _, table := range []struct {
		what, query string
		scan        func(*sql.Rows) (key, sum string, err error)
	}{
		{ledger.WroteMessage, `SELECT case_id, key, body FROM inbox`, message},
		{ledger.WroteTaken, `SELECT case_id || ' ' || key FROM inbox WHERE taken <> 0`, present},
		{ledger.WroteEffect, `SELECT key, body FROM effects`, body},
		{ledger.WroteRequest, `SELECT id FROM requests`, present},
		{ledger.WrotePlace, `SELECT bucket, incident, at FROM places`, place},
		{ledger.WroteException, `SELECT playbook || ' ' || root || ' ' || until, body FROM exceptions`, body},
		{ledger.WroteBrake, `SELECT scope, body FROM brakes`, body},
	} {
		err := rows(ctx, q, func(r *sql.Rows) error {
			key, sum, err := table.scan(r)
			if err == nil {
				a.Row(table.what, key, sum)
			}
			return err
		}, table.query)
		if err != nil {
			return err
		}
	}
	return auditSweeps(ctx, q, a)
}

func message(r *sql.Rows) (string, string, error) {
	var id, key string
	var b []byte
	err := r.Scan(&id, &key, &b)
	if b == nil {
		return messageKey(id, key), ledger.Pruned, err
	}
	return messageKey(id, key), ledger.Sum(b), err
}

func present(r *sql.Rows) (key, sum string, err error) {
	err = r.Scan(&key)
	return key, ledger.Present, err
}

func body(r *sql.Rows) (string, string, error) {
	var key string
	var b []byte
	err := r.Scan(&key, &b)
	return key, ledger.Sum(b), err
}

func place(r *sql.Rows) (string, string, error) {
	var bucket, incident string
	var at int64
	err := r.Scan(&bucket, &incident, &at)
	return placeKey(bucket, incident), strconv.FormatInt(at, 10), err
}

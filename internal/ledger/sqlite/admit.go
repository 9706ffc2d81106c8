package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

const (
	// Which case has the lead, which is open on its root, and the last entry: one statement, since each costs as much as what
	// it finds.
	lookup   = `SELECT (SELECT case_id FROM inbox WHERE key = ? LIMIT 1), (SELECT id FROM cases WHERE root = ?), (` + lastSeq + `)`
	openCase = `INSERT INTO cases (n, id, schema, playbook, account, state, root, payload, version, due, wake, urgency, head, holder, lease, attempts, severity, rank)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`
	addKey = `INSERT INTO inbox (key, case_id, n, taken) VALUES (?, ?, ?, 1)`
)

// Admit stores leads; see ledger.Store. They are on the disk with the next commit, or after Sync.
func (s *Store) Admit(ctx context.Context, now time.Time, leads []playbook.StoredSuspect, first ledger.FirstClaim, ranks ...time.Time) ([]ledger.Admission, error) {
	var out []ledger.Admission
	var full error
	err := s.changeSoon(ctx, func(t *tx) (err error) {
		if out, full, err = s.admitAll(t, now, leads, first, ranks); err != nil {
			return err
		}
		if len(leads) > 1 && out[0].Claim != nil {
			err = t.inbox(out[0].Claim) // others may have joined it
		}
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case full == nil:
		return out, nil
	case out[0].Claim != nil:
		return nil, errors.Join(s.explain(full), s.Yield(ctx, out[0].Claim.Case)) // its hand will not hear of it
	}
	return nil, s.explain(full)
}

// admitAll takes what it can: a case that is full keeps its own leads out, and no others.
func (s *Store) admitAll(t *tx, now time.Time, leads []playbook.StoredSuspect, hand ledger.FirstClaim, ranks []time.Time) (out []ledger.Admission, full, err error) {
	for i, l := range leads {
		a, err := s.admit(t, now, l, hand, ledger.Rank(now, ranks, i))
		if err != nil {
			err = fmt.Errorf("admit %s for %s: %w", l.Resource, l.Playbook, err)
		}
		if err != nil && !errors.Is(err, ledger.ErrFull) {
			return nil, nil, err
		}
		out, full, hand = append(out, a), errors.Join(full, err), ledger.FirstClaim{}
	}
	return out, full, nil
}

// admit takes one lead: it is known, or joins the case that is open on its root, or opens one.
func (s *Store) admit(t *tx, now time.Time, l playbook.StoredSuspect, hand ledger.FirstClaim, rank time.Time) (a ledger.Admission, err error) {
	var known, open sql.NullString
	key := ledger.Key(l)
	err = t.row(lookup, key, ledger.RootKey(l.Playbook, l.Resource)).Scan(&known, &open, &t.seq)
	switch {
	case err != nil:
		return ledger.Admission{}, err
	case known.Valid:
		return ledger.Admission{Case: known.String, How: "duplicate"}, nil
	case open.Valid:
		if _, err = t.deliver(now, open.String, ledger.Message{Key: key, Lead: &l}); err == nil {
			err = t.count(now, key, l)
		}
		return ledger.Admission{Case: open.String, How: "joined"}, err
	}
	// Ids are made until one is free: entropy that repeats itself after a restart must not stop an admission.
	for free := false; !free; {
		id, err := ulid.New(ulid.Timestamp(now), s.ids)
		if err != nil {
			return a, fmt.Errorf("make a case id at %s: %w", now, err)
		}
		c := ledger.Opened("c_"+strings.ToLower(id.String()), key, l)
		var trace []string
		if c.Incident, trace, err = t.incidentOf(now, c.ID, l.Actors); err != nil {
			return a, err
		}
		a = ledger.Admission{Case: c.ID, How: "opened", Claim: hand.Claim(c, now)}
		if free, err = t.insert(now, c, rank, hand.Holder, a.Claim); err != nil {
			return a, err
		}
		if free {
			err = t.relate(now, c.ID, c.Incident, trace)
		}
		if err != nil {
			return a, err
		}
	}
	return a, t.count(now, key, l)
}

// insert writes a new case, its chain's first entry and its lead's key; it is false where the id is another case's.
func (t *tx) insert(now time.Time, c ledger.Case, rank time.Time, holder string, claim *ledger.Claim) (bool, error) {
	key := c.Suspects[0].Key
	payload, err := json.Marshal(c)
	if err != nil {
		return false, err
	}
	e, err := t.entry(ledger.Link{
		Chain: c.ID, At: now, State: c.State, Due: now, Payload: ledger.Sum(payload), Notes: []string{"opened: " + c.Title},
		Wrote: []ledger.Wrote{
			{What: ledger.WroteMessage, Key: messageKey(c.ID, key), Sum: ledger.Present},
			{What: ledger.WroteTaken, Key: messageKey(c.ID, key), Sum: ledger.Present},
		},
	})
	if err != nil {
		return false, err
	}
	var lease sql.NullInt64
	attempts := 0
	if claim != nil {
		lease, attempts = nanos(claim.Until), claim.Case.Attempts
	}
	opened, err := t.exec(openCase, e.Seq, c.ID, c.Schema, c.Playbook, c.Root.Account, c.State, ledger.RootKey(c.Playbook, c.Root), payload,
		nanos(now), later(nanos(now), lease), c.Urgency(), e.Hash, sql.NullString{String: holder, Valid: holder != ""}, lease, attempts,
		ledger.Precedence(c.Severity), since(rank))
	if err != nil || opened == 0 {
		return false, err
	}
	if err := t.add(e); err != nil {
		return false, err
	}
	_, err = t.exec(addKey, key, c.ID, e.Seq)
	return true, err
}

func messageKey(caseID, key string) string { return caseID + " " + key }

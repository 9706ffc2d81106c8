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
	knownLead = `SELECT case_id FROM inbox WHERE key = ? LIMIT 1`
	openRoot  = `SELECT id FROM cases WHERE root = ?`
	openCase  = `INSERT INTO cases (n, id, schema, playbook, account, state, root, payload, version, due, wake, urgency, head)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, 0, ?)`
	hasCase = `SELECT EXISTS (SELECT 1 FROM cases WHERE id = ?)`
	addKey  = `INSERT INTO inbox (key, case_id, n, taken) VALUES (?, ?, ?, 1)`
)

// Admit stores leads; see ledger.Store. They are on the disk with the next commit, or after Sync.
func (s *Store) Admit(ctx context.Context, now time.Time, leads []playbook.Lead) ([]ledger.Admission, error) {
	var out []ledger.Admission
	err := s.changeSoon(ctx, func(t *tx) error {
		for _, l := range leads {
			a, err := s.admit(t, now, l)
			if err != nil {
				return fmt.Errorf("admit %s for %s: %w", l.Resource, l.Playbook, err)
			}
			out = append(out, a)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (s *Store) admit(t *tx, now time.Time, l playbook.Lead) (ledger.Admission, error) {
	var id string
	key := ledger.Key(l)
	err := t.row(knownLead, key).Scan(&id)
	if err == nil {
		return ledger.Admission{Case: id, How: "duplicate"}, nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		err = t.row(openRoot, ledger.RootKey(l.Playbook, l.Resource)).Scan(&id)
	}
	switch {
	case err == nil:
		_, err = t.deliver(now, id, ledger.Message{Key: key, Lead: &l})
		return ledger.Admission{Case: id, How: "joined"}, err
	case errors.Is(err, sql.ErrNoRows):
		id, err = s.openCase(t, now, key, l)
		return ledger.Admission{Case: id, How: "opened"}, err
	}
	return ledger.Admission{}, err
}

// openCase begins a case with its first lead in it.
func (s *Store) openCase(t *tx, now time.Time, key string, l playbook.Lead) (string, error) {
	id, err := s.newID(t, now)
	if err != nil {
		return "", fmt.Errorf("make a case id at %s: %w", now, err)
	}
	c := ledger.Opened(id, key, l)
	payload, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	n, err := t.next()
	if err != nil {
		return "", err
	}
	head, err := t.append(ledger.Link{
		Chain: c.ID, At: now, State: c.State, Due: now, Payload: ledger.Sum(payload), Notes: []string{"opened: " + l.Title},
		Wrote: []ledger.Wrote{
			{What: ledger.WroteMessage, Key: messageKey(c.ID, key), Sum: ledger.Present},
			{What: ledger.WroteTaken, Key: messageKey(c.ID, key), Sum: ledger.Present},
		},
	})
	if err != nil {
		return "", err
	}
	_, err = t.exec(openCase, n, c.ID, c.Schema, c.Playbook, c.Root.Account, c.State, ledger.RootKey(c.Playbook, c.Root), payload,
		nanos(now), nanos(now), head)
	if err != nil {
		return "", err
	}
	_, err = t.exec(addKey, key, c.ID, n)
	return c.ID, err
}

// newID makes ids until one is free: entropy that repeats itself after a restart must not stop an admission.
func (s *Store) newID(t *tx, now time.Time) (string, error) {
	for {
		u, err := ulid.New(ulid.Timestamp(now), s.ids)
		if err != nil {
			return "", err
		}
		id, taken := "c_"+strings.ToLower(u.String()), false
		if err := t.row(hasCase, id).Scan(&taken); err != nil || !taken {
			return id, err
		}
	}
}

func messageKey(caseID, key string) string { return caseID + " " + key }

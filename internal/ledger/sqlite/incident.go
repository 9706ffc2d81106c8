package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	tracesOf = `SELECT who, incident, last FROM traces WHERE who IN (SELECT value FROM json_each(?))`
	setTrace = `INSERT INTO traces (who, incident, last) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET incident = excluded.incident, last = excluded.last`
	// A trace that is written makes room for itself.
	dropTraces = `DELETE FROM traces WHERE who IN (SELECT who FROM traces WHERE last < ? ORDER BY last LIMIT 2)`
	addMember  = `INSERT INTO incident_cases (incident, case_id) VALUES (?, ?) ON CONFLICT DO NOTHING`
)

// Relate puts a case into its actor's incident; see ledger.Incidents.
func (s *Store) Relate(ctx context.Context, now time.Time, caseID string, actors []string) (incident string, err error) {
	err = s.changeSoon(ctx, func(t *tx) error {
		var write []string
		if incident, write, err = t.incidentOf(now, caseID, actors); err != nil {
			return err
		}
		return t.relate(now, caseID, incident, write)
	})
	return incident, err
}

// incidentOf decides the incident of a case, and says whose traces are to be written.
func (t *tx) incidentOf(now time.Time, caseID string, actors []string) (incident string, write []string, err error) {
	if len(actors) == 0 {
		return "", nil, nil
	}
	names, err := json.Marshal(actors)
	if err != nil {
		return "", nil, err
	}
	known := map[string]ledger.Trace{}
	err = t.rows(func(r *sql.Rows) error {
		var who string
		var trace ledger.Trace
		var last sql.NullInt64
		err := r.Scan(&who, &trace.Incident, &last)
		trace.Last = moment(last)
		known[who] = trace
		return err
	}, tracesOf, string(names))
	incident, write = ledger.IncidentOf(caseID, now, actors, known)
	return incident, write, err
}

// relate writes down that a case is of an incident.
func (t *tx) relate(now time.Time, caseID, incident string, write []string) error {
	if incident == "" {
		return nil
	}
	for _, who := range write {
		if _, err := t.exec(setTrace, who, incident, now.UnixNano()); err != nil {
			return err
		}
		if _, err := t.exec(dropTraces, now.Add(-ledger.TraceKept).UnixNano()); err != nil {
			return err
		}
	}
	_, err := t.exec(addMember, incident, caseID)
	return err
}

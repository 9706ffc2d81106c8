package ledger

import (
	"context"
	"slices"
	"time"
)

// An incident is the cases of one actor, and of those that it acts for, of which each was opened within IncidentGap of the one
// before. It is told and counted as one, and nothing else is decided by it: who makes another's case part of its own incident
// gains nothing. Its id is that of the case that began it.
const (
	IncidentGap = time.Hour
	// traceAge is how old a trace may be where a case follows it: it is not written anew for every case, so that the gap is that
	// much shorter at times.
	traceAge = 10 * time.Minute
	// TraceKept is how long a trace is of use, with room for clocks that differ.
	TraceKept = 24 * time.Hour
)

// Incidents relate cases.
type Incidents interface {
	// Relate returns the incident of a case whose caller became known after it was opened (what a service tells of names none),
	// and makes the case one of its own. Asked again, it is the same. Of a suspect with Actors, Admit does so as it opens the case.
	Relate(ctx context.Context, now time.Time, caseID string, actors []string) (incident string, err error)
}

// Trace is what is known of an actor's last incident: when its last case was opened, to within some minutes.
type Trace struct {
	Incident string    `json:"incident"`
	Last     time.Time `json:"last"`
}

// goes reports whether a case that is opened now is of the trace's incident. A time that is far ahead is a wrong clock's.
func (t Trace) goes(now time.Time) bool { return now.Sub(t.Last).Abs() <= IncidentGap }

// Fresh reports whether a trace need not be written anew.
func (t Trace) Fresh(now time.Time) bool { return now.Sub(t.Last).Abs() <= traceAge }

// IncidentOf decides which incident a case that is opened now is of, once and for ever. Of the actors' names the first that has
// an incident going says which: the actor's own before those that it acts for. Write are the names whose traces are to be written.
func IncidentOf(caseID string, now time.Time, actors []string, known map[string]Trace) (incident string, write []string) {
	if len(actors) == 0 {
		return "", nil
	}
	incident = caseID
	if i := slices.IndexFunc(actors, func(name string) bool { return known[name].goes(now) }); i >= 0 {
		incident = known[actors[i]].Incident
	}
	for _, name := range actors {
		if t := known[name]; !t.goes(now) || t.Incident == incident && !t.Fresh(now) {
			write = append(write, name)
		}
	}
	return incident, write
}

package ledger

import "time"

// Question is what must be known about one step before it is judged.
type Question struct {
	At        time.Time
	Playbook  string
	Root      string    // event.Resource.String
	Account   string    // that the root is in
	Actor     string    // unique id of the principal behind it, "" where none is known
	RequestID string    // of the call behind the step, "" where there is none
	Buckets   []string  // the limits that it would take a place in
	Incident  string    // as which
	Since     time.Time // incidents before then don't count
}

// Facts answer a Question.
type Facts struct {
	Brakes     []Brake     // all that are on, by scope
	Own        bool        // a change of riposte's had this request id
	Exceptions []Exception // of this playbook, and of this root, account or actor, still in force, the first to end first
	Incidents  []int       // in each bucket, beside this one; may stop counting at 1,000
}

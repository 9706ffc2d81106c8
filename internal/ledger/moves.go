package ledger

import "slices"

// moves is the life of a case. A state that is missing on the left has no way on; staying is always allowed.
func moves(from State) []State {
	switch from {
	case "":
		return []State{Suspected}
	case Suspected:
		return []State{Dismissed, Observed, Asked, Held, Excepted, Superseded, Acting, Contained, Failed, Undoing}
	case Asked, Held:
		return []State{Asked, Held, Dismissed, Observed, Excepted, Superseded, Acting, Contained, Failed, Undoing, Undone, Expired}
	case Acting, Contained:
		// Nothing may be left of what was begun: an intent was withdrawn, or an actor with the right to took it back.
		return []State{Acting, Contained, Asked, Held, Verified, Failed, Undoing, Undone, Observed, Excepted, Superseded, Dismissed, Expired}
	case Verified:
		return []State{Contained, Undoing} // contained again: it was undone later
	case Failed:
		return []State{Contained, Undoing} // contained again: what could be done was undone later
	case Undoing:
		return []State{Undone, Failed}
	case Dismissed, Observed, Excepted, Superseded, Expired:
		return []State{Undoing} // of what was contained, undone by a caller, and not answered again, something may be left
	}
	return nil
}

// Returnable reports whether a case can be taken back: where something was changed or, before that, where it is open.
func (c *Case) Returnable() bool {
	switch c.State {
	case Dismissed, Observed, Excepted, Superseded, Expired:
		return slices.ContainsFunc(c.Revisions, func(r Revision) bool {
			return r.Superseded == 0 && slices.ContainsFunc(r.Steps, func(s Step) bool { return len(s.Owned) > 0 })
		})
	}
	return May(c.State, Undoing)
}

// May reports whether a case may go from one state to another.
func May(from, to State) bool { return from == to || slices.Contains(moves(from), to) }

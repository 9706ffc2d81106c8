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
		// Nothing may be left of what was begun: an intent was withdrawn, or somebody who may took it back.
		return []State{Acting, Contained, Asked, Held, Verified, Failed, Undoing, Undone, Observed, Excepted, Superseded, Dismissed}
	case Verified:
		return []State{Contained, Undoing} // contained again: somebody undid it later
	case Failed:
		return []State{Contained, Undoing} // contained again: what could be done was undone later
	case Undoing:
		return []State{Undone, Failed}
	}
	return nil
}

// May reports whether a case may go from one state to another.
func May(from, to State) bool { return from == to || slices.Contains(moves(from), to) }

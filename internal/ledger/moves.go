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
		return []State{Asked, Held, Dismissed, Observed, Excepted, Superseded, Acting, Contained, Failed, Undoing, Expired}
	case Acting:
		return []State{Asked, Held, Contained, Failed, Undoing}
	case Contained:
		return []State{Acting, Asked, Held, Verified, Failed, Undoing}
	case Verified, Failed:
		return []State{Undoing}
	case Undoing:
		return []State{Undone}
	}
	return nil
}

// May reports whether a case may go from one state to another.
func May(from, to State) bool { return from == to || slices.Contains(moves(from), to) }

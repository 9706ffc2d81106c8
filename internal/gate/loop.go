package gate

// loop excepts what riposte did itself: its own revert would otherwise be found and undone again. Only a request id from
// the ledger proves it. A call by riposte's role without that proof, or by a role that only has its name, is another's:
// people are told, and the case goes on.
func loop(p Policy, f Facts) (Verdict, bool) {
	if f.OwnRequest {
		return object(Except, "loop", "riposte made this change itself")
	}
	if f.Namesake {
		return Verdict{Page: "a role with the name of one of riposte's, which does not let riposte in, made this call: " + f.Actor.ARN}, false
	}
	if p.Own(f.Actor) {
		return Verdict{Page: "riposte's role made a call that riposte did not: " + f.Actor.ARN}, false
	}
	return pass()
}

package gate

// approval waits for a person where the plan itself wants one, whatever the mode.
func approval(_ Policy, f Facts) (Verdict, bool) {
	if f.Ask == "" || f.Approved {
		return pass()
	}
	return object(Ask, "approval", f.Ask)
}

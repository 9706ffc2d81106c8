package gate

import "slices"

// region keeps riposte to the regions that the configuration names, where it names any: elsewhere it watches at most. Attackers
// go to unwatched regions, so people are told of what would have been answered. What is in no region is answered
// wherever it was called.
func region(p Policy, f Facts) (Verdict, bool) {
	if len(p.Regions) == 0 || f.Region == "" || slices.Contains(p.Regions, f.Region) {
		return pass()
	}
	if d, _ := p.Mode(f.Playbook, f.Target.Account, f.Class); d != Act && d != Ask {
		return pass() // mode says why
	}
	text := f.Region + " is not among organization.regions"
	return Verdict{Do: Observe, Rule: "region", Text: text, Page: "observed and not answered: " + text, Said: "organization.regions"}, true
}

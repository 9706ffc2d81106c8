package ledger

import "slices"

// Found is what a case is about, as it stands: what the revisions that count were made for, and the suspects that are still
// to be looked at.
func (c *Case) Found() (of []string) {
	for _, r := range c.Revisions {
		if r.Superseded == 0 {
			of = append(of, r.Found...)
		}
	}
	for _, l := range c.Suspects {
		if l.Checked == "" {
			of = append(of, l.Found...)
		}
	}
	slices.Sort(of)
	return slices.Compact(of)
}

// Covers reports whether a finding is nothing else than what the exception was made of.
func (x Exception) Covers(found []string) bool {
	return len(found) > 0 && !slices.ContainsFunc(found, func(f string) bool { return !slices.Contains(x.Found, f) })
}

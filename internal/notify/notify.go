// Package notify is what notifiers have in common, which tell people and programs about cases; each is a package below.
package notify

import "github.com/ripostehq/riposte/internal/ledger"

// Worth reports whether a case is to be told of: a suspect that was looked at and not confirmed is not, unless
// something was told before.
func Worth(c *ledger.Case) bool {
	if len(c.Revisions) > 0 || c.Report.Sent > 0 {
		return true
	}
	return c.State != ledger.Suspected && c.State != ledger.Dismissed && c.State != ledger.Superseded
}

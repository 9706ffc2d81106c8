package gate

import (
	"fmt"
	"strings"
	"time"
)

// exception lets somebody do what the playbook finds: for a while, because a person took the answer to that very finding
// back, or for good, because the configuration trusts that automation. Something else where a person has just said that all
// is well is answered, and people are told.
func exception(p Policy, f Facts) (Verdict, bool) {
	var page string
	for _, x := range f.Exceptions {
		switch {
		case !f.Now.Before(x.Until):
		case !x.Covers(f.Found):
			page = fmt.Sprintf("something else than what case %s was taken back for: %s", x.Case, strings.Join(f.Found, ", "))
		default:
			return object(Except, "exception", fmt.Sprintf("%s, by %s, until %s", x.Reason, x.By, x.Until.UTC().Format(time.RFC3339)))
		}
	}
	if t, ok := p.trusted(f.Playbook, f.Actor); ok {
		return object(Except, "exception", t.Issuer+" is trusted automation")
	}
	return Verdict{Page: page}, false
}

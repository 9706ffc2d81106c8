package gate

import (
	"fmt"
	"time"
)

// exception lets somebody do what the playbook finds: for a while, because a person took an answer back, or for good,
// because the configuration trusts that automation.
func exception(p Policy, f Facts) (Verdict, bool) {
	for _, x := range f.Exceptions {
		if f.Now.Before(x.Until) {
			return object(Except, "exception", fmt.Sprintf("%s, by %s, until %s", x.Reason, x.By, x.Until.UTC().Format(time.RFC3339)))
		}
	}
	if t, ok := p.trusted(f.Playbook, f.Actor); ok {
		return object(Except, "exception", t.Issuer+" is trusted automation")
	}
	return pass()
}

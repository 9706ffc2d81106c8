package gate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// exception lets an actor do what the playbook finds: for a while, because a person took the answer to that very finding
// back, or for good, because the configuration trusts that automation. Something else where a person has just said that all
// is well is answered, and people are told; so they are where automation is trusted by a name that another may have taken.
func exception(p Policy, f Facts) (Verdict, bool) {
	var page string
	for _, x := range f.Exceptions {
		switch {
		case !f.Now.Before(x.Until):
		case !x.Covers(f.Found):
			page = fmt.Sprintf("something else than what case %s was taken back or let be for: %s", x.Case, strings.Join(f.Found, ", "))
		default:
			return object(Except, "exception", fmt.Sprintf("%s, by %s, until %s", x.Reason, x.By, x.Until.UTC().Format(time.RFC3339)))
		}
	}
	if f.Noticed && !f.Approved && slices.ContainsFunc(p.Trusted, func(t Trust) bool { return t.covers(f.Playbook) }) {
		// Nothing is done to it before its record shows whose it is. Where none comes, trust is not assumed, nor its lack.
		if f.Now.Before(f.Occurred.Add(RecordDue)) {
			return object(Hold, "exception", "automation is trusted to do this, and the record that names the caller has not come yet")
		}
		return object(Ask, "exception", "automation is trusted to do this, and no record came that names the caller")
	}
	r := p.trusted(f.Playbook, f.Actor)
	if r.vouched() {
		return Verdict{Do: Except, Rule: "exception", Text: r.ARN + " is trusted automation", Page: r.doubt("trusted"), Said: r.Said}, true
	}
	return Verdict{Page: cmp.Or(r.doubt("trusted"), page)}, false
}

// RecordDue is how long after a service's notice CloudTrail's record of the call is waited for, which names the caller: AWS
// delivers within some minutes. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html
const RecordDue = 15 * time.Minute

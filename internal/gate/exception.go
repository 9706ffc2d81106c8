package gate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// exception lets an actor do what the playbook finds: for a while, because a person took the answer to that very finding
// back, or for good, because the configuration trusts that automation. Something else where a person has just said that all
// is well is answered, and people are told; so they are where automation is trusted by a name that another may have taken.
func exception(p Policy, f Facts) (Verdict, bool) {
	var page string
	for _, x := range f.Exceptions {
		void := p.void(x, f)
		switch {
		case !f.Now.Before(x.Until):
		case void != "":
			page = fmt.Sprintf("exception %s by %s does not count: %s", x.ID(), x.By, void)
		case !x.Covers(f.Found) && x.Wide(): // it was never meant to be of all that is found there
		case !x.Covers(f.Found):
			page = fmt.Sprintf("something else than what %s: %s", x.From(), strings.Join(f.Found, ", "))
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

// void says why an exception does not count for a step: its giver may not let that very step be, or not any more. Of one that was given alone nobody
// asked that when it was written: whoever can write the ledger could write it. One from a case was judged by what that case planned: where the same
// finding now takes more, its giver has to have a word in that. Those that an older riposte wrote do not say who gave them, and count.
func (p Policy) void(x ledger.Exception, f Facts) string {
	switch o := x.Order; {
	case o == nil && x.Case == "":
		return "it says neither who gave it, nor from which case it comes"
	case o == nil:
		return ""
	case x.Until.After(o.At.Add(o.Except)) || x.Any != o.Any || x.By != o.By || o.Verb != ledger.Except && !(o.Verb == ledger.Undo && x.Case != ""):
		return "it is not the one that was ordered"
	case p.Decoys.Has(f.Actor):
		return "a decoy's credentials called"
	}
	if x.Case != "" {
		s := f.About
		s.Deeds = []Deed{{f.Class, f.Target.Account}}
		return p.MayOrder(*x.Order, s)
	}
	actors := []string{p.Approval.People.AddressOf(f.Actor), p.Approval.People.Address(f.Actor.SourceIdentity)}
	deed := Deed{f.Class, f.Target.Account}
	return p.MayOrder(*x.Order, Standing{Never: p.never(f.Playbook), Deeds: []Deed{deed}, Actors: actors, Known: true, Wide: x.Wide()})
}

// RecordDue is how long after a service's notice CloudTrail's record of the call is waited for, which names the caller: AWS
// delivers within some minutes. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html
const RecordDue = 15 * time.Minute

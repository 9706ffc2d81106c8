package engine

import (
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// except lets be what the case found, for a while, as the person knew it. What was not begun is judged anew right after, and let be where
// the exception covers it; what was done stays, and so does what joined since.
func (ib *inbox) except(t *attempt, o ledger.Order) {
	found := o.Found
	if len(found) == 0 {
		found = t.c.Found()
	}
	switch {
	case t.c.Undo != nil:
		t.note("exception by %s is void: the case is being taken back", by(o))
		return
	case o.Except <= 0:
		t.note("exception by %s is void: it does not say for how long", by(o))
		return
	case len(found) == 0:
		t.note("exception by %s is void: nothing was found that it could be of", by(o))
		return
	}
	x := t.c.Exception(o, t.Now(), o.Except, found, "case "+t.c.ID+" was let be"+because(o.Reason))
	t.c.Grant(x)
	t.c.Reminds(t.Now())
	t.w.Exceptions, t.letBe = append(t.w.Exceptions, x), true
	t.note("let be until %s, says %s: %s", x.Until.UTC().Format(time.RFC3339), by(o), strings.Join(found, ", "))
}

// revoke ends an exception that came from the case: the next finding is answered.
func (ib *inbox) revoke(t *attempt, o ledger.Order) {
	for _, x := range t.c.Excepts(t.Now()) {
		if x.ID() != o.Ends {
			continue
		}
		t.c.Revoke(x.ID())
		t.w.Revoked, t.letBe = append(t.w.Revoked, x), true
		t.note("the exception of %s ends, says %s%s", strings.Join(x.Found, ", "), by(o), because(o.Reason))
		return
	}
	t.note("the end of an exception by %s is void: none of that name is in force", by(o))
}

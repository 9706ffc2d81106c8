package engine

import (
	"context"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// atRest reports whether the case is closed over a containment that stands.
func (t *attempt) atRest() bool {
	return t.c.State == ledger.Verified || t.c.State == ledger.Failed && t.c.GivenUp == ""
}

// secondLook is for a case at rest of which a call was seen that could have undone it, and the first look found nothing: IAM
// may have shown what was so before. However many calls there are, there is one second look.
func (vf *verifier) secondLook(ctx context.Context, t *attempt) error {
	if !t.atRest() || t.c.Undo != nil || t.c.Recheck.IsZero() || t.c.Recheck.After(t.Now()) {
		return nil
	}
	t.c.Recheck = time.Time{}
	for r := range t.live() {
		if !made(r.step.State) || r.marks() {
			continue
		}
		a := r.rung().Do
		look, err := vf.look.once(ctx, t, a)
		switch {
		case err != nil:
			t.c.Recheck = t.Now().Add(t.Timing.Second)
			t.note("error: second look at %s: %v", r, err)
		case !look.Satisfied && look.Missing == "":
			t.takeUp()
			t.c.Recheck, r.step.Looked = t.Now(), false
			on := sharedBy(a.About())
			if on == "" {
				return nil
			}
			by := t.c.Origin
			by.Place = a.About().Target.Place()
			return vf.watch.spread(ctx, t, ledger.Sighting{Effect: key(a), Call: "a second look", Shared: on, By: by}) // the others' effects stand on it too
		}
	}
	return nil
}

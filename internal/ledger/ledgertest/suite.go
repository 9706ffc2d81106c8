package ledgertest

import (
	"testing"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Run tells every story to a store of its own; open gives an empty one, and closes it when the test ends.
func Run(t *testing.T, open func(t *testing.T) ledger.Store) { Suite{Lives: 100}.Run(t, open) }

// Suite is Run for a store whose every call takes long.
type Suite struct {
	Lives int // how many lives are drawn at random, on a store each
}

// Run is the function Run with so many lives.
func (suite Suite) Run(t *testing.T, open func(t *testing.T) ledger.Store) {
	for _, story := range []struct {
		name string
		tell func(*stage)
	}{
		{"a lead opens a case, a second joins it, a copy is dropped", leads},
		{"one root in two places is two cases", places},
		{"a batch is admitted in order", batch},
		{"a closed case does not take new leads, and still knows its old ones", closed},
		{"two replicas claim, one gets the case", rivals},
		{"a lease ends and another replica takes over", takeover},
		{"a case is opened for any worker", inHand},
		{"what is opened for a holder can be released", releasedOpening},
		{"a case is given back", yielded},
		{"the urgent go first", urgent},
		{"of the urgent the severe go first, and what is noisy behind", severe},
		{"what sweeps bring goes after what events do", tidying},
		{"an event's suspect makes a sweep's case urgent", tidyingAttacked},
		{"a clock that is wrong keeps no worker from a case", astray},
		{"attempts are counted until something is committed", attempts},
		{"next says when to come back", next},
		{"another worker committed first", stale},
		{"an open case is never left without a due time", timeless},
		{"a case of a newer riposte is left alone", newer},
		{"a message comes in while the case closes", race},
		{"messages are taken in order and never twice", inbox},
		{"a flood of one sort of message keeps no other waiting", classes},
		{"what people were told is taken in time", lazy},
		{"of many reasons to look one is kept", coalesced},
		{"a full class keeps nothing else out", crowded},
		{"a closed case commits what it has taken", kept},
		{"a lead that waits keeps its case due", waits},
		{"an order wakes a closed case", reopened},
		{"an effect is shared and goes with its last holder", effects},
		{"an effect goes and comes back", comeback},
		{"two cases change one effect at once", clash},
		{"a refused commit leaves nothing behind", atomic},
		{"a limit holds against many at once", limit},
		{"an incident takes one place, and only for a while", window},
		{"a change is riposte's own by its request id", own},
		{"brakes go on and off", brakes},
		{"a released brake wakes what it held", released},
		{"a replica that serves says so", roll},
		{"an exception ends", exceptions},
		{"an exception is listed, and revoked", revoked},
		{"an exception is given alone, and revoked", alone},
		{"a gate is answered in one go", facts},
		{"what was observed is recalled as of a moment", recalled},
		{"what an actor did is counted once", counted},
		{"a count of very many ends", countedCrowd},
		{"cases of one actor are one incident", incidents},
		{"what was looked up of an actor is kept with the case", lookedUp},
		{"lines of one matter are one letter", letters},
		{"a letter of a thousand cases", letterCrowd},
		{"the urgent letters go first", letterOrder},
		{"a letter's lease ends and another replica takes over", letterLeases},
		{"a clock that is wrong keeps no letter from anybody", letterAstray},
		{"lines come while a letter is written", letterMeanwhile},
		{"a letter is rejected", letterRejected},
		{"replicas race for letters", letterRace},
		{"a letter is posted for a desk", letterInHand},
		{"a letter is saved and its case told in one go", letterTells},
		{"letters are listed by what they are", letterList},
		{"a case is found by the beginning of its id", find},
		{"cases are listed by what they are", list},
		{"pages stay in place while cases are written", pages},
		{"a page of what is rare", rarePages},
		{"a mark tells whether to read again", marks},
		{"the history tells what happened", history},
		{"checkpoints seal what was", checkpoints},
	} {
		t.Run(story.name, func(t *testing.T) { story.tell(&stage{t, open(t), Start()}) })
	}
	t.Run("whatever sweeps bring, events go first", func(t *testing.T) { suite.tidyings(t, open) })
	t.Run("any life of the ledger", func(t *testing.T) { suite.lives(t, open) })
}

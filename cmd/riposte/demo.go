package main

import (
	"context"
	"errors"
	"time"
)

type demoVerb struct {
	Ledger        string        `placeholder:"FILE" help:"Keep the ledger, and the world beside it in FILE.world: undo, approve, halt and the next demo go on from there. Default: in memory."`
	Attack        []string      `placeholder:"NAME" help:"Only these attacks."`
	DeliveryDelay time.Duration `default:"5s" placeholder:"5s" help:"How long CloudTrail takes to deliver, in world time: 40s was measured in 2016."`
	Exit          bool          `help:"End when all is done, whatever comes to be served later."`
}

func (demoVerb) Help() string {
	return `An AWS that lives in memory, behind the SDK's real clients; attackers who make their own calls; and the riposte that a
deployment would run, which sees of them only what CloudTrail delivers. World time is fast-forwarded. Exit code 0 only if
every case that should act was contained and verified.

Examples:

  riposte demo
  riposte demo --delivery-delay 40s
  riposte demo --ledger demo.db --format json`
}

// Run plays the demo.
func (v demoVerb) Run(_ context.Context, _ *shell) error {
	if v.DeliveryDelay < 0 {
		return wrongUsage("--delivery-delay can't be negative")
	}
	return errors.New("the demo is not wired yet")
}

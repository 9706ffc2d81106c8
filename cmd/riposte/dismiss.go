package main

import (
	"context"

	"github.com/ripostehq/riposte/internal/ledger"
)

type dismissVerb struct{ orderFlags }

func (dismissVerb) Help() string {
	return `Nothing that has not begun is done. What was done already stays: take it back with undo.

Example:

  riposte dismiss c_01jd --reason "planned maintenance"`
}

// Run lets go of what the case wants.
func (v dismissVerb) Run(ctx context.Context, sh *shell) error {
	r, err := v.serve(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	c, err := r.one(ctx, v.ID)
	if err != nil {
		return err
	}
	return sh.give(ctx, r, c, v.order(sh, r, ledger.Dismiss))
}

package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/internal/ledger"
)

type releaseVerb struct {
	ledgerFlag
	Scope string `arg:"" optional:"" default:"all" help:"The scope that was halted."`
}

// Run takes a brake off.
func (v releaseVerb) Run(ctx context.Context, sh *shell) error {
	r, err := v.serve(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	was, err := r.Release(ctx, r.now(sh), v.Scope, sh.user)
	if err != nil {
		return fmt.Errorf("release %s: %w", v.Scope, err)
	}
	left, err := r.Brakes(ctx)
	if err != nil {
		return fmt.Errorf("read the brakes: %w", err)
	}
	if !was {
		return fmt.Errorf("%s was not halted; halted: %s", v.Scope, cmp.Or(strings.Join(scopes(left), ", "), "nothing"))
	}
	if sh.json() {
		sh.object(map[string]any{"released": v.Scope, "halted": scopes(left)})
		return sh.carryOn(ctx, r)
	}
	if len(left) > 0 {
		sh.remark("still halted: %s", strings.Join(scopes(left), ", "))
	}
	sh.line("released: %s", v.Scope)
	return sh.carryOn(ctx, r)
}

func scopes(brakes []ledger.Brake) []string {
	out := []string{}
	for _, b := range brakes {
		out = append(out, b.Scope)
	}
	return out
}

package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/show"
)

type effectsVerb struct {
	ledgerFlag
	Account string `placeholder:"ID" help:"Only what stands in this account."`
}

// Run lists what stands in the accounts.
func (v effectsVerb) Run(ctx context.Context, sh *shell) error {
	r, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := sh.brakes(ctx, r); err != nil {
		return err
	}
	all, err := r.standing(ctx, sh)
	if err != nil {
		return err
	}
	if v.Account != "" {
		all = slices.DeleteFunc(all, func(f show.Effect) bool { return f.Account != v.Account })
	}
	if sh.json() {
		for _, f := range all {
			sh.object(f)
		}
		return nil
	}
	for _, f := range all {
		sh.effect(f)
	}
	if len(all) == 0 {
		sh.line("nothing stands")
		return nil
	}
	sh.line("\n%s; riposte undo --all takes back what stands in all accounts", stand(len(all)))
	return nil
}

func stand(n int) string {
	if n == 1 {
		return "1 effect stands"
	}
	return fmt.Sprintf("%d effects stand", n)
}

// standing are the effects that stand, by account and age.
func (r record) standing(ctx context.Context, sh *shell) ([]show.Effect, error) {
	found, err := r.Effects(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what stands: %w", err)
	}
	of := map[string]*ledger.Case{}
	var all []show.Effect
	for _, f := range found {
		for _, id := range f.Owners {
			if _, known := of[id]; known {
				continue
			}
			c, err := r.Load(ctx, id)
			if err != nil && !errors.Is(err, ledger.ErrNotFound) {
				return nil, fmt.Errorf("read case %q, which something stands for: %w", id, err)
			}
			of[id] = c
		}
		one, err := show.EffectOf(f, r.codec, of)
		if errors.Is(err, action.ErrNewer) {
			sh.remark("left out: %s", err)
			continue
		}
		if err != nil {
			return nil, err
		}
		a, _ := r.config.Account(one.Account)
		one.AccountName = a.Name
		all = append(all, one)
	}
	slices.SortStableFunc(all, func(a, b show.Effect) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), a.Since.Compare(b.Since))
	})
	return all, nil
}

// effect prints one: what and where, since when, for which case, and how it goes.
func (sh *shell) effect(f show.Effect) {
	sh.line("%s on %s", f.Kind, f.Target)
	if f.Hits != f.Target {
		sh.line("  hits     %s", f.Hits)
	}
	where := f.Account
	if f.AccountName != "" {
		where += " (" + f.AccountName + ")"
	}
	if f.Region != "" {
		where += ", " + f.Region
	}
	sh.line("  in       %s", where)
	if !f.Since.IsZero() {
		sh.line("  since    %s", f.Since.Format(time.DateTime+" MST"))
	}
	for _, h := range f.Holders {
		if h.State == "" {
			sh.line("  for      %s, which is not in the ledger", h.Case)
			continue
		}
		by := ""
		if h.Actor != "" {
			by = ", by " + short(h.Actor)
		}
		sh.line("  for      %s  %s, %s%s", h.Case, h.Playbook, h.State, by)
	}
	if len(f.Back) == 0 {
		sh.line("  back     it was so before riposte came, and stays so")
		return
	}
	var undo []string
	for _, h := range f.Holders {
		undo = append(undo, h.Undo)
	}
	sh.line("  back     %s: %s", strings.Join(f.Back, ", "), strings.Join(undo, "; "))
}

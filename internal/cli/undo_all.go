package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/decoy"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/show"
)

// leaving is what is to be known of a ledger before all is taken back. The JSON names are stable: scripts rely on them.
type leaving struct {
	Back   []show.Case `json:"back"`   // cases to be taken back, newest first
	Stays  []remains   `json:"stays"`  // what no undo takes back
	Open   []string    `json:"open"`   // other cases that have not ended: riposte may change something for them
	Decoys []string    `json:"decoys"` // that stand, by the name that riposte decoy remove takes

	orders  map[string]*ledger.Case // as they were when they were listed
	refused int                     // cases that somebody else has to take back
}

// remains is something that stays, and why.
type remains struct {
	Case string `json:"case"`
	What string `json:"what"`
	Why  string `json:"why"`
}

// all takes back every case that can be: lists them first, and says what stays whatever is ordered.
func (v undoVerb) all(ctx context.Context, sh *shell) error {
	r, err := v.serve(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := sh.brakes(ctx, r); err != nil {
		return err
	}
	l, err := v.leaving(ctx, sh, r)
	if err != nil {
		return err
	}
	if sh.leave(l); sh.unprinted != nil {
		return sh.unprinted
	}
	if len(l.Back) > 0 {
		sh.remark("each of them gets an exception: the same finding is let be for %s, unless riposte undo says --except", config.Span(cmp.Or(time.Duration(v.Except), engine.ExceptFor)).String())
	}
	switch {
	case len(l.Back) == 0 && l.refused > 0:
		return fmt.Errorf("%s can't take back %s", sh.user, counted(l.refused, "case"))
	case len(l.Back) == 0:
		return nil
	case !v.Yes && (!sh.asks || sh.json()):
		sh.remark("nothing was ordered: riposte undo --all --yes does it")
		return silent(exitUsage)
	case !v.Yes:
		sh.remark("Type yes to take back %s:", counted(len(l.Back), "case"))
		line, _ := bufio.NewReader(sh.in).ReadString('\n') // what ends too early is no yes
		if strings.TrimSpace(line) != "yes" {
			return fmt.Errorf("nothing was taken back")
		}
	}
	return v.takeBack(ctx, sh, r, l)
}

// takeBack gives the orders, waits for them, and says what stands still.
func (v undoVerb) takeBack(ctx context.Context, sh *shell, r record, l leaving) error {
	failed := v.orderAll(ctx, sh, r, &l)
	if len(l.Back) == 0 {
		return failed
	}
	if err := sh.carryOn(ctx, r); err != nil {
		return errors.Join(failed, err)
	}
	return errors.Join(failed, v.await(ctx, sh, r, l))
}

// orderAll gives the orders, and leaves in the list what was ordered, or is being taken back already: one that fails keeps no other.
func (v undoVerb) orderAll(ctx context.Context, sh *shell, r record, l *leaving) error {
	all := len(l.Back)
	l.Back = slices.DeleteFunc(l.Back, func(one show.Case) bool {
		c, err := app.Order(ctx, r, one.Case, v.undo(sh, r, l.orders[one.Case]))
		if err == nil || c != nil && c.Undo != nil {
			return false
		}
		sh.remark("%s was not ordered to be taken back: %v", one.Case, err)
		return true
	})
	if n := all - len(l.Back); n > 0 {
		return fmt.Errorf("%d of %s not ordered to be taken back", n, counted(all, "case"))
	}
	return nil
}

// await waits for what was ordered, as long as was said.
func (v undoVerb) await(ctx context.Context, sh *shell, r record, l leaving) error {
	most := v.patience(sh, r)
	if most == 0 && r.stage == nil {
		sh.remark("ordered for %s: riposte effects shows what stands still", counted(len(l.Back), "case"))
		return nil
	}
	for end := sh.now().Add(most); most > 0 && sh.now().Before(end); {
		if waits, err := r.waits(ctx, l); err != nil || !waits {
			most = 0
			if err != nil {
				return err
			}
			continue
		}
		if err := pause(ctx, listening); err != nil {
			return err
		}
	}
	return v.outcome(ctx, sh, r, l)
}

// waits reports whether a case is not taken back yet.
func (r record) waits(ctx context.Context, l leaving) (bool, error) {
	for _, one := range l.Back {
		c, err := r.Load(ctx, one.Case)
		if err != nil {
			return false, fmt.Errorf("read case %q: %w", one.Case, err)
		}
		if c.Version == l.orders[c.ID].Version || c.State == ledger.Undoing {
			return true, nil
		}
	}
	return false, nil
}

// outcome prints what became of each case. It fails where something stands that was to go.
func (v undoVerb) outcome(ctx context.Context, sh *shell, r record, l leaving) error {
	undone := 0
	for _, one := range l.Back {
		c, err := r.Load(ctx, one.Case)
		if err != nil {
			return fmt.Errorf("read case %q: %w", one.Case, err)
		}
		now, err := r.shown(c)
		if err != nil {
			return err
		}
		if now.State == ledger.Undone {
			undone++
		}
		if sh.json() {
			sh.object(now)
			continue
		}
		sh.line("%s is %s", now.Case, string(now.State))
	}
	left, err := r.standing(ctx, sh)
	if err != nil {
		return err
	}
	if undone == len(l.Back) && len(left) == 0 {
		sh.remark("all of it was taken back: nothing stands")
		return nil
	}
	return fmt.Errorf("%d of %s taken back so far, and %s: riposte effects shows it", undone, counted(len(l.Back), "case"), stand(len(left)))
}

// leaving reads the whole ledger: the newest first, since what came later may stand on what came before.
func (v undoVerb) leaving(ctx context.Context, sh *shell, r record) (leaving, error) {
	l := leaving{Back: []show.Case{}, Stays: []remains{}, Open: []string{}, Decoys: []string{}, orders: map[string]*ledger.Case{}}
	for c, err := range ledger.Newest(ctx, r, ledger.Filter{}, aPage) {
		if err != nil {
			return l, fmt.Errorf("read the cases: %w", err)
		}
		one, err := r.shown(c)
		if errors.Is(err, action.ErrNewer) {
			l.Stays = append(l.Stays, remains{c.ID, "what it did", "a newer riposte did it: undo it with that one"})
			continue
		}
		if err != nil {
			return l, err
		}
		for _, a := range one.Actions {
			if a.Final != "" {
				l.Stays = append(l.Stays, remains{c.ID, a.Kind + " on " + a.Target, a.Final})
			}
		}
		if !one.Undo.Possible {
			if c.State.Open() && c.Undo == nil {
				l.Open = append(l.Open, c.ID)
			}
			continue
		}
		why, err := app.MayOrder(r.config, r.codec, c, v.undo(sh, r, c))
		switch {
		case err != nil:
			return l, err
		case why != "":
			l.refused++
			l.Stays = append(l.Stays, remains{c.ID, "what it did", sh.user + " can't take it back: " + why})
		default:
			l.Back, l.orders[c.ID] = append(l.Back, one), c
		}
	}
	planted, err := decoy.Planted(ctx, r.Store)
	for _, d := range planted {
		if !d.Removed && (d.UserID != "" || d.Begun) {
			l.Decoys = append(l.Decoys, d.ID())
		}
	}
	return l, err
}

// leave prints it, before anything is ordered.
func (sh *shell) leave(l leaving) {
	if sh.json() {
		sh.object(map[string]leaving{"leaving": l})
		return
	}
	if len(l.Back) == 0 {
		sh.line("There is nothing to take back.")
	}
	for i, one := range l.Back {
		if i == 0 {
			sh.line("To be taken back, newest first:")
		}
		sh.line("  %s  %s  %s, %s", one.Case, one.Times.Occurred.Format(time.DateTime), one.Playbook, string(one.State))
		for _, a := range one.Actions {
			if a.Final == "" && slices.Contains([]string{"done", "already"}, a.Outcome) {
				sh.line("    %s on %s", a.Kind, a.Target)
			}
		}
	}
	for i, s := range l.Stays {
		if i == 0 {
			sh.line("Stays as it is:")
		}
		sh.line("  %s  %s: %s", s.Case, s.What, s.Why)
	}
	for i, d := range l.Decoys {
		if i == 0 {
			sh.line("Decoys, which are taken away one by one:")
		}
		sh.line("  riposte decoy remove %s", d)
	}
	if len(l.Open) > 0 {
		sh.line("Not ended, so that riposte may change something still: %s. Dismiss what asks, and let every playbook observe first.", strings.Join(l.Open, ", "))
	}
}

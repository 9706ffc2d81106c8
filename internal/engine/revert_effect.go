package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
)

// parts undoes an effect by the ways back that were stored with it, part by part: what others have changed since is
// left alone, and what is refused keeps nothing else from going back. It says what stays, and why; the ways back that were
// refused are kept with the effect.
func (rv *reverter) parts(ctx context.Context, t *attempt, r ref, f *ledger.Effect) (stays string, err error) {
	backs, left, err := rv.backs(ctx, t, r, f)
	if err != nil {
		return "", fmt.Errorf("look at %s before taking it back: %w", r, err)
	}
	var refused []action.Stored
	var parts []string
	if len(backs) > 0 {
		t.note("about to take back: %s", r)
		if err := t.commit(ctx); err != nil {
			return "", err
		}
	}
	for _, b := range backs {
		err := rv.do(ctx, t, r, b.do)
		if errors.Is(err, action.ErrCannot) {
			refused, parts = append(refused, b.stored), append(parts, action.Parts(b.do)...)
			left = append(left, "could not be taken back: "+err.Error())
			continue
		}
		if err != nil {
			return "", fmt.Errorf("take back %s: %w", r, err)
		}
	}
	slices.Reverse(refused) // oldest first
	f.Undos, f.Parts = refused, parts
	stays = strings.Join(left, "; ")
	if stays != "" && len(backs) > len(refused) {
		stays = "taken back, but for what stays: " + stays
	}
	return stays, nil
}

// back is a way back, as far as it is to be gone now.
type back struct {
	do     action.Action
	stored action.Stored
}

// backs compares the ways back of an effect with the present, the newest first.
func (rv *reverter) backs(ctx context.Context, t *attempt, r ref, f *ledger.Effect) (backs []back, left []string, err error) {
	did, err := rv.did(t, f)
	if err != nil {
		return nil, nil, err
	}
	for _, stored := range slices.Backward(f.Undos) {
		undo, err := rv.codec.Decode(stored)
		if err != nil {
			return nil, nil, err
		}
		b, err := action.LookBack(ctx, rv.aws.Reads(), undo, did)
		if err != nil {
			return nil, nil, err
		}
		if b.Gone != "" {
			return nil, []string{"gone: " + b.Gone}, nil
		}
		left = append(left, b.Stays...)
		if b.Do != nil {
			backs = append(backs, back{b.Do, stored})
		}
	}
	if len(backs)+len(left) == 0 {
		t.note("%s: nothing of it is left to take back", r)
	}
	return backs, left, nil
}

// did are the forms in which an effect was made: as it was wanted last, and as the plans of this case had it.
func (rv *reverter) did(t *attempt, f *ledger.Effect) ([]action.Action, error) {
	last, err := rv.codec.Decode(f.Action)
	if err != nil {
		return nil, err
	}
	all := []action.Action{last}
	for _, p := range t.plans {
		for _, s := range p.Steps {
			for _, rung := range s.Ladder {
				if key(rung.Do) == f.Key {
					all = append(all, rung.Do)
				}
			}
		}
	}
	return all, nil
}

// do makes one change back.
func (rv *reverter) do(ctx context.Context, t *attempt, r ref, undo action.Action) error {
	clear(t.looks)
	clear(t.known)
	traced, trace := access.WithTrace(ctx)
	limited, cancel := context.WithTimeout(traced, t.Timing.Call)
	defer cancel()
	err := undo.Do(limited, rv.aws.Writes(undo, nil, t.c.ID))
	t.Meter.Acted(undo.About().Kind.Name, err)
	t.w.Requests = append(t.w.Requests, trace.Requests()...)
	r.requested(trace.Requests())
	if err == nil {
		t.Log.Info("action reverted", "case", t.c.ID, "action", undo.About().Kind.Name, "target", undo.About().Target.String(), "requests", trace.Requests())
	}
	return err
}

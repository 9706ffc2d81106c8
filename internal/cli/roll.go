package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// How a halt waits for those that serve the ledger: a daemon reads brakes each second in a file, and every five in a table.
const (
	listening = 500 * time.Millisecond
	longest   = 30 // times: 15 s for those that were heard of lately
	briefFile = 5  // for any at all, whose clock may be another one
	briefRoll = 20
)

// roll is what those that serve a ledger say of a brake.
type roll struct {
	heeded  []ledger.Replica // have read it
	silent  []ledger.Replica // were heard of lately, and have not
	invoked []ledger.Replica // functions, which read it with their next tick, at the latest in a minute
}

// call waits until every replica has read the brake, or until it is clear that none will.
func (sh *shell) call(ctx context.Context, r record, b ledger.Brake) (roll, error) {
	brief := briefRoll
	if !strings.Contains(r.file, ":") {
		brief = briefFile
	}
	for n := 0; ; n++ {
		now, err := sh.hear(ctx, r.Store, b)
		answered := len(now.heeded) + len(now.invoked)
		if err != nil || len(now.silent) == 0 && (answered > 0 || n >= brief) || n >= longest {
			return now, err
		}
		if err := pause(ctx, listening); err != nil {
			return now, err
		}
	}
}

func (sh *shell) hear(ctx context.Context, s ledger.Roll, b ledger.Brake) (out roll, err error) {
	all, err := s.Replicas(ctx)
	if err != nil {
		return out, fmt.Errorf("read which replicas serve the ledger: %w", err)
	}
	for _, r := range all {
		switch {
		case r.Knows(b):
			out.heeded = append(out.heeded, r)
		case !r.Serves(sh.now()):
		case r.Function:
			out.invoked = append(out.invoked, r)
		default:
			out.silent = append(out.silent, r)
		}
	}
	return out, nil
}

// unheeded is why a halt can't be relied on; nil where every replica has read it, or will with its next tick.
func (x roll) unheeded(file string, b ledger.Brake) error {
	switch {
	case len(x.silent) > 0:
		return fmt.Errorf("the halt of %s is stored in %s, and %s, heard of a moment ago, has not read it: halt again, or look whether it runs", b.Scope, file, joined(x.silent))
	case len(x.heeded)+len(x.invoked) == 0:
		return fmt.Errorf("no riposte serves %s: the halt of %s is stored there and will count when one does; if another ledger is served, name it with --ledger, or its configuration with --config or %s",
			file, b.Scope, configEnv)
	}
	return nil
}

func joined(all []ledger.Replica) string { return strings.Join(called(all), ", ") }

func called(all []ledger.Replica) []string {
	out := []string{}
	for _, r := range all {
		out = append(out, r.Name)
	}
	return out
}

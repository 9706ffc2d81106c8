package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
)

// alone takes a demo's world for this process: two that moved its clock would lose each other's changes.
func alone(ctx context.Context, world string) (release func() error, err error) {
	return sqlite.Lock(ctx, world+".lock")
}

// serve opens a ledger to give orders in: where a demo's world lies beside it, orders are carried out there, in its time,
// or left to the process that has the world at the moment.
func (f ledgerFlag) serve(ctx context.Context, sh *shell) (record, error) {
	r, err := f.open(ctx, sh)
	if err != nil {
		return record{}, err
	}
	world := r.file + ".world"
	if _, err := os.Stat(world); errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	r.release, err = alone(ctx, world)
	if err != nil && !errors.Is(err, sqlite.ErrTaken) {
		return record{}, errors.Join(err, r.Close())
	}
	stage, err := demo.Open(demo.Options{
		Catalogue: sh.catalogue, Kinds: sh.kinds, Store: r.Store, World: world, Emit: sh.news(), Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		return record{}, errors.Join(fmt.Errorf("open the demo's world: %w", err), r.Close())
	}
	r.stage, r.config = stage, stage.App.Config
	return r, nil
}

// news tells, beside the results, what happens from now on.
func (sh *shell) news() func(demo.Line) {
	t := timeline{sh: &shell{out: sh.err, width: sh.width}}
	return func(l demo.Line) {
		if l.Since >= 0 {
			t.line(l)
		}
	}
}

// now is the time that orders are given at: the world's, where the ledger is a demo's.
func (r record) now(sh *shell) time.Time {
	if r.stage != nil {
		return r.stage.World.Now().UTC()
	}
	return sh.now().UTC()
}

// carryOn has what was ordered done: here and now on a demo's world, else by the riposte that serves the ledger.
func (sh *shell) carryOn(ctx context.Context, r record) error {
	if r.stage == nil || r.release == nil {
		return sh.leave(ctx, r)
	}
	return r.stage.Settle(ctx)
}

// leave says who takes up what was ordered.
func (sh *shell) leave(ctx context.Context, r record) error {
	served := r.stage != nil // by the process that has the demo's world
	if !served {
		var err error
		if served, err = sh.served(ctx, r); err != nil {
			return err
		}
	}
	if served {
		sh.remark("recorded in %s; the riposte that serves this ledger takes it up", r.file)
	} else {
		sh.remark("recorded in %s, which nobody serves at present: it is taken up once somebody does", r.file)
	}
	return nil
}

// Close lets go of the ledger and of the demo's world.
func (r record) Close() error {
	if r.release == nil {
		return r.Store.Close()
	}
	return errors.Join(r.Store.Close(), r.release())
}

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
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
)

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
	r.release, err = sqlite.Lock(ctx, world+".lock") // two processes that moved its clock would lose each other's changes
	if err != nil && !errors.Is(err, sqlite.ErrTaken) {
		return record{}, errors.Join(err, r.Close())
	}
	t := timeline{sh: &shell{out: sh.err, width: sh.width}}
	news := func(l demo.Line) { // beside the results, what happens from now on
		if l.Since >= 0 {
			t.line(l)
		}
	}
	stage, err := demo.Open(demo.Options{
		Catalogue: sh.catalogue, Kinds: sh.kinds, Store: r.Store, World: world, Emit: news, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		return record{}, errors.Join(fmt.Errorf("open the demo's world: %w", err), r.Close())
	}
	r.stage, r.config = stage, stage.App.Config
	return r, nil
}

// now is the time that orders are given at: the world's, where the ledger is a demo's.
func (r record) now(sh *shell) time.Time {
	if r.stage != nil {
		return r.stage.World.Now().UTC()
	}
	return sh.now().UTC()
}

// carryOn has what was ordered done: here and now on a demo's world, else by the riposte that serves the ledger, and says so.
func (sh *shell) carryOn(ctx context.Context, r record) error {
	if r.stage != nil && r.release != nil {
		return r.stage.Settle(ctx)
	}
	served := r.stage != nil // by the process that has the demo's world
	if !served {
		x, err := sh.hear(ctx, r.Store, ledger.Brake{})
		if err != nil {
			return err
		}
		served = len(x.silent)+len(x.invoked) > 0
	}
	if served {
		sh.remark("recorded in %s; the riposte that serves this ledger takes it up", r.file)
	} else {
		sh.remark("recorded in %s, which no riposte serves at present: it is taken up once one does", r.file)
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

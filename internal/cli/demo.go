package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/spelling"
)

type demoVerb struct {
	ID            string        `arg:"" optional:"" placeholder:"PLAYBOOK" help:"Play the first story of this playbook, in a world of its own; it acts there."`
	Ledger        string        `placeholder:"FILE" help:"Keep the ledger, and the world beside it in FILE.world: undo, approve, halt and the next demo go on from there. Default: in memory."`
	Attack        []string      `placeholder:"NAME" help:"Only these attacks: ${attacks}; or a story of sweeps, which take weeks of the world's time: ${nights}. Repeatable."`
	Console       bool          `help:"Show the cases as web pages when the attacks are over, and take orders there, until told to stop."`
	DeliveryDelay time.Duration `placeholder:"5s" help:"How long CloudTrail takes to deliver, in world time: 40s was measured in 2016. Default 5s."`
}

// Run plays the demo.
func (v demoVerb) Run(ctx context.Context, sh *shell) error {
	if v.DeliveryDelay < 0 {
		return wrongUsage("--delivery-delay can't be negative")
	}
	attacks, err := demo.AttacksOn(sh.catalogue), error(nil)
	if len(v.Attack) > 0 {
		attacks, err = chosen(v.Attack, demo.Named(sh.catalogue))
	}
	if err != nil {
		return err
	}
	scene, err := v.alone(sh, attacks)
	if err != nil {
		return err
	}
	if scene != nil {
		attacks = scene.Attacks
	}
	file, world := sqlite.Memory, ""
	if v.Ledger != "" {
		file, world = v.Ledger, v.Ledger+".world"
	}
	store, err := sqlite.Open(ctx, file, sqlite.Entropy(rand.NewChaCha8([32]byte{}))) // cases have the same ids each time
	if err != nil {
		return fmt.Errorf("open the ledger: %w", err)
	}
	defer store.Close()
	if world != "" {
		release, err := sqlite.Lock(ctx, world+".lock")
		if err != nil {
			return fmt.Errorf("play in %s: %w", world, err)
		}
		defer release()
		if err := playable(ctx, store, file, world); err != nil {
			return err
		}
	}
	t := timeline{sh: sh}
	stage, err := demo.Open(demo.Options{
		Catalogue: sh.catalogue, Kinds: sh.kinds, Scene: scene, Store: store, World: world, DeliveryDelay: v.DeliveryDelay, Emit: t.line, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		return err
	}
	if err := errors.Join(stage.Play(ctx, attacks), sh.unprinted); err != nil {
		if errors.Is(err, context.Canceled) && v.Ledger != "" {
			return stopped{fmt.Errorf("stopped; riposte demo --ledger %s goes on from here", v.Ledger)}
		}
		return err
	}
	if _, err := store.Checkpoint(ctx, stage.World.Now()); err != nil {
		return fmt.Errorf("seal the ledger: %w", err)
	}
	r := record{Store: store, config: stage.App.Config, codec: stage.App.Codec, file: file}
	err = sh.demoEnds(ctx, stage, r, attacks, t.last != "")
	if err == nil && v.Console {
		err = sh.demoPages(ctx, r, stage)
	}
	return err
}

// alone is the world of what is played by itself: the story of a playbook, or an attack that has one of its own; nil of all else.
func (v demoVerb) alone(sh *shell, attacks []demo.Attack) (*demo.Scene, error) {
	if v.ID != "" {
		return v.story(sh)
	}
	for _, a := range attacks {
		scene, err := demo.Alone(a, sh.catalogue, sh.kinds)
		if err != nil {
			return nil, err
		}
		if scene == nil {
			continue
		}
		if len(attacks) > 1 || v.Ledger != "" {
			return nil, wrongUsage("attack %s has a world of its own, and is played by itself, in memory: leave out --ledger and other attacks", a.Name)
		}
		return scene, nil
	}
	return nil, nil
}

// story is the scene of the playbook that is named. Its world is no demo's, so that there is nothing to go
// on with.
func (v demoVerb) story(sh *shell) (*demo.Scene, error) {
	if v.Ledger != "" || len(v.Attack) > 0 {
		return nil, wrongUsage("the story of a playbook is played by itself, in memory: leave out --ledger and --attack")
	}
	d, err := sh.find(v.ID)
	if err != nil && slices.Contains(names(demo.Named(sh.catalogue)), v.ID) {
		return nil, wrongUsage("%s is an attack and no playbook: riposte demo --attack %[1]s", v.ID)
	}
	if err != nil {
		return nil, err
	}
	scene, err := demo.Story(d, sh.catalogue, sh.kinds, v.DeliveryDelay)
	return &scene, err
}

// playable refuses a ledger that is no demo's: one with cases, and no world beside it that they happened in.
func playable(ctx context.Context, store *sqlite.Store, file, world string) error {
	if _, err := os.Stat(world); !errors.Is(err, fs.ErrNotExist) {
		return nil // a world that can't be read is told when it is opened
	}
	cases, err := store.Cases(ctx, ledger.Filter{})
	if err != nil {
		return fmt.Errorf("read the cases: %w", err)
	}
	if len(cases) > 0 {
		return fmt.Errorf("%s holds cases, and the world that they happened in is not there (%s): name another file", file, world)
	}
	return nil
}

// chosen are the attacks by name.
func chosen(wanted []string, all []demo.Attack) ([]demo.Attack, error) {
	for _, name := range wanted {
		if !slices.Contains(names(all), name) {
			return nil, wrongUsage("there is no attack %q%s", name, spelling.Among(name, names(all)))
		}
	}
	return slices.DeleteFunc(all, func(a demo.Attack) bool { return !slices.Contains(wanted, a.Name) }), nil
}

func names(attacks []demo.Attack) (out []string) {
	for _, a := range attacks {
		out = append(out, a.Name)
	}
	return out
}

package engine

import (
	"context"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/route"
)

// prefilter tells, from the bytes of a record, which ones no standing effect can concern: nearly all, in a storm, and those
// need not be decoded. It may take one for interesting that is not; never the other way round.
type prefilter struct {
	calls map[string][]string // event sources by the name of a call that could undo an effect
	names route.Names         // of users, roles and keys that effects contain, and ids of users
	all   bool                // there is an effect of which it knows nothing
}

func prefilterOf(effects []activeEffect) prefilter {
	g := prefilter{calls: map[string][]string{}}
	var names []string
	for _, w := range effects {
		for _, id := range w.about.Kind.UndoneBy {
			for _, e := range id.Events() {
				g.calls[e.Name] = append(g.calls[e.Name], e.Source)
			}
		}
		if _, denies := w.action.(action.Denier); !denies {
			continue
		}
		if id := w.about.Identity; id != "" {
			names = append(names, id) // whatever the user is called by now
		}
		target := w.about.Target
		switch target.Type {
		case event.User, event.Role, event.AccessKey:
			names = append(names, target.ID)
		default:
			g.all = true
		}
	}
	g.names = route.NamesOf(names)
	return g
}

// Wants reports whether a record may concern a playbook or an effect that stands. What it is false for, Receive need not have; false
// with an error says nothing. Repeat is for the event of the record (event.Event.Repeat). Where there is one and the record is not
// wanted, a session that it opened is worth a glimpse.
func (e *Engine) Wants(ctx context.Context, r route.Record) (wanted bool, repeat uint64, err error) {
	want := e.routes.Wants(r)
	if want == route.Each {
		return true, 0, nil
	}
	standing, err := e.watch.activeEffects(ctx)
	if err != nil {
		return false, 0, err
	}
	if len(standing.effects) > 0 && standing.prefilter.wants(r.Source, r.Name, r.Caller) {
		return true, 0, nil
	}
	if want == route.None {
		return false, 0, nil
	}
	repeat = r.Key(e.cleared.seed)
	return !e.cleared.repeats(repeat, e.Now()), repeat, nil
}

func (g prefilter) wants(source, name, caller []byte) bool {
	return g.all || slices.Contains(g.calls[string(name)], string(source)) || g.names.In(caller)
}

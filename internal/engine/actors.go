package engine

import (
	"context"
	"slices"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// tracer names whose doing something is: cases of one name are one incident, and suspects of one name count together.
type tracer struct {
	org playbook.Organization
	of  ledger.Memory
}

// actors are the actor's own name, and those of the principals that it acts for: the makers of its credentials, and theirs. None where no caller is
// known.
func (tr tracer) actors(ctx context.Context, o playbook.Origin) (names []string, err error) {
	who := tr.org.Who(o.Actor)
	if who == "" {
		return nil, nil
	}
	minters, err := playbook.Recall(tr.of.Recall).Minters(ctx, o.Actor, o.Occurred)
	for names = []string{who}; len(minters) > 0; minters = minters[1:] {
		if who := tr.org.Who(minters[0].Actor); who != "" && !slices.Contains(names, who) {
			names = append(names, who)
		}
	}
	return names, err
}

// trace says whose doing a confirmed case is: it puts it into its actor's incident where the caller was not known when it was opened
// (a notice of a service names none), and names those that made the caller's credentials.
func (pl *planner) trace(ctx context.Context, t *attempt) (err error) {
	if t.c.Origin.Noticed() || t.c.Origin.Sweep != "" {
		return nil
	}
	if len(t.c.Upstream) == 0 {
		if t.c.Upstream, err = playbook.Recall(pl.store.Recall).Minters(ctx, t.c.Origin.Actor, t.c.Origin.Occurred); err != nil {
			return err
		}
		for _, m := range t.c.Upstream {
			t.note("upstream: %s by %s", m.Call, m.Actor.ARN)
		}
	}
	if t.c.Incident != "" {
		return nil
	}
	actors, err := pl.tracer.actors(ctx, t.c.Origin)
	if err != nil || len(actors) == 0 {
		return err
	}
	t.c.Incident, err = pl.store.Relate(ctx, t.Now(), t.c.ID, actors)
	return err
}

package engine

import (
	"context"

	"github.com/ripostehq/riposte/playbook"
)

// tracer names whose doing something is: cases of one name are one incident, and suspects of one name count together.
type tracer struct{ org playbook.Organization }

// actors are the actor's own name; none where no caller is known.
func (tr tracer) actors(_ context.Context, o playbook.Origin) ([]string, error) {
	if who := tr.org.Who(o.Actor); who != "" {
		return []string{who}, nil
	}
	return nil, nil
}

// relate puts a case into its actor's incident whose caller was not known when it was opened: a notice of a service names none.
func (pl *planner) relate(ctx context.Context, t *attempt) error {
	if t.c.Incident != "" || t.c.Origin.Noticed() {
		return nil
	}
	actors, err := pl.trace.actors(ctx, t.c.Origin)
	if err != nil || len(actors) == 0 {
		return err
	}
	t.c.Incident, err = pl.store.Relate(ctx, t.Now(), t.c.ID, actors)
	return err
}

package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/playbook"
)

// surge begins the matter of a letter about a playbook whose sweeps suddenly find more: surge/PLAYBOOK/1796050800, the second at which it
// was held.
const surge = "surge/"

// Surged pages people about each playbook that is held because its sweeps suddenly find more, once for each time that it was held. What
// could not be posted is posted at the next look: the brake stands in the ledger.
func (d *Desk) Surged(ctx context.Context) error {
	brakes, err := d.Store.Brakes(ctx)
	if err != nil {
		return fmt.Errorf("read the brakes: %w", err)
	}
	for _, b := range brakes {
		matter := surgeMatter(b)
		if matter == "" {
			continue
		}
		there, err := d.Store.Letters(ctx, ledger.LetterFilter{Matter: matter, Limit: 1})
		if err != nil {
			return fmt.Errorf("letters of %s: %w", matter, err)
		}
		if len(there) > 0 {
			continue
		}
		if err := d.postSurge(ctx, b, matter); err != nil {
			return err
		}
	}
	return nil
}

// surgeMatter is what a letter about a brake is about, "" where it holds no surge.
func surgeMatter(b ledger.Brake) string {
	id, is := strings.CutPrefix(b.Scope, gate.SurgeOf(""))
	if !is {
		return ""
	}
	return fmt.Sprintf("%s%s/%d", surge, id, b.At.Unix())
}

// postSurge tells approvers and the fallback group, and pages those of them that are paged.
func (d *Desk) postSurge(ctx context.Context, b ledger.Brake, matter string) error {
	p, now := d.People, d.Now()
	groups := append(slices.Clone(p.Approvers), p.Fallback)
	places := append(p.among(groups...), p.pages(groups...)...)
	if len(places) == 0 {
		places = p.last()
	}
	if len(places) == 0 {
		d.Meter.Nobody()
		d.Log.Error("sweeps suddenly find more, and nobody can be told", "brake", b.Scope, "why", b.Reason)
	}
	var lines []ledger.Line
	for _, at := range append(places, p.programs()...) {
		lines = append(lines, ledger.Line{LetterKey: ledger.LetterKey{To: at.to, Channel: at.channel, Matter: matter}, Due: now, Notice: true, Urgent: true})
	}
	if len(lines) == 0 {
		return nil
	}
	if err := d.Store.Post(ctx, now, lines...); err != nil {
		return fmt.Errorf("post letters: %w", err)
	}
	d.Wake()
	return nil
}

// writeSurge writes such a letter; it is empty where a person has released the playbook.
func (d *Desk) writeSurge(ctx context.Context, l *ledger.Letter) (sheet, error) {
	brakes, err := d.Store.Brakes(ctx)
	if err != nil {
		return sheet{}, fmt.Errorf("read the brakes: %w", err)
	}
	i := slices.IndexFunc(brakes, func(b ledger.Brake) bool { return surgeMatter(b) == l.Matter })
	if i < 0 {
		return sheet{empty: true}, nil
	}
	b := brakes[i]
	id := strings.TrimPrefix(b.Scope, gate.SurgeOf(""))
	c := notify.Content{
		Title: "Sweeps suddenly find more, and what they would change is held: " + id, Severity: playbook.High, State: "held since " + d.clock(b.At),
		Says: []string{
			"Found: " + notify.Cut(b.Reason, mostText) + ".",
			"Held: all that " + id + " mends or destroys of what sweeps found, in every account, until a person releases it. The cases wait; what answers attacks goes on.",
			"Once it is known why: riposte release " + b.Scope + ". To see what waits: riposte cases --playbook " + id + ".",
		},
	}
	if d.Link != "" {
		c.Link = strings.TrimSuffix(d.Link, "/") + "/surges"
	}
	return sheet{content: c, digest: l.Matter}, nil
}

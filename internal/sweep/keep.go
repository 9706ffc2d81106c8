package sweep

import (
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// weigh adds to each sighting what its tags say. They count from when they were first seen as they are, which the streak remembers: once their
// time is over, it is asked about, and the same tags keep it no longer.
func (w want) weigh(all []playbook.Sighting, known []ledger.Streak, now time.Time, lasting time.Duration) []seen {
	before := make(map[id]ledger.Streak, len(known))
	for _, k := range known {
		before[id{k.Playbook, k.Resource}] = k
	}
	out := make([]seen, 0, len(all))
	for _, s := range all {
		book, _ := w.of(s.Suspect.Playbook)
		keep := playbook.KeepOf(book.Concern, s.Suspect.Tags)
		x := seen{Sighting: s, tags: keep.Digest()}
		if x.tags != "" {
			x.since = now
			if old := before[id{s.Suspect.Playbook, s.Suspect.Resource}]; old.KeepTags == x.tags && !old.KeepSeen.IsZero() {
				x.since = old.KeepSeen
			}
		}
		x.Kept = keep.Until(x.since, lasting)
		if err := keep.Unread(); err != nil && x.Kept.After(now) {
			x.held = err.Error()
		}
		out = append(out, x)
	}
	return out
}

package ledger

import (
	"context"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/names"
)

// Names is an index of names: what has one or had it, and what points to it. It is no part of the chains: it is a copy of what AWS shows, made
// anew by sweeps, and whatever is decided by it is read again before. What reads or writes one source at once may see it half written.
type Names interface {
	// KeepNames takes that a source was read to its end at a moment and has these entries, no others (see names.Compare). It returns how many lines
	// were written: none where nothing changed.
	KeepNames(ctx context.Context, at time.Time, of names.Source, now []names.Entry) (written int, err error)
	// LearnNames takes what events show, between two reads of a source.
	LearnNames(ctx context.Context, changes []names.Change) error
	// NamesOf are the entries of a key: of all accounts, gone ones among them.
	NamesOf(ctx context.Context, of names.Key) ([]names.Entry, error)
	// NamesHad are the names that a resource has or had, not those that it points to.
	NamesHad(ctx context.Context, of event.Resource) ([]names.Entry, error)
	// NameSources are the sources of a kind in a place that have entries.
	NameSources(ctx context.Context, at event.Place, kind string) ([]names.Source, error)
}

// NamesAtOnce is how many entries one transaction changes: the answer to an attack waits for it.
const NamesAtOnce = 45

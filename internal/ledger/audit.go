package ledger

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Audit checks a record against itself and against checkpoints. A store feeds it every entry, then every row as it stands,
// then asks for the Verification: all stores are judged by the same rules.
type Audit struct {
	v      Verification
	seals  seals
	heads  map[string]*head
	rows   map[row]*trail
	found  map[row]string
	kept   []Checkpoint
	breaks []Break

	last    int64             // seq that stands for the whole ledger
	rowless func(string) bool // chains that have no row that holds their head
	awaited map[string][]Head // named by checkpoints and not met yet, oldest first
	named   map[string]int64  // the last entry of each chain that a checkpoint names
	sweeps  sweepAudit
}

// seals is how a store counts its entries, and what its checkpoints say of them.
type seals interface {
	before(a *Audit, h *head, e Entry)        // the entry takes its place behind h
	after(a *Audit, h *head, e Entry, l Link) // it has taken it, as h
}

type head struct {
	seq     int64
	hash    string
	payload string
	state   State
	due     time.Time
	seen    bool
}

// CaseRow is a case as the store holds it. Payload is nil where it was pruned.
type CaseRow struct {
	ID      string
	Head    string // hash of its last entry
	State   State
	Due     time.Time
	Payload []byte
	Odd     string // a column that does not fit the payload, "" where all do
	Sealed  bool   // the row says that a checkpoint seals its last entry, so that the next one need not
}

// NewAudit begins, for a store whose Seq counts all entries of the ledger, with the checkpoints that were kept elsewhere.
// Entries come in order of Seq.
func NewAudit(kept []Checkpoint) *Audit {
	a := newAudit(kept, &ordered{})
	a.rowless = func(chain string) bool { // the last entry of these is the last there is in the order; only cases have rows
		return slices.Contains([]string{BrakesChain, CheckpointChain, ExceptionsChain}, chain) || IsSweepChain(chain)
	}
	return a
}

// NewAuditOfChains begins, for a store whose Seq counts the entries of each chain for itself: replicas then share nothing
// that every commit would have to change. Entries come in order of Seq within their chain, the checkpoints' chain first.
func NewAuditOfChains(kept []Checkpoint) *Audit {
	return newAudit(kept, &chained{})
}

func newAudit(kept []Checkpoint, s seals) *Audit {
	kept = slices.Clone(kept)
	slices.SortStableFunc(kept, func(a, b Checkpoint) int { return cmp.Compare(a.Seq, b.Seq) })
	a := &Audit{
		seals: s, heads: map[string]*head{}, rows: map[row]*trail{}, found: map[row]string{}, kept: kept,
		awaited: map[string][]Head{}, named: map[string]int64{}, rowless: func(string) bool { return false },
	}
	a.compareKept(0, "")
	return a
}

// Broken notes a break.
func (a *Audit) Broken(chain string, seq int64, format string, args ...any) {
	a.breaks = append(a.breaks, Break{chain, seq, fmt.Sprintf(format, args...)})
}

// Breaks are all that were noted, once the Verification was asked for: a store that can't read itself at one moment reads
// again, and believes those that stay.
func (a *Audit) Breaks() []Break { return a.breaks }

// FirstOf are the first breaks of each chain, in order of Seq.
func FirstOf(breaks []Break) (out []Break) {
	first := map[string]Break{}
	for _, b := range breaks {
		if f, ok := first[b.Chain]; !ok || b.Seq < f.Seq {
			first[b.Chain] = b
		}
	}
	for _, b := range first {
		out = append(out, b)
	}
	slices.SortFunc(out, func(x, y Break) int {
		return cmp.Or(cmp.Compare(x.Seq, y.Seq), cmp.Compare(x.Chain, y.Chain))
	})
	return out
}

// Entry takes the next entry; of its fields only Chain, Seq, Hash and Bytes are believed to be the store's.
func (a *Audit) Entry(e Entry) {
	a.v.Entries++
	h, ok := a.heads[e.Chain]
	if !ok {
		h = &head{}
		a.heads[e.Chain] = h
	}
	a.seals.before(a, h, e)
	l, err := ReadLink(e.Bytes)
	if err != nil {
		a.Broken(e.Chain, e.Seq, "the entry can't be read")
		l = Link{Chain: e.Chain, Seq: e.Seq}
	}
	a.follow(h, e, l)
	if l.Payload != "" {
		h.payload = l.Payload
	}
	h.seq, h.hash, h.state, h.due = e.Seq, e.Hash, l.State, l.Due
	a.expect(l.Wrote, e)
	a.seals.after(a, h, e, l)
}

// follow checks the entry itself and its place in the chain.
func (a *Audit) follow(h *head, e Entry, l Link) {
	switch {
	case Sum(e.Bytes) != e.Hash:
		a.Broken(e.Chain, e.Seq, "the entry was changed: its hash differs")
	case l.Chain != e.Chain || l.Seq != e.Seq:
		a.Broken(e.Chain, e.Seq, "the entry was moved: it says that it is entry %d, of %s", l.Seq, l.Chain)
	case l.Prev != h.hash:
		a.Broken(e.Chain, e.Seq, "the entry does not follow the one before it: that one was changed, moved or deleted")
	}
}

// Case compares a case with the last entry of its chain.
func (a *Audit) Case(c CaseRow) {
	h, ok := a.heads[c.ID]
	if !ok {
		a.Broken(c.ID, 0, "no entry opened this case")
		return
	}
	h.seen = true
	switch {
	case c.Head != h.hash:
		a.Broken(c.ID, h.seq, "the case was left by another entry than this, the last there is: one was changed or cut off")
	case c.Payload != nil && Sum(c.Payload) != h.payload:
		a.Broken(c.ID, h.seq, "the case's payload is not the one that was recorded")
	case c.State != h.state:
		a.Broken(c.ID, h.seq, "the case is %s, the record says %s", c.State, h.state)
	case !c.Due.Equal(h.due):
		a.Broken(c.ID, h.seq, "the case's due time is not the one that was recorded")
	case c.Odd != "":
		a.Broken(c.ID, h.seq, "the case's column %q does not fit the case", c.Odd)
	case c.Sealed && a.named[c.ID] != h.seq:
		a.Broken(c.ID, h.seq, "the case says that this entry is sealed, and no checkpoint seals it: it would be left out for ever")
	}
}

// compareKept holds a root against the checkpoints that were kept of this very place.
func (a *Audit) compareKept(seq int64, root string) {
	for len(a.kept) > 0 && a.kept[0].Seq <= seq {
		if k := a.kept[0]; k.Seq != seq || k.Root != root {
			a.Broken(Whole, k.Seq, "the kept checkpoint does not fit: something that it sealed (%d) was changed afterwards", k.Seq)
		}
		a.kept = a.kept[1:]
	}
}

// Verification ends the audit: what was recorded and did not turn up is gone.
func (a *Audit) Verification() Verification {
	for chain, h := range a.heads {
		if !h.seen && !a.rowless(chain) {
			a.Broken(chain, h.seq, "the case is gone")
		}
	}
	a.compareSweeps()
	a.compareRows()
	for chain, due := range a.awaited { // what was sealed and did not turn up
		for _, h := range due {
			var last int64
			if known := a.heads[chain]; known != nil {
				last = known.seq
			}
			a.Broken(chain, last+1, "a checkpoint sealed entry %d, and the chain ends at entry %d: the rest was cut off", h.Seq, last)
		}
	}
	if len(a.kept) > 0 {
		a.Broken(Whole, a.last+1, "the ledger ends at %d, the kept checkpoint saw %d: the rest was cut off", a.last, a.kept[0].Seq)
	}
	a.v.Chains = len(a.heads)
	a.v.Broken = FirstOf(a.breaks)
	return a.v
}

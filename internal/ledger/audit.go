package ledger

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Audit checks a record against itself and against checkpoints. A store feeds it every entry in order of Seq, then every
// row as it stands, then asks for the Verification: all stores are judged by the same rules.
type Audit struct {
	v      Verification
	last   int64
	root   string
	heads  map[string]*head
	rows   map[row]written
	kept   []Checkpoint
	broken map[string]Break
}

type head struct {
	seq     int64
	hash    string
	payload string
	state   State
	due     time.Time
	seen    bool
}

type row struct{ what, key string }

type written struct {
	sum, chain string
	seq        int64
}

// CaseRow is a case as the store holds it. Payload is nil where it was pruned.
type CaseRow struct {
	ID      string
	Head    string // hash of its last entry
	State   State
	Due     time.Time
	Payload []byte
	Odd     string // a column that does not fit the payload, "" where all do
}

// NewAudit begins, with the checkpoints that were kept elsewhere.
func NewAudit(kept []Checkpoint) *Audit {
	kept = slices.Clone(kept)
	slices.SortStableFunc(kept, func(a, b Checkpoint) int { return cmp.Compare(a.Seq, b.Seq) })
	a := &Audit{heads: map[string]*head{}, rows: map[row]written{}, kept: kept, broken: map[string]Break{}}
	a.compareKept()
	return a
}

// Broken notes the first break of a chain.
func (a *Audit) Broken(chain string, seq int64, format string, args ...any) {
	if b, ok := a.broken[chain]; !ok || seq < b.Seq {
		a.broken[chain] = Break{chain, seq, fmt.Sprintf(format, args...)}
	}
}

// Entry takes the next entry; of its fields only Chain, Seq, Hash and Bytes are believed to be the store's.
func (a *Audit) Entry(e Entry) {
	a.v.Entries++
	if e.Seq != a.last+1 {
		a.Broken(Whole, a.last+1, "entry %d is missing", a.last+1)
	}
	a.last = e.Seq
	l, err := ReadLink(e.Bytes)
	if err != nil {
		a.Broken(e.Chain, e.Seq, "the entry can't be read")
		l = Link{Chain: e.Chain, Seq: e.Seq}
	}
	h := a.follow(e, l)
	if l.Payload != "" {
		h.payload = l.Payload
	}
	h.seq, h.hash, h.state, h.due = e.Seq, e.Hash, l.State, l.Due
	a.expect(l.Wrote, e)
	if l.Seals != nil {
		a.checkpoint(e, *l.Seals)
	}
	a.root = Fold(a.root, e.Bytes)
	a.compareKept()
}

// follow checks the entry itself and its place in the chain.
func (a *Audit) follow(e Entry, l Link) *head {
	h, ok := a.heads[e.Chain]
	if !ok {
		h = &head{}
		a.heads[e.Chain] = h
	}
	switch {
	case Sum(e.Bytes) != e.Hash:
		a.Broken(e.Chain, e.Seq, "the entry was changed: its hash differs")
	case l.Chain != e.Chain || l.Seq != e.Seq:
		a.Broken(e.Chain, e.Seq, "the entry was moved: it says that it is entry %d, of %s", l.Seq, l.Chain)
	case l.Prev != h.hash:
		a.Broken(e.Chain, e.Seq, "the entry does not follow the one before it: that one was changed, moved or deleted")
	}
	return h
}

func (a *Audit) expect(wrote []Wrote, e Entry) {
	for _, w := range wrote {
		if w.Sum == "" {
			delete(a.rows, row{w.What, w.Key})
			continue
		}
		a.rows[row{w.What, w.Key}] = written{w.Sum, e.Chain, e.Seq}
	}
}

func (a *Audit) checkpoint(e Entry, c Checkpoint) {
	a.v.Checkpoints++
	a.v.Last = c
	if c.Seq != e.Seq-1 || c.Root != a.root {
		a.Broken(e.Chain, e.Seq, "the checkpoint does not fit: something up to entry %d was changed after it was sealed", c.Seq)
	}
}

// compareKept holds the root against the checkpoints of this very place.
func (a *Audit) compareKept() {
	for len(a.kept) > 0 && a.kept[0].Seq <= a.last {
		if k := a.kept[0]; k.Seq != a.last || k.Root != a.root {
			a.Broken(Whole, k.Seq, "the kept checkpoint does not fit: something up to entry %d was changed after it was sealed", k.Seq)
		}
		a.kept = a.kept[1:]
	}
}

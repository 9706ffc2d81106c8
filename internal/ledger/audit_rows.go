package ledger

import (
	"cmp"
	"maps"
	"slices"
)

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
	}
}

// Row compares a row beside the cases with what its last writer recorded.
func (a *Audit) Row(what, key, sum string) {
	w, ok := a.rows[row{what, key}]
	delete(a.rows, row{what, key})
	switch {
	case !ok:
		a.Broken(Whole, a.last, "no entry wrote the %s %q", what, key)
	case sum != w.sum && sum != Pruned:
		a.Broken(w.chain, w.seq, "the %s %q is not the one that was recorded", what, key)
	}
}

// Verification ends the audit: what was recorded and did not turn up is gone.
func (a *Audit) Verification() Verification {
	for chain, h := range a.heads {
		if !h.seen && chain != BrakesChain && chain != CheckpointChain {
			a.Broken(chain, h.seq, "the case is gone")
		}
	}
	for _, r := range slices.SortedFunc(maps.Keys(a.rows), byKey) {
		a.Broken(a.rows[r].chain, a.rows[r].seq, "the %s %q is gone", r.what, r.key)
	}
	if len(a.kept) > 0 {
		a.Broken(Whole, a.last+1, "the ledger ends at entry %d, the kept checkpoint saw entry %d: the rest was cut off", a.last, a.kept[0].Seq)
	}
	a.v.Chains = len(a.heads)
	for _, b := range a.broken {
		a.v.Broken = append(a.v.Broken, b)
	}
	slices.SortFunc(a.v.Broken, func(x, y Break) int {
		return cmp.Or(cmp.Compare(x.Seq, y.Seq), cmp.Compare(x.Chain, y.Chain))
	})
	return a.v
}

func byKey(x, y row) int { return cmp.Or(cmp.Compare(x.what, y.what), cmp.Compare(x.key, y.key)) }

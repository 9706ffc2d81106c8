package ledger

import (
	"cmp"
	"maps"
	"slices"
)

type row struct{ what, key string }

type written struct {
	sum, chain string
	seq        int64
}

// trail is what entries say of one row. Writes that name versions lead from one to the next, in whatever order their chains
// are read: each version is left as often as it is reached, but for the one that stands.
type trail struct {
	last    written
	balance map[int64]int
	as      map[int64]written
}

// expect takes what an entry says of rows.
func (a *Audit) expect(wrote []Wrote, e Entry) {
	for _, w := range wrote {
		t := a.rows[row{w.What, w.Key}]
		if t == nil {
			t = &trail{}
			a.rows[row{w.What, w.Key}] = t
		}
		t.last = written{w.Sum, e.Chain, e.Seq}
		if w.Over == 0 && w.As == 0 {
			continue
		}
		if t.balance == nil {
			t.balance, t.as = map[int64]int{}, map[int64]written{}
		}
		t.balance[w.Over]--
		t.balance[w.As]++
		t.as[w.As] = t.last
	}
}

// stands is the write whose row is there now, its sum "" where there should be none; false where the writes do not lead
// from one to the next.
func (t *trail) stands() (written, bool) {
	if t.balance == nil {
		return t.last, true
	}
	standing, ok := written{chain: t.last.chain, seq: t.last.seq}, true
	for version, n := range t.balance {
		switch {
		case version == 0 || n == 0: // none stood at the beginning, and the way may come back to that
		case n == 1 && standing.sum == "":
			standing = t.as[version]
		default:
			ok = false
		}
	}
	return standing, ok
}

// Row takes a row beside the cases, to be compared with what its last writer recorded.
func (a *Audit) Row(what, key, sum string) { a.found[row{what, key}] = sum }

func (a *Audit) compareRows() {
	for _, r := range slices.SortedFunc(maps.Keys(a.found), byKey) {
		if a.rows[r] == nil {
			a.Broken(Whole, a.last, "no entry wrote the %s %q", r.what, r.key)
		}
	}
	for _, r := range slices.SortedFunc(maps.Keys(a.rows), byKey) {
		w, fits := a.rows[r].stands()
		sum, there := a.found[r]
		switch {
		case !fits:
			a.Broken(w.chain, w.seq, "the writes of the %s %q do not follow each other", r.what, r.key)
		case !there && w.sum != "":
			a.Broken(w.chain, w.seq, "the %s %q is gone", r.what, r.key)
		case there && w.sum == "":
			a.Broken(Whole, a.last, "no entry wrote the %s %q", r.what, r.key)
		case there && sum != w.sum && sum != Pruned:
			a.Broken(w.chain, w.seq, "the %s %q is not the one that was recorded", r.what, r.key)
		}
	}
}

func byKey(x, y row) int { return cmp.Or(cmp.Compare(x.what, y.what), cmp.Compare(x.key, y.key)) }

package ledger

// ordered: every entry has its place in one order over the whole ledger, and a checkpoint is a digest over all of them up
// to one. Nothing can be taken out without a gap.
type ordered struct{ root string } // over all entries so far

func (o *ordered) before(a *Audit, _ *head, e Entry) {
	if e.Seq != a.last+1 {
		a.Broken(Whole, a.last+1, "entry %d is missing", a.last+1)
	}
	a.last = e.Seq
}

func (o *ordered) after(a *Audit, _ *head, e Entry, l Link) {
	if c := l.Seals; c != nil {
		a.v.Checkpoints++
		a.v.Last = *c
		if c.Seq != e.Seq-1 || c.Root != o.root {
			a.Broken(e.Chain, e.Seq, "the checkpoint does not fit: something up to entry %d was changed after it was sealed", c.Seq)
		}
	}
	o.root = Fold(o.root, e.Bytes)
	a.compareKept(a.last, o.root)
}

package ledger

// ordered: every entry has its place in one order over the whole ledger, and a checkpoint is a digest over all of them up
// to one. Nothing can be taken out without a gap.
type ordered struct {
	seq  int64
	root string
}

func (o *ordered) before(a *Audit, _ *head, e Entry) {
	if e.Seq != o.seq+1 {
		a.Broken(Whole, o.seq+1, "entry %d is missing", o.seq+1)
	}
	o.seq = e.Seq
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
	a.compareKept(o.seq, o.root)
}

func (o *ordered) end(*Audit)          {}
func (o *ordered) sealed(string) int64 { return 0 }
func (o *ordered) last() int64         { return o.seq }

// rowless: the last entry of these is the last there is in the order; only cases have rows.
func (o *ordered) rowless(chain string) bool { return chain == BrakesChain || chain == CheckpointChain }

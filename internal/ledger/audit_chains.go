package ledger

// chained: each chain counts for itself, and a checkpoint names the heads of the chains that grew since the one before. A
// head holds its whole chain up to there, and a checkpoint's root all heads that were ever named.
type chained struct{ root string } // of the last checkpoint, whose number stands for the ledger

func (c *chained) before(a *Audit, h *head, e Entry) {
	if e.Seq != h.seq+1 {
		a.Broken(e.Chain, h.seq+1, "entry %d is missing", h.seq+1)
	}
}

func (c *chained) after(a *Audit, _ *head, e Entry, l Link) {
	if l.Seals != nil && e.Chain == CheckpointChain {
		c.checkpoint(a, e, l)
	}
	for due := a.awaited[e.Chain]; len(due) > 0 && due[0].Seq <= e.Seq; due = due[1:] {
		if due[0].Seq == e.Seq && due[0].Hash != e.Hash {
			a.Broken(e.Chain, e.Seq, "the entry is not the one that a checkpoint sealed")
		}
		a.awaited[e.Chain] = due[1:]
	}
}

func (c *chained) checkpoint(a *Audit, e Entry, l Link) {
	a.v.Checkpoints++
	a.v.Last = *l.Seals
	root, err := Seal(c.root, l.Heads)
	if err != nil || l.Seals.Seq != a.last+1 || l.Seals.Root != root {
		a.Broken(e.Chain, e.Seq, "the checkpoint does not fit what it seals, or the one before it")
	}
	a.last, c.root = a.last+1, root
	a.compareKept(a.last, c.root)
	for _, h := range l.Heads {
		if h.Seq < a.named[h.Chain] {
			a.Broken(e.Chain, e.Seq, "the checkpoint names an older entry of %s than one before it", h.Chain)
			continue
		}
		a.named[h.Chain] = h.Seq
		a.awaited[h.Chain] = append(a.awaited[h.Chain], h)
	}
}

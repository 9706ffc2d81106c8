package ledger

// chained: each chain counts for itself, and a checkpoint names the heads of the chains that grew since the one before. A
// head holds its whole chain up to there, and a checkpoint's root all heads that were ever named.
type chained struct {
	number int64 // of the last checkpoint
	root   string
	heads  map[string][]Head // named by checkpoints and not met yet, oldest first
	named  map[string]int64  // the last entry of each chain that a checkpoint named
}

func (c *chained) before(a *Audit, h *head, e Entry) {
	if e.Seq != h.seq+1 {
		a.Broken(e.Chain, h.seq+1, "entry %d is missing", h.seq+1)
	}
}

func (c *chained) after(a *Audit, _ *head, e Entry, l Link) {
	if l.Seals != nil && e.Chain == CheckpointChain {
		c.checkpoint(a, e, l)
	}
	for due := c.heads[e.Chain]; len(due) > 0 && due[0].Seq <= e.Seq; due = due[1:] {
		if due[0].Seq == e.Seq && due[0].Hash != e.Hash {
			a.Broken(e.Chain, e.Seq, "the entry is not the one that a checkpoint sealed")
		}
		c.heads[e.Chain] = due[1:]
	}
}

func (c *chained) checkpoint(a *Audit, e Entry, l Link) {
	a.v.Checkpoints++
	a.v.Last = *l.Seals
	root, err := Seal(c.root, l.Heads)
	if err != nil || l.Seals.Seq != c.number+1 || l.Seals.Root != root {
		a.Broken(e.Chain, e.Seq, "the checkpoint does not fit what it seals, or the one before it")
	}
	c.number, c.root = c.number+1, root
	a.compareKept(c.number, c.root)
	for _, h := range l.Heads {
		if h.Seq < c.named[h.Chain] {
			a.Broken(e.Chain, e.Seq, "the checkpoint names an older entry of %s than one before it", h.Chain)
			continue
		}
		c.named[h.Chain] = h.Seq
		c.heads[h.Chain] = append(c.heads[h.Chain], h)
	}
}

// end misses what was sealed and did not turn up.
func (c *chained) end(a *Audit) {
	for chain, due := range c.heads {
		for _, h := range due {
			var last int64
			if known := a.heads[chain]; known != nil {
				last = known.seq
			}
			a.Broken(chain, last+1, "a checkpoint sealed entry %d, and the chain ends at entry %d: the rest was cut off", h.Seq, last)
		}
	}
}

func (c *chained) sealed(chain string) int64 { return c.named[chain] }
func (c *chained) last() int64               { return c.number }
func (c *chained) rowless(string) bool       { return false }

package ledger

import "strings"

// sweepAudit is what a store has of sweeps: what duties that are under way have written is sealed when they end.
type sweepAudit struct {
	open map[string]bool // duties by name
	rows []ListingRow    // with the digest as it ought to be
	want []string
}

// OpenDuty takes a duty that has not ended.
func (a *Audit) OpenDuty(d Duty) {
	if a.sweeps.open == nil {
		a.sweeps.open = map[string]bool{}
	}
	a.sweeps.open[d.Name()] = true
}

// Listing takes a listing as it stands, Streaks as its streaks make it.
func (a *Audit) Listing(r ListingRow) {
	want, err := r.Sum()
	if err != nil {
		want = "what can't be read"
	}
	r.Streaks = nil
	a.sweeps.rows, a.sweeps.want = append(a.sweeps.rows, r), append(a.sweeps.want, want)
}

// compareSweeps holds each listing against its digest, that against what the account's chain seals, and gives the accounts' rows.
func (a *Audit) compareSweeps() {
	of := map[string][]ListingRow{}
	for i, r := range a.sweeps.rows {
		account := r.Place.Account
		of[account] = append(of[account], r)
		var seq int64
		if h := a.heads[SweepChain(account)]; h != nil {
			seq = h.seq
		}
		switch {
		case r.Digest != a.sweeps.want[i]:
			a.Broken(SweepChain(account), seq, "the coverage or the streaks of %s in %s are not those that were recorded", r.Kind, r.Place.Region)
		case r.Digest != r.Sealed && !a.sweeps.open[r.By]:
			a.Broken(SweepChain(account), seq, "the listing of %s in %s was changed by no sweep that is under way", r.Kind, r.Place.Region)
		}
	}
	for account, rows := range of {
		for _, r := range rows {
			if r.Sealed != "" {
				a.Row(WroteSweep, account, SealOf(rows))
				break
			}
		}
	}
}

// IsSweepChain reports whether a chain is that of an account's sweeps.
func IsSweepChain(chain string) bool { return strings.HasPrefix(chain, sweepChains) }

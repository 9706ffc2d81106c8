package emf

import "github.com/ripostehq/riposte/internal/sweep"

// SweepCalled says nothing here: the function's log has the calls of each account.
func (m *Meter) SweepCalled(string, string) {}

// SweepReconciled says nothing here: the function's log has each case.
func (m *Meter) SweepReconciled(int) {}

// SweepsStand notes how far the last listings reach.
func (m *Meter) SweepsStand(s sweep.Standing) {
	m.observe(listingAge, s.Oldest)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts[unlisted] = float64(len(s.Failed))
}

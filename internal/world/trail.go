package world

import (
	"slices"

	"github.com/ripostehq/riposte/internal/world/core"
)

// Delivery is one record on its way to the organisation's event bus. It is delivered at least once: again after the
// world was opened anew, until it is acknowledged.
type Delivery = core.Delivery

// Deliveries are those that are due and not acknowledged, in the order in which they became due.
func (w *World) Deliveries() []Delivery {
	w.mu.Lock()
	defer w.mu.Unlock()
	var due []Delivery
	for _, d := range w.state.Pending {
		if !d.At.After(w.state.Now) {
			due = append(due, d)
		}
	}
	return due
}

// Ack ends a delivery. Acknowledging twice is no error.
func (w *World) Ack(id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state.Pending = slices.DeleteFunc(w.state.Pending, func(d Delivery) bool { return d.ID == id })
	return w.save()
}

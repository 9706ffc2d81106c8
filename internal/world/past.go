package world

import "github.com/ripostehq/riposte/internal/world/ec2"

// Past are the records of what the estate took as given and the present can't tell: a listener of the day before heard how
// each protected instance came to be protected. They stand in no queue, and reading them changes nothing.
func (w *World) Past() []Delivery {
	w.mu.Lock()
	defer w.mu.Unlock()
	var past []Delivery
	for _, at := range w.state.Places() {
		past = append(past, ec2.Past(at)...)
	}
	return past
}

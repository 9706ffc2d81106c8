package world

import "errors"

var errThrottled = errors.New("throttled")

// Throttle refuses the next n calls of an operation ("ec2", "RunInstances") as AWS does when its bucket is empty.
func (w *World) Throttle(service, operation string, n int) {
	w.Fail(service, operation, n, errThrottled)
}

// Fail answers the next n calls of an operation with an error, before they take effect: a network that is down.
func (w *World) Fail(service, operation string, n int, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	name := service + "." + operation
	for range n {
		w.faults[name] = append(w.faults[name], err)
	}
}

func (w *World) nextFault(name string) error {
	waiting := w.faults[name]
	if len(waiting) == 0 {
		return nil
	}
	w.faults[name] = waiting[1:]
	return waiting[0]
}

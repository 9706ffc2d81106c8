package engine

import (
	"strconv"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// Of a flood on one root some are taken, the last of them says that there are more, and the rest is dropped; however the flood is parted into
// deliveries, nothing is dropped before one that says so is stored.
func TestAFloodSaysThatItIsOne(t *testing.T) {
	now := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	for _, batch := range []int{1, 7, 40, 1000} {
		var stored tellings
		stored.of = map[string]telling{}
		taken, saying := 0, 0
		for first := 0; first < 1000; first += batch {
			together := tellings{of: map[string]telling{}}
			var admitted []playbook.StoredSuspect
			for n := first; n < min(first+batch, 1000); n++ {
				s := playbook.StoredSuspect{Playbook: "identity.new-way", Resource: event.Place{Account: "111122223333"}.In(event.Role, "web"), Found: []string{strconv.Itoa(n)}, DecideAt: now.Add(time.Minute)}
				if stored.known(s, now) || together.known(s, now) {
					continue
				}
				s.More = stored.full(s, now) || together.full(s, now)
				together.stored(s, now)
				admitted = append(admitted, s)
			}
			for _, s := range admitted {
				if taken++; s.More {
					saying++
				}
				stored.stored(s, now)
			}
		}
		if saying != 1 || taken <= mostTold || taken > 2*mostTold {
			t.Errorf("by %d: %d are taken, %d say that there are more", batch, taken, saying)
		}
	}
}

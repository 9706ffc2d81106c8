package playbook_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// However many instances' names a caller thinks of, what is remembered of them is bounded, and makes room once it is old.
func TestWhatIsKnownOfPlacesIsBounded(t *testing.T) {
	at := event.Place{Partition: "aws", Account: "111122223333", Region: "us-east-1"}
	now := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	w := &playbook.Whereabouts{}
	for n := range 10_000 {
		w.Keep(at.In(event.Instance, fmt.Sprintf("i-%d", n)), playbook.Whereabout{}, now)
	}
	late := at.In(event.Instance, "i-late")
	w.Keep(late, playbook.Whereabout{Region: "eu-west-1"}, now)
	if _, ok := w.Of(late, now); ok {
		t.Error("it grows without a bound")
	}
	now = now.Add(time.Hour)
	w.Keep(late, playbook.Whereabout{Region: "eu-west-1"}, now)
	elsewhere := late
	elsewhere.Region = "ap-east-1" // where another call was
	if got, ok := w.Of(elsewhere, now); !ok || got.Region != "eu-west-1" {
		t.Errorf("%+v, %v: what is old makes no room", got, ok)
	}
	elsewhere.Account = "444455556666"
	if got, ok := w.Of(elsewhere, now); ok {
		t.Errorf("%+v of another account", got)
	}
}

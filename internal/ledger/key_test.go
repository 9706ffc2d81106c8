package ledger_test

import (
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

func TestKeysTellApart(t *testing.T) {
	base := playbook.StoredSuspect{Playbook: "p", Origin: playbook.Origin{EventID: "e"},
		Resource: event.Resource{Partition: "aws", Account: "111122223333", Region: "eu-west-1", Type: event.Group, ID: "web"}}
	seen := map[string]string{ledger.Key(base): "the lead itself"}
	for _, x := range []struct {
		name   string
		change func(*playbook.StoredSuspect)
	}{
		{"another playbook", func(l *playbook.StoredSuspect) { l.Playbook = "q" }},
		{"another event", func(l *playbook.StoredSuspect) { l.Origin.EventID = "f" }},
		{"another partition", func(l *playbook.StoredSuspect) { l.Resource.Partition = "aws-cn" }},
		{"another account", func(l *playbook.StoredSuspect) { l.Resource.Account = "444455556666" }},
		{"another region", func(l *playbook.StoredSuspect) { l.Resource.Region = "us-east-1" }},
		{"another type", func(l *playbook.StoredSuspect) { l.Resource.Type = event.Instance }},
		{"another name", func(l *playbook.StoredSuspect) { l.Resource.ID = "Web" }},
		{"a name that holds the separator", func(l *playbook.StoredSuspect) { l.Resource.Type, l.Resource.ID = "", event.Group+"|web" }},
		{"an event id that holds the separator", func(l *playbook.StoredSuspect) { l.Origin.EventID = "e|aws" }},
		{"an event id that looks escaped", func(l *playbook.StoredSuspect) { l.Origin.EventID = "e%7Caws" }},
	} {
		l := base
		x.change(&l)
		if other, ok := seen[ledger.Key(l)]; ok {
			t.Errorf("%s has the key of %s", x.name, other)
		}
		seen[ledger.Key(l)] = x.name
	}
	later := base
	later.Title, later.Origin.RequestID = "told otherwise", "r"
	if ledger.Key(later) != ledger.Key(base) {
		t.Error("what is only told otherwise is another lead")
	}
}

func TestRootsTellApart(t *testing.T) {
	web := event.Resource{Partition: "aws", Account: "111122223333", Region: "eu-west-1", Type: event.Group, ID: "web"}
	far := web
	far.Account = "444455556666"
	roots := map[string]bool{ledger.RootKey("p", web): true, ledger.RootKey("q", web): true, ledger.RootKey("p", far): true}
	if len(roots) != 3 {
		t.Errorf("roots: %v", roots)
	}
}

func TestAStreakHasOneEventUntilItEndsOrItsModeIsAnother(t *testing.T) {
	first := time.Date(2026, 11, 1, 3, 0, 0, 123456789, time.UTC)
	id := ledger.StreakEventID(first, "ask")
	if got := ledger.StreakEventID(first.Truncate(time.Millisecond), "ask"); got != id {
		t.Errorf("as the store keeps its time it is %q, and was %q", got, id)
	}
	if got := ledger.StreakEventID(first, "act"); got == id {
		t.Errorf("promoted, it is still %q", got)
	}
	if got := ledger.StreakEventID(first.AddDate(0, 0, 1), "ask"); got == id {
		t.Errorf("a new streak is still %q", got)
	}
}

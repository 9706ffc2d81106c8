package playbook_test

import (
	"context"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/names"
	"github.com/ripostehq/riposte/playbook"
)

// index is of one key, in an organisation whose second account was listed last at a moment.
type index struct {
	playbook.Names
	all    []names.Entry
	listed time.Time
}

func (x index) NamesOf(context.Context, names.Key) ([]names.Entry, error) { return x.all, nil }

func (x index) Unread(_ context.Context, _ string, since time.Time) ([]string, error) {
	if x.listed.Before(since) {
		return []string{"444455556666"}, nil
	}
	return nil, nil
}

// An address that is transferred to another account of the organisation's leaves the first one without a call that releases it: it is not gone until the
// others were listed since.
func TestAnAddressThatMovesToAnotherAccountIsNotGone(t *testing.T) {
	first := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}.In(event.Address, "eipalloc-0moved")
	key := names.Parse("52.45.102.28", "")[0]
	missed := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	x := index{all: []names.Entry{{Key: key, Resource: first, Gone: missed}}, listed: missed.Add(-24 * time.Hour)}
	said := func(story string, except event.Resource, want playbook.Owned, unread int) {
		t.Helper()
		got, by, err := playbook.Whose(t.Context(), x, key, except)
		if err != nil || got != want || len(by) != unread {
			t.Errorf("%s: %s, unread %v, %v", story, got, by, err)
		}
	}
	said("the second account was listed before", event.Resource{}, playbook.Unsaid, 1)
	said("a call released it", first, playbook.Was, 0)
	x.listed = missed.Add(time.Hour)
	said("the second account was listed since", event.Resource{}, playbook.Was, 0)
	second := first
	second.Account = "444455556666"
	x.all = append(x.all, names.Entry{Key: key, Resource: second})
	said("and has it", event.Resource{}, playbook.Ours, 0)
}

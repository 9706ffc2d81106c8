package event_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/event"
)

const corpus = "../../shared/corpus"

// placeholders are the recordings that hold "..." or "foo" where CloudTrail writes a time.
const placeholders = "streamalert/"

// untimed is a hand-made record without eventTime.
const untimed = "c7n/event-cloud-trail-bedrock-create-customization-jobs.jsonl"

func TestEveryRecordedRecordDecodes(t *testing.T) {
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("no corpus of recorded CloudTrail beside the repository")
	}
	kinds, other, notices := map[event.ActorKind]int{}, map[string]int{}, 0
	paths, err := filepath.Glob(corpus + "/*/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		name, _ := filepath.Rel(corpus, path)
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		found, err := event.Unwrap(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for i, c := range found {
			if c.Other != "" {
				other[c.Other]++
				continue
			}
			if c.Notice != nil {
				if _, err := event.DecodeNotice(c.Notice); err != nil {
					t.Errorf("%s, notice %d: %v", name, i+1, err)
				}
				notices++
				continue
			}
			e, err := event.Decode(c.Record)
			if err != nil && name != untimed && !strings.HasPrefix(name, placeholders) {
				t.Errorf("%s, record %d: %v", name, i+1, err)
			}
			if err == nil {
				kinds[e.Actor.Kind]++
			}
		}
	}
	want := map[event.ActorKind]int{
		event.UserActor: 385, event.RoleActor: 156, event.RootActor: 13, event.ServiceActor: 9, event.AccountActor: 1,
		event.FederatedActor: 1, event.UnknownActor: 51,
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("actors by kind:\n%s", diff)
	}
	if other["CloudTrail digest"] != 2 || len(other) != 8 || notices != 1 {
		t.Errorf("what is no record: %v, and %d notices", other, notices)
	}
}

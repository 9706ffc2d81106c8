package playbooks_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

var update = flag.Bool("update", false, "write the files under testdata instead of comparing them")

// Replay looks at every recorded record with the whole catalogue. What fires is written down, playbooks that find nothing too: a change
// that makes a playbook fire more often, or no more, is seen.
func TestReplayOfTheCorpus(t *testing.T) {
	const corpus = "../../shared/corpus"
	if files, err := filepath.Glob(filepath.Join(corpus, "*", "*.jsonl")); err != nil || len(files) == 0 {
		t.Skip("../shared/corpus is absent: recorded records are not tried")
	}
	in, found := app.ReplayInput{Paths: []string{corpus}}, map[string]map[string]int{}
	for id, b := range bound(t) {
		in.Playbooks, found[id] = append(in.Playbooks, b), map[string]int{}
	}
	in.Emit = func(l app.ReplayLine) error { found[l.Playbook][l.EventName]++; return nil }
	if s, err := app.Replay(t.Context(), in); err != nil || s.Records < 500 {
		t.Fatalf("%d records, %v", s.Records, err)
	}
	var b strings.Builder
	b.WriteString("playbook\tcall\tsuspects\n")
	for _, id := range slices.Sorted(maps.Keys(found)) {
		for _, call := range slices.Sorted(maps.Keys(found[id])) {
			fmt.Fprintf(&b, "%s\t%s\t%d\n", id, call, found[id][call])
		}
		if len(found[id]) == 0 {
			fmt.Fprintf(&b, "%s\t-\t0\n", id)
		}
	}
	golden := filepath.Join("testdata", "corpus.tsv")
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("suspects by playbook and call (-written +found); -update writes them:\n%s", diff)
	}
}

func bound(t testing.TB) map[string]playbook.Playbook {
	t.Helper()
	books := map[string]playbook.Playbook{}
	for _, d := range playbooks.All() {
		b, err := d.Default()
		if err != nil {
			t.Fatal(err)
		}
		books[d.ID] = b
	}
	return books
}

func FuzzSuspects(f *testing.F) {
	for _, d := range playbooks.All() {
		for _, s := range d.Stories.Stories {
			f.Add([]byte(s.Record))
		}
	}
	books := bound(f)
	f.Fuzz(func(t *testing.T, record []byte) {
		e, err := event.Decode(record)
		if err != nil {
			return
		}
		for _, b := range books {
			leads, err := b.Suspects(e)
			if err != nil {
				t.Fatalf("%s: %v", b.ID, err)
			}
			for _, l := range leads {
				if l.Resource.ID == "" || l.Title == "" {
					t.Errorf("%s: a suspect without id or title: %+v", b.ID, l)
				}
				if _, err := b.Preview(l); err != nil {
					t.Errorf("%s: %v", b.ID, err)
				}
			}
		}
	})
}

package playbooks_test

import (
	"bufio"
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
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

var update = flag.Bool("update", false, "write testdata/corpus.tsv instead of comparing it")

// Every playbook sees every recorded record, also those that it has no trigger for. What fires is written down: a change of
// a playbook that makes it fire more often, or no more, is seen.
func TestSuspectsOfRecordedRecords(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "shared", "corpus", "*", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Skip("../shared/corpus is absent: recorded records are not tried")
	}
	books, found := bound(t), map[string]int{}
	for _, f := range files {
		for _, line := range lines(t, f) {
			suspects(t, books, found, line)
		}
	}
	var b strings.Builder
	b.WriteString("playbook\tcall\tsuspects\n")
	for _, key := range slices.Sorted(maps.Keys(found)) {
		fmt.Fprintf(&b, "%s\t%d\n", key, found[key])
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

// suspects lets all playbooks look at a line, and counts what they find.
func suspects(t *testing.T, books map[string]playbook.Playbook, found map[string]int, line []byte) {
	t.Helper()
	contents, err := event.Unwrap(line)
	if err != nil {
		t.Fatalf("%v: %.200s", err, line)
	}
	for _, c := range contents {
		e, err := event.Decode(c.Record)
		if c.Record == nil || err != nil {
			continue // the decoder's own test names those
		}
		for _, b := range books {
			leads, err := b.Suspects(e)
			if err != nil {
				t.Fatalf("%s, event %s: %v", b.ID, e.ID, err)
			}
			for _, l := range leads {
				if _, err := b.Preview(l); err != nil {
					t.Errorf("%s, event %s: preview: %v", b.ID, e.ID, err)
				}
			}
			if len(leads) > 0 {
				found[b.ID+"\t"+e.Name] += len(leads)
			}
		}
	}
}

func lines(t *testing.T, file string) (out [][]byte) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 16<<20)
	for s.Scan() {
		out = append(out, append([]byte(nil), s.Bytes()...))
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return out
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

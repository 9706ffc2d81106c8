package playbooks_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

// Every playbook sees every recorded record, also those that it has no trigger for, and the suspects are counted against
// what a plain reading of the records says.
func TestSuspectsOfRecordedRecords(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "shared", "corpus", "*", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Skip("../shared/corpus is absent: recorded records are not tried")
	}
	books := bound(t)
	got, want := map[string]int{}, map[string]int{}
	for _, f := range files {
		for _, line := range lines(t, f) {
			count(want, line)
			suspects(t, books, got, line)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("suspects by call (-counted +found):\n%s", diff)
	}
	if len(got) == 0 {
		t.Error("the corpus has not one suspect")
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

// suspects lets all playbooks look at a line, and counts what those find that the call is a trigger of.
func suspects(t *testing.T, books map[string]playbook.Playbook, got map[string]int, line []byte) {
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
			leads, err := b.Leads(e)
			if err != nil {
				t.Fatalf("%s, event %s: %v", b.ID, e.ID, err)
			}
			for _, l := range leads {
				if _, err := b.Preview(l); err != nil {
					t.Errorf("%s, event %s: preview: %v", b.ID, e.ID, err)
				}
			}
			if slices.Contains(b.Calls(), call.OfEvent(e)) && len(leads) > 0 {
				got[e.Name] += len(leads)
			}
		}
	}
}

// plain is a record as the counting reads it: by encoding/json, without the decoder's help.
type plain struct {
	Detail            *plain         `json:"detail"`
	EventName         string         `json:"eventName"`
	ErrorCode         string         `json:"errorCode"`
	RequestParameters map[string]any `json:"requestParameters"`
	ResponseElements  struct {
		InstancesSet struct {
			Items []struct {
				TagSet struct {
					Items []struct{ Key, Value string } `json:"items"`
				} `json:"tagSet"`
			} `json:"items"`
		} `json:"instancesSet"`
	} `json:"responseElements"`
}

// count counts by hand: a launch has one suspect for each group and each instance without one, a parameter that may name
// an image has one, a launch configuration has one; of the other triggers the corpus has no call that succeeded and
// makes one.
func count(want map[string]int, line []byte) {
	var r plain
	if json.Unmarshal(line, &r) != nil {
		return
	}
	if r.Detail != nil {
		r = *r.Detail
	}
	if r.ErrorCode != "" && r.ErrorCode != "200" {
		return
	}
	switch r.EventName {
	case "RunInstances":
		want[r.EventName] += roots(r)
	case "PutParameter":
		if r.RequestParameters["type"] != "SecureString" {
			want[r.EventName]++
		}
	case "CreateLaunchConfiguration":
		want[r.EventName]++
	}
}

func roots(r plain) int {
	groups, alone := map[string]bool{}, 0
	for _, i := range r.ResponseElements.InstancesSet.Items {
		group := ""
		for _, tag := range i.TagSet.Items {
			if tag.Key == "aws:autoscaling:groupName" {
				group = tag.Value
			}
		}
		if groups[group] = group != ""; group == "" {
			alone++
		}
	}
	delete(groups, "")
	return len(groups) + alone
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
		f.Add([]byte(d.Example))
	}
	books := bound(f)
	f.Fuzz(func(t *testing.T, record []byte) {
		e, err := event.Decode(record)
		if err != nil {
			return
		}
		for _, b := range books {
			leads, err := b.Leads(e)
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

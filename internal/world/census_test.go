package world_test

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/world"
)

// documented is the one reason for which a record that was compared with none may have a basis.
const documented = "there is no recorded one, but one in the service's user guide"

// census is what testdata/census.txt and the files of testdata/census say of recorded records, and what their calls made the world do.
type census struct {
	recorded   map[string]shape  // by operation; "*": outside request and response
	unrecorded map[string]string // why the record of an operation is compared with no recorded one
	ours       map[string]bool   // operations, paths and types that no recorded one has
	worlds     []*world.World    // in which the calls were made
	called     map[string]bool
	emitted    map[string]map[string]string // paths with their types, by operation
	extra      map[string]bool              // of the emitted ones, those that no recorded one has
}

// shape is what is known of an operation's recorded records: each key path with its types.
type shape map[string]struct {
	kinds  []string
	always bool
}

func TestEveryOperationIsExercisedAndItsRecordCompared(t *testing.T) {
	c := census{
		recorded: map[string]shape{}, unrecorded: map[string]string{}, ours: map[string]bool{}, called: map[string]bool{},
		emitted: map[string]map[string]string{}, extra: map[string]bool{},
	}
	c.take(t, "testdata/census.txt")
	files, err := filepath.Glob("testdata/census/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		c.take(t, file)
	}
	for _, w := range c.worlds { // a file's calls leave records of another's too, where a service calls for itself
		c.compare(t, w)
	}
	var known, compared []string
	for _, o := range world.Operations() {
		known = append(known, o.Name)
		why, without := c.unrecorded[o.Name]
		if without && why != documented && !strings.Contains(o.Basis, "unverified") {
			t.Errorf("%s: its record was compared with none, and its basis does not say unverified: %s", o.Name, o.Basis)
		}
		_, recorded := c.recorded[o.Name]
		if without && recorded {
			t.Errorf("%s: recorded paths stand beside the reason why there are none", o.Name)
		}
		if without || recorded {
			compared = append(compared, o.Name)
		}
	}
	for _, x := range []struct {
		what      string
		want, got []string
	}{
		{"operations that no file calls", known, slices.Sorted(maps.Keys(c.called))},
		{"operations with recorded paths, or a reason why there are none, and those that leave a record", compared, slices.Sorted(maps.Keys(c.emitted))},
		{"paths that no recorded one has", slices.Sorted(maps.Keys(c.ours)), slices.Sorted(maps.Keys(c.extra))},
		{"paths that recorded ones always have and the world's lack", nil, c.lacking()},
	} {
		if diff := cmp.Diff(x.want, x.got); diff != "" {
			t.Errorf("%s: %s", x.what, diff)
		}
	}
}

// compare takes the records that a world left.
func (c *census) compare(t *testing.T, w *world.World) {
	t.Helper()
	pass(t, w, 2*time.Minute)
	for _, d := range w.Deliveries() {
		var envelope struct{ Detail map[string]any }
		if err := json.Unmarshal(d.Body, &envelope); err != nil {
			t.Fatal(err)
		}
		record := envelope.Detail
		name := strings.TrimSuffix(record["eventSource"].(string), ".amazonaws.com") + "." + record["eventName"].(string)
		if c.emitted[name] == nil {
			c.emitted[name] = map[string]string{}
		}
		for _, key := range []string{"eventSource", "eventName", "eventTime", "awsRegion"} {
			delete(record, key) // every record has them, and the shapes leave them out
		}
		paths := map[string]string{}
		flattened("", record, paths)
		for path, kind := range paths {
			c.emitted[name][path] = kind
			like := c.recorded["*"]
			if strings.HasPrefix(path, "requestParameters.") || strings.HasPrefix(path, "responseElements.") {
				if like = c.recorded[name]; c.unrecorded[name] != "" {
					continue
				}
			}
			if !slices.Contains(like[path].kinds, kind) {
				c.extra[name+" "+path+" "+kind] = true
			}
		}
	}
}

// lacking are the paths that every recorded record of an operation has and none of the world's.
func (c *census) lacking() (all []string) {
	for name, paths := range c.emitted {
		for path, p := range c.recorded[name] {
			if p.always && paths[path] == "" {
				all = append(all, name+" "+path)
			}
		}
	}
	slices.Sort(all)
	return all
}

// flattened are the key paths of a record with their types, in the notation of the recorded shapes.
func flattened(path string, v any, into map[string]string) {
	switch v := v.(type) {
	case nil:
		into[path] = "null"
	case string:
		into[path] = "string"
	case float64:
		into[path] = "number"
	case bool:
		into[path] = "bool"
	case []any:
		into[path] = "list"
		for _, e := range v {
			flattened(path+"[]", e, into)
		}
	case map[string]any:
		if path != "" {
			into[path] = "object"
			path += "."
		}
		for k, e := range v {
			flattened(path+k, e, into)
		}
	}
}

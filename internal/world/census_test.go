package world_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/world"
)

// exercise makes every call that the world knows of a service, in its spellings, and some that are refused.
type exercise struct {
	estate     string
	run        func(*testing.T, *world.World)
	unrecorded map[string]string // why the record of an operation is compared with no recorded one
	unlike     []string          // paths of its records that no recorded one has
}

// exercises are those of all services. An operation that none of them calls fails the census.
func exercises() []exercise {
	return []exercise{ec2Exercise(), fleetExercise(), autoScalingExercise(), iamExercise(), ssmExercise(), securityHubExercise(), rdsExercise()}
}

const (
	nobodyRecorded = "there is no recorded one"
	onlyRefused    = "the recorded ones were refused"
	documented     = "there is no recorded one, but one in the service's user guide"
)

// census is what the exercises made the world do.
type census struct {
	shapes             map[string]shape
	called, uncompared map[string]bool            // operations
	emitted            map[string]map[string]bool // paths, by operation
	extra              map[string]bool            // operations, paths and types
}

func TestEveryOperationIsExercisedAndItsRecordCompared(t *testing.T) {
	c := census{
		shapes: recordedShapes(t), called: map[string]bool{}, uncompared: map[string]bool{}, emitted: map[string]map[string]bool{}, extra: map[string]bool{},
	}
	unrecorded, unlike := map[string]string{}, []string{}
	for _, x := range exercises() {
		maps.Copy(unrecorded, x.unrecorded)
		unlike = append(unlike, x.unlike...)
		c.take(t, x)
	}
	slices.Sort(unlike)
	var known []string
	for _, o := range world.Operations() {
		known = append(known, o.Name)
		if c.uncompared[o.Name] && unrecorded[o.Name] != documented && !strings.Contains(o.Basis, "unverified") {
			t.Errorf("%s: its record was compared with none, and its basis does not say unverified: %s", o.Name, o.Basis)
		}
	}
	for _, x := range []struct {
		what      string
		want, got []string
	}{
		{"operations that no exercise calls", known, slices.Sorted(maps.Keys(c.called))},
		{"operations whose record was compared with no recorded one", slices.Sorted(maps.Keys(unrecorded)), slices.Sorted(maps.Keys(c.uncompared))},
		{"paths that no recorded one has", unlike, slices.Sorted(maps.Keys(c.extra))},
		{"paths that recorded ones always have and the world's lack", nil, c.lacking()},
	} {
		if diff := cmp.Diff(x.want, x.got); diff != "" {
			t.Errorf("%s: %s", x.what, diff)
		}
	}
}

// take runs an exercise and compares the records that it leaves.
func (c *census) take(t *testing.T, x exercise) {
	t.Helper()
	w, err := world.New([]byte(x.estate), world.Options{PropagationDelay: -1, AfterCall: func(service, operation string) error {
		c.called[service+"."+operation] = true
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	x.run(t, w)
	pass(t, w, 2*time.Minute)
	for _, d := range w.Deliveries() {
		var envelope struct{ Detail map[string]any }
		if err := json.Unmarshal(d.Body, &envelope); err != nil {
			t.Fatal(err)
		}
		c.compare(envelope.Detail)
	}
}

// lacking are the paths that every recorded record of an operation has and none of the world's.
func (c *census) lacking() (all []string) {
	for name, paths := range c.emitted {
		for path, p := range c.shapes[name] {
			if p.always && !paths[path] && !c.uncompared[name] {
				all = append(all, name+" "+path)
			}
		}
	}
	slices.Sort(all)
	return all
}

func (c *census) compare(record map[string]any) {
	name := strings.TrimSuffix(record["eventSource"].(string), ".amazonaws.com") + "." + record["eventName"].(string)
	if c.emitted[name] == nil {
		c.emitted[name] = map[string]bool{}
	}
	own := c.shapes[name]
	if !slices.Contains(own["requestParameters"].kinds, "object") || name == "sts.GetSessionToken" { // of which one that failed was recorded
		c.uncompared[name] = true
	}
	paths := map[string]string{}
	flattened("", record, paths)
	for path, kind := range paths {
		c.emitted[name][path] = true
		like := c.shapes["*"]
		if strings.HasPrefix(path, "requestParameters.") || strings.HasPrefix(path, "responseElements.") {
			if like = own; c.uncompared[name] {
				continue
			}
		}
		if !slices.Contains(like[path].kinds, kind) && !everywhere(path) {
			c.extra[name+" "+path+" "+kind] = true
		}
	}
}

// everywhere reports keys that the shapes leave out because every record has them.
func everywhere(path string) bool {
	return slices.Contains([]string{"eventSource", "eventName", "eventTime", "awsRegion"}, path)
}

// shape is what is known of an operation's recorded records: each key path with its types.
type shape map[string]struct {
	kinds  []string
	always bool
}

// recordedShapes reads the project's table of shapes, by operation.
func recordedShapes(t *testing.T) map[string]shape {
	t.Helper()
	f, err := os.Open("testdata/shapes.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[string]shape{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		c := strings.Split(lines.Text(), "\t") // operation, path, types, always
		if len(c) < 3 {
			continue
		}
		if all[c[0]] == nil {
			all[c[0]] = shape{}
		}
		p := all[c[0]][c[1]]
		p.kinds, p.always = strings.Split(c[2], "|"), len(c) > 3
		all[c[0]][c[1]] = p
	}
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

// because gives several operations of a service one reason.
func because(why, service, names string) map[string]string {
	all := map[string]string{}
	for _, name := range strings.Fields(names) {
		all[fmt.Sprintf("%s.%s", service, name)] = why
	}
	return all
}

// mustDo takes the two results of a call that has to succeed.
func mustDo(t *testing.T) func(any, error) {
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
}

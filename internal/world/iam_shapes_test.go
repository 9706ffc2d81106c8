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

	"github.com/ripostehq/riposte/internal/world"
)

// recordedShapes are key paths with their types, by event name, as seen in recorded records of IAM and STS; "" has those
// of all calls together.
func recordedShapes(t *testing.T) map[string]map[string][]string {
	t.Helper()
	f, err := os.Open("../../../shared/shapes.tsv")
	if err != nil {
		t.Skip("no recorded shapes beside the repository")
	}
	defer f.Close()
	seen := map[string]map[string][]string{"": {}}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		c := strings.Split(lines.Text(), "\t")
		seen[""][c[3]] = append(seen[""][c[3]], c[4])
		if c[0] == "iam.amazonaws.com" || c[0] == "sts.amazonaws.com" {
			if seen[c[1]] == nil {
				seen[c[1]] = map[string][]string{}
			}
			seen[c[1]][c[3]] = append(seen[c[1]][c[3]], c[4])
		}
	}
	return seen
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

// neverSeen are the calls that the world records and of which nobody recorded one that succeeded: their parameters are
// those of the API in CloudTrail's usual spelling.
const neverSeen = "[CreatePolicyVersion DeletePolicyVersion DeleteRolePermissionsBoundary DeleteUserPermissionsBoundary DeleteUserPolicy " +
	"GetSessionToken PutRolePermissionsBoundary PutUserPermissionsBoundary PutUserPolicy SetDefaultPolicyVersion UpdateAccessKey UpdateUser]"

// known reports keys that the list leaves out because every record has them, and the one of AssumeRole that stands in
// its documentation and in no recorded one.
func known(path string) bool {
	return slices.Contains([]string{"eventSource", "eventName", "eventTime", "awsRegion", "requestParameters.externalId"}, path)
}

func TestRecordsOfIAMHaveTheShapesOfRecordedOnes(t *testing.T) {
	shapes := recordedShapes(t)
	w := openBank(t, world.Options{PropagationDelay: -1})
	iamScript(t, w)
	pass(t, w, 5*time.Second)
	lacking := map[string]bool{}
	for _, d := range w.Deliveries() {
		var envelope struct{ Detail map[string]any }
		if err := json.Unmarshal(d.Body, &envelope); err != nil {
			t.Fatal(err)
		}
		paths := map[string]string{}
		flattened("", envelope.Detail, paths)
		call := fmt.Sprint(envelope.Detail["eventName"])
		if !slices.Contains(shapes[call]["requestParameters"], "object") || call == "GetSessionToken" {
			lacking[call] = true
		}
		for path, kind := range paths {
			seen := shapes[""][path]
			if (strings.HasPrefix(path, "requestParameters") || strings.HasPrefix(path, "responseElements")) && !lacking[call] {
				seen = shapes[call][path]
			}
			if !slices.Contains(seen, kind) && !known(path) && !lacking[call] {
				t.Errorf("%s: %s is %s, recorded as %v", call, path, kind, seen)
			}
		}
	}
	if got := fmt.Sprint(slices.Sorted(maps.Keys(lacking))); got != neverSeen {
		t.Errorf("calls without a recorded success: %s\nwant %s", got, neverSeen)
	}
}

package event_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/event"
)

// contents lists what a message holds: the names of its calls, and of what is no CloudTrail record.
func contents(t *testing.T, message string) []string {
	t.Helper()
	found, err := event.Unwrap([]byte(message))
	var names []string
	for _, c := range found {
		if c.Other != "" {
			names = append(names, c.Other)
			continue
		}
		e, err := event.Decode(c.Record)
		if err != nil {
			names = append(names, err.Error())
			continue
		}
		names = append(names, e.Name)
	}
	if err != nil {
		names = append(names, err.Error())
	}
	return names
}

func TestUnwrapKnowsEveryEnvelope(t *testing.T) {
	one := record()
	bridge := fmt.Sprintf(`{"version":"0","detail-type":"AWS API Call via CloudTrail","source":"aws.ec2","detail":%s}`, one)
	lookup := fmt.Sprintf(`{"Events":[{"EventId":"1","CloudTrailEvent":%q}]}`, one)
	for _, c := range []struct {
		name, message string
		want          []string
	}{
		{"a bare record", one, []string{"RunInstances"}},
		{"with white space", "\n " + one + " \r\n", []string{"RunInstances"}},
		{"a log file", `{"Records":[` + one + "," + one + `]}`, []string{"RunInstances", "RunInstances"}},
		{"an empty log file", `{"Records":[]}`, nil},
		{"an EventBridge event", bridge, []string{"RunInstances"}},
		{"an array", `[` + one + `,` + bridge + `]`, []string{"RunInstances", "RunInstances"}},
		{"an array of log files", `[{"Records":[` + one + `]},{"Records":[` + one + `]}]`, []string{"RunInstances", "RunInstances"}},
		{"lines", one + "\n" + bridge + "\n", []string{"RunInstances", "RunInstances"}},
		{"an answer of LookupEvents", lookup, []string{"RunInstances"}},
		{"nothing", "", nil},
		{"a digest", `{"digestS3Object":"x","logFiles":[]}`, []string{"CloudTrail digest"}},
		{"another EventBridge event", `{"detail-type":"EC2 Instance State-change Notification","detail":{"state":"running"}}`,
			[]string{"EventBridge: EC2 Instance State-change Notification"}},
		{"an S3 notification", `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put"}]}`, []string{"notification of s3"}},
		{"a Config history", `{"fileVersion":"1.0","configurationItems":[]}`, []string{"AWS Config history"}},
		{"something else", `{"name":"left-pad"}`, []string{"JSON that is no CloudTrail record"}},
		{"a record that lacks its source", `{"eventName":"RunInstances"}`, []string{"the record has no eventSource"}},
		{"one bad element", `{"Records":[null,` + one + `]}`, []string{"the record is no JSON object", "RunInstances"}},
		{"no object at all", one + "\nnull", []string{"RunInstances", "a value that is no JSON object"}},
		{"two sets of records", `{"Records":[` + one + `],"Records":[]}`, []string{`the object has the key "Records" twice`}},
		{"an envelope with a key twice", strings.Replace(bridge, `"version":"0"`, `"detail":{}`, 1), []string{`the object has the key "detail" twice`}},
		{"cut off after one", one + "\n" + one[:20], []string{"RunInstances", fmt.Sprintf("no valid JSON at byte %d", len(one))}},
	} {
		if diff := cmp.Diff(c.want, contents(t, c.message)); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

func FuzzUnwrap(f *testing.F) {
	f.Add([]byte(`{"Records":[{"eventName":"x"}]}`))
	f.Add([]byte(`[{"detail":{"eventSource":"a"}}]{"Events":[{"CloudTrailEvent":"{}"}]}`))
	f.Add([]byte(`{"Type":"Notification","TopicArn":"a","Message":"[{\"eventName\":\"x\"},{\"detail\":{\"eventID\":1}}]"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		found, _ := event.Unwrap(b)
		for _, c := range found {
			if (c.Record == nil) == (c.Other == "") {
				t.Errorf("neither a record nor anything else: %+v", c)
			}
		}
	})
}

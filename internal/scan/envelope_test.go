package scan_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/scan"
)

// bridged is a record in an EventBridge event.
func bridged(record string, more ...string) string {
	return fmt.Sprintf(`{"version":"0","id":"e1","detail-type":"AWS API Call via CloudTrail","source":"aws.ec2","account":"111122223333",`+
		`"time":"2026-03-01T10:00:00Z","region":"eu-west-1","resources":[],"detail":%s%s}`, record, strings.Join(append([]string{""}, more...), ","))
}

func TestASingleRecordIsKnownAsOne(t *testing.T) {
	caller := `{"type":"IAMUser","userName":"mallory"}`
	a := call("A", `"userIdentity":`+caller)
	for _, c := range []struct{ name, message, want string }{
		{"bare", a, " A " + caller},
		{"with white space", "\n " + a + " \r\n", " A " + caller},
		{"without a caller", call("A"), " A "},
		{"with null for a caller", call("A", `"userIdentity":null`), " A "},
		{"in an EventBridge event", bridged(a), "aws.ec2 A " + caller},
		{"in an event that was replayed", bridged(a, `"replay-name":"again"`), "?"},
		{"with two callers", call("A", `"userIdentity":{}`, `"userIdentity":{}`), "?"},
		{"with a caller that is no object", call("A", `"userIdentity":"root"`), "?"},
		{"with a caller in a list", call("A", `"userIdentity":[{}]`), "?"},
		{"two lines", a + "\n" + a, "?"},
		{"an array", "[" + a + "]", "?"},
		{"a log file", `{"Records":[` + a + `]}`, "?"},
		{"a record that holds others", call("A", `"Records":[`+a+`]`), "?"},
		{"a record that holds an event", call("A", `"detail":`+a), "?"},
		{"an event that holds others", bridged(a, `"Records":[`+a+`]`), "?"},
		{"an event that is a record too", bridged(a, `"eventName":"B"`), "?"},
		{"an event with another key", bridged(a, `"Message":"{}"`), "?"},
		{"an event with two sources", bridged(a, `"source":"mine"`), "?"},
		{"an event with an escaped source", strings.Replace(bridged(a), "aws.ec2", `\u0061ws.ec2`, 1), "?"},
		{"an event with two details", bridged(a, `"detail":{}`), "?"},
		{"an event that was cut off", bridged(a)[:200], "?"},
		{"another event", bridged(`{"state":"running"}`), "?"},
		{"an event of an unsure record", bridged(call("A", `"eventName":"B"`)), "?"},
		{"an SNS notification", `{"Type":"Notification","TopicArn":"x","Message":"{}"}`, "?"},
		{"nothing", "", "?"},
	} {
		got := "?"
		if w, ok := scan.Single([]byte(c.message)); ok {
			got = fmt.Sprintf("%s %s %s", w.Source, w.Record.Name, w.Record.Caller)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestASingleRecordCostsNoMemory(t *testing.T) {
	message := []byte(bridged(call("A", `"userIdentity":{"type":"Root"}`)))
	if n := testing.AllocsPerRun(100, func() { scan.Single(message) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzSingleAgreesWithTheStrictDecoder: what is taken for one record is, strictly, that record and nothing beside it.
func FuzzSingleAgreesWithTheStrictDecoder(f *testing.F) {
	a := call("A", `"userIdentity":{"type":"Root"}`)
	for _, s := range []string{
		a, bridged(a), bridged(a, `"replay-name":"x"`), bridged(a, `"source":"b"`), call("A", `"detail":`+a), bridged(bridged(a)),
		`{"Type":"Notification","TopicArn":"x","Message":` + fmt.Sprintf("%q", a) + `}`, `{"Records":[` + a + `]}`, a + a,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		w, ok := scan.Single(message)
		if !ok || !json.Valid(message) {
			return
		}
		found, err := event.Unwrap(message)
		if err != nil || len(found) != 1 || found[0].Record == nil {
			t.Fatalf("taken for one record, strictly %d contents: %v", len(found), err)
		}
		if wrapped := found[0].Bridge != nil; wrapped != (w.Source != nil) || wrapped && found[0].Bridge.Source != string([]rune(string(w.Source))) {
			t.Fatalf("sent by %q, strictly %+v", w.Source, found[0].Bridge)
		}
		if e, err := event.Decode(found[0].Record); err == nil && e.Kind != event.Insight && e.Name != string([]rune(string(w.Record.Name))) {
			t.Fatalf("named %q, strictly %q", w.Record.Name, e.Name)
		}
	})
}

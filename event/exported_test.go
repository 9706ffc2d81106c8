package event_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/event"
)

// whole is a record as CloudTrail writes it, small.
func whole(name, id string, more ...string) string {
	return record(append([]string{`"eventID":"` + id + `"`, `"userIdentity":{"type":"Root"}`, `"requestParameters":{"x":1}`, `"note":"` + name + `"`}, more...)...)
}

// quoted is a text as a JSON string.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func packed(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, s) // a buffer takes everything
	_ = w.Close()
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// exported lists what was found in an export: ids of records, names of anything else, errors.
func exported(text string) (out []string) {
	found, err := event.Exported([]byte(text))
	for _, c := range found {
		if c.Other != "" {
			out = append(out, c.Other)
			continue
		}
		e, err := event.DecodeExported(c.Record)
		if err != nil {
			out = append(out, err.Error())
			continue
		}
		out = append(out, e.ID)
	}
	if err != nil {
		out = append(out, strings.Split(err.Error(), "\n")...)
	}
	return out
}

func TestWholeRecordsAreFoundWhereverAToolPutsThem(t *testing.T) {
	a, b := whole("a", "1"), whole("b", "2")
	bridge := `{"detail-type":"AWS API Call via CloudTrail","source":"aws.ec2","detail":` + a + `}`
	logs := `{"messageType":"DATA_MESSAGE","logEvents":[{"id":"0","message":` + quoted(a) + `},{"id":"1","message":` + quoted(b) + `}]}`
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"as it is", a, []string{"1"}},
		{"as text", quoted(a), []string{"1"}},
		{"as text in text in text", quoted(quoted(quoted(a))), []string{"1"}},
		{"pretty-printed as text", quoted(strings.ReplaceAll(a, ",", ",\n  ")), []string{"1"}},
		{"at a key that is no tool's", `{"a":{"b":[[{"c":` + quoted(a) + `}],{"d":` + b + `}]}}`, []string{"1", "2"}},
		{"beside words", `{"message":` + quoted("<134>Mar 2 10:15:04 host cloudtrail[7]: "+a) + `}`, []string{"1"}},
		{"several in one text", `{"body":` + quoted(a+"\n"+b) + `}`, []string{"1", "2"}},
		{"in base64", `{"data":"` + base64.StdEncoding.EncodeToString([]byte(bridge)) + `"}`, []string{"1"}},
		{"in base64 of URLs", `{"data":"` + base64.RawURLEncoding.EncodeToString([]byte(bridge+"???>>>")) + `"}`, []string{"1"}},
		{"gzipped, in base64", `{"awslogs":{"data":"` + packed(logs) + `"}}`, []string{"1", "2"}},
		{"what LookupEvents answers", `{"EventId":"1","EventName":"RunInstances","CloudTrailEvent":` + quoted(a) + `}`, []string{"1"}},
		{"a message in a dead-letter queue", `{"Messages":[{"Body":` + quoted(`{"Type":"Notification","TopicArn":"t","Message":`+quoted(bridge)+`}`) + `}]}`, []string{"1"}},
		{"a batch of a queue, one of them another's", `[{"eventSource":"aws:sqs","body":` + quoted(bridge) + `},{"eventSource":"aws:sqs","body":"hello"}]`,
			[]string{"1", "notification of sqs"}},
		{"an answer of Logs Insights", `{"results":[[{"field":"@timestamp","value":"2026-03-01 10:00:07.000"},{"field":"@message","value":` + quoted(a) + `}]]}`, []string{"1"}},
		{"a row of CloudTrail Lake", `{"QueryResultRows":[[{"eventID":"1"},{"eventJson":` + quoted(a) + `}]]}`, []string{"1"}},
		{"a row of CloudTrail Lake, column by column", `{"QueryResultRows":[[{"eventID":"1"},{"eventTime":"2026-03-01 10:00:07.000"},{"eventSource":"ec2.amazonaws.com"},
			{"eventName":"RunInstances"},{"userIdentity":` + quoted(`{"type":"Root"}`) + `}]]}`, []string{"1"}},
		{"what Splunk makes of one, beside it", `{"result":{"_raw":` + quoted(a) + `,"eventName":"RunInstances","eventSource":"ec2.amazonaws.com","eventTime":"2026-03-01T10:00:07Z","userIdentity.type":"Root"}}`,
			[]string{"1"}},
		{"as text and as an object", `{"event":{"original":` + quoted(a) + `},"parsed":` + a + `}`, []string{"1"}},
		{"sums of calls", `{"eventCategory":"Aggregated","eventId":"3","eventSource":"s3.amazonaws.com","summary":{}}`, []string{"CloudTrail aggregated event"}},
		{"none, of Security Lake", `{"class_uid":6003,"metadata":{"product":{"name":"CloudTrail"}},"api":{"operation":"RunInstances"}}`, []string{"OCSF (Security Lake)"}},
		{"none, since there are none", `{"events":[],"searchedLogStreams":[]}`, []string{"answer without records"}},
		{"none, null", `{"Records":null}`, []string{"log file without records"}},
		{"none, words", "hello", []string{"text"}},
		{"none, of LookupEvents", `{"Events":[{"EventId":"1","EventName":"RunInstances"}]}`, []string{"events of LookupEvents without CloudTrailEvent"}},
		{"none, of Logs Insights", `{"results":[[{"field":"eventName","value":"RunInstances"}]],"statistics":{}}`, []string{"answer of Logs Insights without @message"}},
		{"none, of Sentinel", `[{"EventName":"RunInstances","UserIdentityType":"IAMUser"}]`, []string{"JSON that is no CloudTrail record"}},
		{"none, of Elastic", `{"event":{"action":"RunInstances"},"aws":{"cloudtrail":{"event_type":"x"}}}`, []string{"Elastic fields without event.original"}},
		{"one that was cut off", `{"logEvents":[{"message":` + quoted(a[:60]) + `},{"message":` + quoted(b) + `}]}`,
			[]string{"2", "a text that would hold a record is no valid JSON: cut off?"}},
		{"with a key twice", `{"message":` + quoted(strings.Replace(a, "{", `{"eventName":"DescribeInstances",`, 1)) + `}`, []string{`the object has the key "eventName" twice`}},
		{"no gzip", `{"data":"H4sIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`, []string{"a text in base64 that begins like gzip can't be unpacked: flate: corrupt input before offset 5"}},
	} {
		if diff := cmp.Diff(c.want, exported(c.text)); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

// Callers write what they like into their user agents and parameters: a record in there is no record, and hides none.
func TestARecordWithinARecordIsTheCallersWord(t *testing.T) {
	forged := whole("forged", "forged")
	for name, text := range map[string]string{
		"in the user agent": whole("a", "1", `"userAgent":`+quoted(forged)),
		"in an error":       whole("a", "1", `"errorMessage":`+quoted(forged)),
		"in parameters":     whole("a", "1", `"additionalEventData":{"detail":`+forged+`}`),
	} {
		if diff := cmp.Diff([]string{"1"}, exported(text)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestWhatToolsChangeIsWrittenAsCloudTrailDoes(t *testing.T) {
	caller := `{"type":"AssumedRole","principalId":"AROA:s","arn":"arn:aws:sts::111122223333:assumed-role/web/s","accountId":"111122223333",` +
		`"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA","arn":"arn:aws:iam::111122223333:role/web","accountId":"111122223333"},"attributes":{"mfaAuthenticated":"true"}}}`
	plain := `{"eventSource":"ec2.amazonaws.com","eventName":"RunInstances","eventTime":"2026-03-01T10:00:07Z","eventID":"1","userIdentity":` + caller + `,"requestParameters":{"imageId":"ami-1"}}`
	want, err := event.Decode([]byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	lower := `{"eventsource":"ec2.amazonaws.com","eventname":"RunInstances","eventtime":"2026-03-01T10:00:07Z","eventid":"1","useridentity":%s,"requestparameters":` +
		quoted(`{"imageId":"ami-1"}`) + `,"responseelements":"null","resources":""}`
	upper := strings.NewReplacer("eventsource", "EVENTSOURCE", "eventname", "EVENTNAME", "eventtime", "EVENTTIME", "eventid", "EVENTID", "useridentity", "USERIDENTITY", "requestparameters", "REQUESTPARAMETERS")
	snake := strings.NewReplacer("eventsource", "event_source", "eventname", "event_name", "eventtime", "event_time", "eventid", "event_id", "useridentity", "user_identity", "requestparameters", "request_parameters")
	at := func(spelling string) string { return strings.Replace(plain, `"2026-03-01T10:00:07Z"`, spelling, 1) }
	for name, text := range map[string]string{
		"nothing":                         plain,
		"parameters as text":              strings.Replace(plain, `{"imageId":"ami-1"}`, quoted(`{"imageId":"ami-1"}`), 1),
		"the caller as text":              strings.Replace(plain, caller, quoted(caller), 1),
		"keys in lower case":              fmt.Sprintf(lower, quoted(caller)),
		"all keys in lower case":          fmt.Sprintf(lower, strings.NewReplacer("principalId", "principalid", "accountId", "accountid", "sessionContext", "sessioncontext", "sessionIssuer", "sessionissuer", "mfaAuthenticated", "mfaauthenticated").Replace(caller)),
		"keys in upper case":              upper.Replace(fmt.Sprintf(lower, quoted(caller))),
		"keys with underscores":           snake.Replace(fmt.Sprintf(lower, quoted(caller))),
		"a time of MongoDB":               at(`{"$date":{"$numberLong":"1772359207000"}}`),
		"a time without a zone":           at(`"2026-03-01 10:00:07.000000000"`),
		"a time without a zone, by ISO":   at(`"2026-03-01T10:00:07"`),
		"a time with a zone of four":      at(`"2026-03-01T12:00:07+0200"`),
		"a time of Athena":                at(`"2026-03-01 10:00:07.000 UTC"`),
		"a time in seconds":               at(`1772359207`),
		"a time in milliseconds, as text": at(`"1772359207000"`),
	} {
		got, err := event.DecodeExported([]byte(text))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

func TestWhatCannotBeRestoredIsSaid(t *testing.T) {
	for name, c := range map[string]struct{ record, want string }{
		"a structure as tables write it": {record(`"userIdentity":"{type=Root, arn=x}"`), "userIdentity is text and no JSON"},
		"parameters that were cut off":   {record(`"requestParameters":"{\"imageId\":\"am"`), "requestParameters is text and no JSON"},
		"keys with dots":                 {record(`"requestParameters.imageId":"ami-1"`), "the record was flattened"},
		"a time that never comes":        {strings.Replace(record(), "2026-03-01T10:00:07Z", "Infinity", 1), "no RFC 3339 time"},
		"a time that is no number":       {strings.Replace(record(), "2026-03-01T10:00:07Z", "NaN", 1), "no RFC 3339 time"},
		"a time that is none":            {strings.Replace(record(), "2026-03-01T10:00:07Z", "yesterday", 1), "no RFC 3339 time"},
		"a time in a zone of its own":    {strings.Replace(record(), "2026-03-01T10:00:07Z", "2026-03-01 10:00:07 EST", 1), "no RFC 3339 time"},
		"no JSON":                        {"{", "no valid JSON"},
	} {
		if _, err := event.DecodeExported([]byte(c.record)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: want an error with %q, have %v", name, c.want, err)
		}
	}
	hidden := record(`"requestParameters":"HIDDEN_DUE_TO_SECURITY_REASONS"`)
	if e, err := event.DecodeExported([]byte(hidden)); err != nil || !e.Time.Equal(time.Date(2026, 3, 1, 10, 0, 7, 0, time.UTC)) {
		t.Errorf("what CloudTrail hides: %v", err)
	}
}

func TestLookingHasBounds(t *testing.T) {
	a := whole("a", "1")
	texts := a
	for range 12 {
		texts = quoted(texts)
	}
	bomb := packed(strings.Repeat(" ", 70<<20) + a)
	for name, c := range map[string]struct{ text, want string }{
		"texts in texts":    {texts, "text within text"},
		"lists in lists":    {strings.Repeat("[", 100) + a + strings.Repeat("]", 100), "within each other, more than 64 times"},
		"a bomb":            {`{"data":"` + bomb + `"}`, "unpacks to more than"},
		"bombs, each small": {`[` + strings.Repeat(`"`+packed(strings.Repeat(" ", 2<<20))+`",`, 50) + `1]`, "unpacks to more than"},
	} {
		if got := strings.Join(exported(c.text), "\n"); !strings.Contains(got, c.want) {
			t.Errorf("%s: want %q, have %.200q", name, c.want, got)
		}
	}
}

func FuzzExported(f *testing.F) {
	a := whole("a", "1")
	for _, s := range []string{
		a, quoted(a), `{"awslogs":{"data":"` + packed(a) + `"}}`, `[[{"eventID":"1"},{"eventJson":` + quoted(a) + `}]]`, "12:00 " + a, `{"Records":[{"body":` + quoted(a) + `}]}`,
		`{"eventname":"a","eventsource":"b","eventtime":"2026-03-01 10:00:07","useridentity":"{}"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		found, err := event.Exported(b)
		if len(found) == 0 && err == nil {
			t.Error("neither something found nor an error")
		}
		for _, c := range found {
			if (c.Record == nil) == (c.Other == "") {
				t.Errorf("neither a record nor anything else: %+v", c)
			}
			if c.Record == nil {
				continue
			}
			e, err := event.DecodeExported(c.Record)
			if strictly, failed := event.Decode(c.Record); failed == nil && err == nil && (strictly.Name != e.Name || strictly.Source != e.Source) {
				t.Errorf("restored as %s %s, strictly %s %s", e.Source, e.Name, strictly.Source, strictly.Name)
			}
		}
	})
}

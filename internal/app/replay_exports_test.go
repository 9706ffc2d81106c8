package app_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/app"
)

// quoted is a text as a JSON string.
func quoted(s string) string { return strconv.Quote(s) }

// column is a text as a column of CSV.
func column(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// called is run with a caller, as CloudTrail writes it.
func called(id string) string {
	return strings.Replace(run(id), "{", `{"userIdentity":{"type":"Root"},`, 1)
}

// People hand over what their tools made of the same records: each form holds the same two.
func TestReplayOpensWhatToolsMadeOfRecords(t *testing.T) {
	a, b := called("1"), called("2")
	for name, content := range map[string]string{
		"lookup-events":                      `{"Events":[{"EventId":"1","CloudTrailEvent":` + quoted(a) + `},{"EventId":"2","CloudTrailEvent":` + quoted(b) + `}]}`,
		"lookup-events --query Events[]":     `[{"EventId":"1","CloudTrailEvent":` + quoted(a) + `},{"EventId":"2","CloudTrailEvent":` + quoted(b) + `}]`,
		"the same, of strings":               `[` + quoted(a) + `,` + quoted(b) + `]`,
		"the same, of lists":                 `[["1",` + quoted(a) + `],["2",` + quoted(b) + `]]`,
		"the same, as text":                  a + "\t" + b + "\n",
		"lookup-events --output text":        "EVENTS\tAKIA\t" + a + "\te-1\tRunInstances\nRESOURCES\ti-1\nEVENTS\tAKIA\t" + b + "\te-2\n",
		"filter-log-events, pretty":          "{\n  \"events\": [\n    {\"message\": " + quoted(a) + "},\n    {\"message\": " + quoted(b) + "}\n  ],\n  \"searchedLogStreams\": []\n}\n",
		"a subscription, twice":              strings.Repeat(`{"messageType":"DATA_MESSAGE","logEvents":[{"message":`+quoted(a)+`},{"message":`+quoted(b)+`}]}`, 2),
		"logs tail":                          "2026-03-01T10:00:07+00:00 stream " + a + "\n2026-03-01T10:00:08+00:00 stream " + b + "\n",
		"Insights, CSV":                      "@timestamp,@message\r\n2026-03-01,\"" + strings.ReplaceAll(a, `"`, `""`) + "\"\r\n2026-03-01," + column(b) + "\r\n",
		"Splunk, CSV of semicolons":          "\"_time\";\"_raw\"\n1;" + column(a) + "\n2;" + column(b) + "\n",
		"Elastic":                            `{"_source":{"event":{"original":` + quoted(a) + `},"aws":{"cloudtrail":{}}}}` + "\n" + `{"_source":{"event":{"original":` + quoted(b) + `}}}`,
		"a console's own wrapping":           `{"hits":{"total":2,"hits":[{"fields":{"raw":[` + quoted(a) + `]}},{"fields":{"raw":[` + quoted(b) + `]}}]}}`,
		"an export longer than any record":   `{"events":[` + strings.Repeat(`{"x":"`+strings.Repeat("y", 4000)+`"},`, 5000) + `{"m":` + quoted(a) + `},{"m":` + quoted(b) + `}]}`,
		"logs tail in colours":               "\x1b[32m10:00\x1b[0m stream " + a + "\n\x1b[32m10:01\x1b[0m stream " + b + "\n",
		"a sequence of texts":                "\x1e" + a + "\n\x1e" + b + "\n",
		"YAML":                               "- CloudTrailEvent: '" + a + "'\n  EventName: RunInstances\n- CloudTrailEvent: '" + b + "'\n",
		"lines that end with commas":         a + ",\n" + b + ",\n",
		"pretty-printed behind a time":       "10:00 " + strings.ReplaceAll(a, ",", ",\n  ") + "\n10:01 " + strings.ReplaceAll(b, ",", ",\n  ") + "\n",
		"a table with columns of one's own":  "id,Raw Event\n1," + column(a) + "\n2," + column(b) + "\n",
		"Snowflake":                          strings.NewReplacer("eventSource", "EVENTSOURCE", "eventName", "EVENTNAME", "eventTime", "EVENTTIME", "eventID", "EVENTID", "requestParameters", "REQUESTPARAMETERS").Replace(a + "\n" + b),
		"a batch of a queue":                 `{"Records":[{"eventSource":"aws:sqs","messageId":"1","body":` + quoted(a) + `},{"eventSource":"aws:sqs","messageId":"2","body":` + quoted(`{"Message":`+quoted(b)+`}`) + `}]}`,
		"what is longer than a line of tail": "x " + a + " y\n\xef\xbb\xbf" + b,
	} {
		path := filepath.Join(folder(t, map[string]string{"export.txt": content}), "export.txt")
		got := replay(t, app.ReplayInput{Paths: []string{path}})
		if diff := cmp.Diff([]string{"1", "2"}, got.events); diff != "" || got.summary.Records != 2 || len(got.problems) > 0 {
			t.Errorf("%s: %d records, problems %q\n%s", name, got.summary.Records, got.problems, diff)
		}
	}
}

func TestWhatHoldsNoRecordIsNeverPassedOver(t *testing.T) {
	ocsf := `{"class_uid":6003,"metadata":{"product":{"name":"CloudTrail"}}}`
	for _, c := range []struct{ name, content, want string }{
		{"Security Lake", ocsf + "\n" + ocsf, "holds no CloudTrail record: 2 OCSF (Security Lake)"},
		{"a digest", `{"digestS3Object":"x"}`, "holds no CloudTrail record: 1 CloudTrail digest"},
		{"a log file of null", `{"Records":null}`, "holds no CloudTrail record: 1 log file without records"},
		{"an empty list", `{"Records":[]}`, "holds no CloudTrail record"},
		{"an answer without events", `{"events":[]}`, "holds no CloudTrail record: 1 answer without records"},
		{"words", "hello\n", "holds no CloudTrail record: 1 text"},
		{"the event history as CSV", "Event name,Event time,Event source\nRunInstances,2026,ec2.amazonaws.com\n", "is CloudTrail's event history as CSV, which leaves out most of each record: download it as JSON"},
		{"Athena as CSV", "\"eventname\",\"useridentity\"\n\"RunInstances\",\"{type=Root}\"\n",
			"is a table of single fields (CSV of Athena, CloudTrail Lake or a search), which has no whole records: export these as JSON, in CloudTrail Lake the column eventJson"},
		{"a table of messages", "message,level\nhello,info\n", "is a table without whole CloudTrail records"},
		{"Athena's own text of structures", `{"eventsource":"ec2.amazonaws.com","eventname":"RunInstances","eventtime":"2026-03-01T10:00:07Z","useridentity":"{type=Root}"}`,
			"userIdentity is text and no JSON: cut off, or written by a table (in CloudTrail Lake select eventJson, in Athena cast structures to JSON)"},
		{"flattened", `{"eventSource":"ec2.amazonaws.com","eventName":"RunInstances","eventTime":"2026-03-01T10:00:07Z","requestParameters.image":"ami-1"}`,
			`the record was flattened by what exported it (key "requestParameters.image"): export it as CloudTrail wrote it`},
		{"a message that was cut off", `{"logEvents":[{"message":` + quoted(run("1")[:90]) + `}]}`, "a text that would hold a record is no valid JSON: cut off?"},
	} {
		path := filepath.Join(folder(t, map[string]string{"x": c.content}), "x")
		got := replay(t, app.ReplayInput{Paths: []string{path}})
		if len(got.problems) != 1 || !strings.HasSuffix(got.problems[0], ": "+c.want) || got.summary.Malformed != 1 {
			t.Errorf("%s: problems %q, want %q", c.name, got.problems, c.want)
		}
	}
	sums := `{"Records":[{"eventCategory":"Aggregated","eventId":"x","eventSource":"s3.amazonaws.com"}]}`
	got := replay(t, app.ReplayInput{Paths: []string{"-"}, Stdin: strings.NewReader(sums)})
	if len(got.problems) > 0 || got.summary.Kinds["CloudTrail aggregated event"] != 1 {
		t.Errorf("CloudTrail's sums of calls: %q, %+v", got.problems, got.summary)
	}
}

// In a folder the content of a file decides, and what is left out is counted.
func TestAFolderIsReadByWhatItsFilesHold(t *testing.T) {
	dir := folder(t, map[string]string{
		"a.json": run("1"), "b.json.1": run("2"), "c": run("3"), "d.log": "10:00 " + run("4"), "e.JSON": run("5"), "f.gz": zipped(run("6")), "g.json.gz.part": zipped(run("7")),
		"h.csv": "@message\n" + column(run("8")), "digest.json": `{"digestS3Object":"x"}`, "empty.json": `{"Records":[]}`,
		"notes.md": "# notes", "logo.png": "\x89PNG\r\n\x1a\n\x00", "conf": "[section]\nkey = \"value\"\n", "lake.parquet": "PAR1", "lock": "", "tsconfig.jsonc": `{"a":[]}`,
	})
	got := replay(t, app.ReplayInput{Paths: []string{dir}})
	if diff := cmp.Diff(strings.Split("12345678", ""), got.events); diff != "" || len(got.problems) > 0 {
		t.Errorf("problems %q\n%s", got.problems, diff)
	}
	want := map[string]int64{"text (.md)": 1, "binary (.png)": 1, "text": 1, "Parquet": 1, "empty": 1, "text (.jsonc)": 1}
	if diff := cmp.Diff(want, got.summary.LeftOut); diff != "" || got.summary.Files != 10 {
		t.Errorf("%d files\n%s", got.summary.Files, diff)
	}
	for name, content := range map[string]string{"digest.json": `{"digestS3Object":"x"}`, "notes.md": "# notes"} {
		got := replay(t, app.ReplayInput{Paths: []string{folder(t, map[string]string{name: content})}})
		if len(got.problems) != 1 || !strings.Contains(got.problems[0], "holds no ") {
			t.Errorf("a folder with %s alone: %q", name, got.problems)
		}
	}
	got = replay(t, app.ReplayInput{Paths: []string{folder(t, map[string]string{"a.json": run("1"), "b.json": `{"class_uid":6003,"metadata":{}}`})}})
	if !slices.Equal(got.problems, []string{"b.json:0:-1: holds no CloudTrail record: 1 OCSF (Security Lake)"}) {
		t.Errorf("a log of another schema in a folder: %q", got.problems)
	}
}

// What is broken among exports costs itself alone.
func TestOneUnreadableSpotOfAnExportCostsItselfOnly(t *testing.T) {
	for name, content := range map[string]string{
		"a message":        `{"events":[{"message":` + quoted(called("1")) + `},{"message":` + quoted(called("x")[:80]) + `},{"message":` + quoted(called("2")) + `}]}`,
		"a row":            "@message\n" + column(called("1")) + "\n" + column(called("x")[:80]) + "\n" + column(called("2")) + "\n",
		"a line":           "10:00 " + called("1") + "\n10:01 " + called("x")[:80] + "\n10:02 " + called("2") + "\n",
		"a text in a list": `[` + quoted(called("1")) + `,` + quoted(called("x")[:80]) + `,` + quoted(called("2")) + `]`,
	} {
		got := replay(t, app.ReplayInput{Paths: []string{"-"}, Stdin: strings.NewReader(content)})
		if !slices.Equal(got.events, []string{"1", "2"}) || len(got.problems) != 1 {
			t.Errorf("%s: told %q, problems %q", name, got.events, got.problems)
		}
	}
}

// A table whose quote is never closed ends at the length of a record.
func TestATableWithoutEndIsCutOff(t *testing.T) {
	content := "@message\n\"" + strings.Repeat("x", 1<<20)
	got := replay(t, app.ReplayInput{Paths: []string{"-"}, Stdin: strings.NewReader(content), MaxRecord: 100_000})
	if len(got.problems) != 1 || !strings.HasSuffix(got.problems[0], "a row longer than 100000 bytes") {
		t.Errorf("problems %q", got.problems)
	}
}

// Kinds are named by what stands in the files, and bounded all the same.
func TestNobodyMakesASummaryWithoutEnd(t *testing.T) {
	var lines strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&lines, `{"detail-type":"made up %d","source":"x","detail":{}}`+"\n", i)
	}
	got := replay(t, app.ReplayInput{Paths: []string{"-"}, Stdin: strings.NewReader(lines.String() + run("1"))})
	if n := len(got.summary.Kinds); n > 50 || got.summary.Other != 1000 {
		t.Errorf("%d kinds of %d", n, got.summary.Other)
	}
}

func FuzzReplayEnds(f *testing.F) {
	for _, s := range []string{
		run("1"), "10:00 " + run("1"), "@message\n" + column(run("1")), `{"events":[{"message":` + quoted(run("1")) + `}]}`, zipped(run("1")), "\"a\";\"_raw\"\n\"", "a\tmessage\n\"x\ty",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got := replay(t, app.ReplayInput{Paths: []string{"-"}, Stdin: strings.NewReader(string(b)), MaxRecord: 4096, MaxSize: 1 << 20})
		if s := got.summary; s.Records == 0 && s.Malformed == 0 && s.Kinds["CloudTrail aggregated event"] == 0 {
			t.Errorf("neither a record nor a problem: %+v", s)
		}
	})
}

package scan_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/scan"
)

// call is a record as CloudTrail writes it, small.
func call(name string, more ...string) string {
	keys := append([]string{
		`{"eventVersion":"1.10"`, `"eventTime":"2026-03-01T10:00:07Z"`, `"eventSource":"ec2.amazonaws.com"`, `"eventName":"` + name + `"`,
	}, more...)
	return strings.Join(keys, ",") + "}"
}

// read lists what a Reader finds: names, "?" where it is not sure, faults.
func read(src io.Reader, max int) []string {
	var found []string
	for r := scan.NewReader(src, max, nil); ; {
		rec, err := r.Next()
		var fault *scan.Fault
		switch {
		case errors.As(err, &fault):
			found = append(found, fmt.Sprintf("%d/%d %v", fault.Line, fault.Offset, fault.Err))
		case err != nil:
			if err != io.EOF {
				found = append(found, err.Error())
			}
			return found
		case rec.Unsure:
			found = append(found, "?")
		default:
			found = append(found, string(rec.Name))
		}
	}
}

// Whether a call reads is kept where the record says so plainly.
func TestTheScanKeepsWhetherACallReads(t *testing.T) {
	for more, want := range map[string]bool{
		`"readOnly":true`: true, `"readOnly" : true`: true, `"readOnly":false`: false, `"readOnly":"true"`: false, `"x":{"readOnly":true}`: false, `"x":1`: false,
	} {
		if rec, ok := scan.Object([]byte(call("A", more))); !ok || rec.ReadOnly != want {
			t.Errorf("%s: %v", more, rec.ReadOnly)
		}
	}
}

// Where a call came from is kept as it is written; what is there twice, or is no text, is for the strict decoder.
func TestTheScanKeepsWhereACallCameFrom(t *testing.T) {
	for _, c := range []struct{ more, want string }{
		{`"sourceIPAddress":"192.0.2.10","awsRegion":"eu-west-1","vpcEndpointId":"vpce-1"`, "192.0.2.10 vpce-1 eu-west-1"},
		{`"awsRegion":"eu\u002dwest-1"`, `  eu\u002dwest-1`},
		{`"sourceIPAddress":null`, "  "},
		{`"sourceIPAddress":"192.0.2.10","sourceIPAddress":"198.51.100.7"`, "?"},
		{`"vpcEndpointId":{"a":1}`, "?"},
		{`"vpcEndpointId":7`, "?"},
	} {
		rec, ok := scan.Object([]byte(call("A", c.more)))
		got := fmt.Sprintf("%s %s %s", rec.Address, rec.Endpoint, rec.Region)
		if rec.Unsure {
			got = "?"
		}
		if !ok || got != c.want {
			t.Errorf("%s: got %q, want %q", c.more, got, c.want)
		}
	}
}

func TestReaderSplitsEveryEnvelope(t *testing.T) {
	a, b := call("A"), call("B")
	for _, c := range []struct {
		name, stream string
		want         []string
	}{
		{"nothing", "", nil},
		{"a record", a, []string{"A"}},
		{"lines", a + "\n" + b + "\r\n\n", []string{"A", "B"}},
		{"a log file", `{"Records":[` + a + "," + b + `]}`, []string{"A", "B"}},
		{"with white space", "{\n \"Records\" : [ " + a + "\n , \n" + b + " ] \n}\n", []string{"A", "B"}},
		{"with more keys", `{"x":{"Records":[1]},"Records":[` + a + `],"y":[],"Records":[` + b + `]}`, []string{"A", "B"}},
		{"an empty log file", `{"Records":[]}`, nil},
		{"two log files", `{"Records":[` + a + `]}{"Records":[` + b + `]}`, []string{"A", "B"}},
		{"an array", "[" + a + "," + b + "]", []string{"A", "B"}},
		{"a byte order mark", "\xef\xbb\xbf" + a, []string{"A"}},
		{"an EventBridge event", `{"detail-type":"AWS API Call via CloudTrail","detail":` + a + "}", []string{"?"}},
		{"an array of log files", `[{"Records":[` + a + `]},` + b + `,{"Records":[]}]` + a, []string{"A", "B", "A"}},
		{"other values among records", `{"Records":[7,` + a + `,[{}],"x"]}`, []string{
			"1/12 a value that is no object among records", "A", "1/123 a value that is no object among records",
			"1/128 a value that is no object among records",
		}},
	} {
		if diff := cmp.Diff(c.want, read(strings.NewReader(c.stream), 0)); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
		if diff := cmp.Diff(c.want, read(iotest.OneByteReader(strings.NewReader(c.stream)), 0)); diff != "" {
			t.Errorf("%s, byte by byte:\n%s", c.name, diff)
		}
	}
}

func TestScanIsSureOnlyOfWhatReadsInOneWay(t *testing.T) {
	deep := strings.Repeat(`{"a":[`, 5000) + strings.Repeat(`]}`, 5000)
	for _, c := range []struct{ name, record, want string }{
		{"names elsewhere", call("A", `"requestParameters":{"eventName":"B","eventSource":"x.amazonaws.com"}`), "A"},
		{"another case", call("A", `"eventname":"B"`, `"EventName":"B"`), "A"},
		{"text that looks like a key", call("A", `"userAgent":"\",\"eventName\":\"B\""`), "A"},
		{"a name in two keys", call("A", `"eventName":"B"`), "?"},
		{"a name in two keys, once escaped", call("A", `"event\u004eame":"B"`), "?"},
		{"an escaped name", call(`A\u0042`), "?"},
		{"a name that is no string", call("A", `"eventName":null`), "?"},
		{"an empty name", call(""), "?"},
		{"no source", `{"eventName":"A","eventTime":"x"}`, "?"},
		{"no time", `{"eventName":"A","eventSource":"ec2.amazonaws.com"}`, "?"},
		{"nested 10,000 deep", call("A", `"requestParameters":`+deep), "?"},
		{"a notification of S3", strings.Replace(call("A"), "ec2.amazonaws.com", "aws:s3", 1), "?"},
		{"a digest", `{"digestS3Object":"x"}`, "?"},
	} {
		if diff := cmp.Diff([]string{c.want}, read(strings.NewReader(c.record), 0)); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

func TestReaderGoesOnBehindWhatIsBroken(t *testing.T) {
	a, b := call("A"), call("B")
	for _, c := range []struct {
		name, stream string
		want         []string
	}{
		{"binary garbage", "\x00\x01\xff\x1f\x8b{}", []string{"1/0 no JSON of CloudTrail records"}},
		{"text before records", "hello\n" + a, []string{"1/0 no JSON of CloudTrail records", "A"}},
		{"a line cut off in a string", a + "\n" + a[:15] + "\n" + b, []string{"A", "2/109 no JSON of CloudTrail records", "B"}},
		{"a line cut off between keys", a[:strings.Index(a, `"eventTime"`)] + "\n" + b, []string{"1/0 no JSON of CloudTrail records", "B"}},
		{"a line cut off in an object", call("A", `"x":{"y":1`) + "\n" + b + "\n" + a, []string{"1/0 no JSON of CloudTrail records", "B", "A"}},
		{"a line cut off two objects deep", call("A", `"x":{"y":{"z":1`) + "\n" + b + "\n" + a, []string{"1/0 cut off", "B", "A"}},
		{"the last line cut off", a + "\n" + b[:50], []string{"A", "2/109 cut off"}},
		{"a log file cut off in a record", `{"Records":[` + a + "," + b[:50], []string{"A", "1/121 cut off"}},
		{"a log file cut off behind a record", `{"Records":[` + a, []string{"A", "1/120 cut off"}},
		{"a broken record in a log file", `{"Records":[{"eventVersion":"1.1","a":},` + b + `]}`, []string{"1/12 no JSON of CloudTrail records", "B"}},
		{"brackets that cross", call("A", `"x":[{]}`) + "\n" + b, []string{"1/0 no JSON of CloudTrail records", "B"}},
		{"a missing comma", `{"Records":[` + a + b + `]}`, []string{"A", "1/120 no JSON of CloudTrail records"}},
	} {
		if diff := cmp.Diff(c.want, read(strings.NewReader(c.stream), 0)); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

func TestARecordLongerThanTheCapIsPassedOver(t *testing.T) {
	a, b := call("A"), call("B")
	long := call("Long", `"requestParameters":{"x":"`+strings.Repeat("x", 50_000)+`\"}]","y":[{}]}`)
	for name, stream := range map[string]string{
		"among lines":     a + "\n" + long + "\n" + b,
		"in a log file":   `{"Records":[` + a + "," + long + "," + b + `]}`,
		"first of a file": `{"Records":[` + a + `]}` + long + `[` + b + `]`,
	} {
		got := read(strings.NewReader(stream), 4096)
		if len(got) != 3 || got[0] != "A" || !strings.HasSuffix(got[1], "a record longer than 4096 bytes") || got[2] != "B" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestABrokenSourceIsOneFault(t *testing.T) {
	broken := errors.New("checksum")
	for name, c := range map[string]struct {
		stream string
		want   []string
	}{
		"between records":          {call("A") + "\n", []string{"A", "2/109 cut off: checksum"}},
		"in a record":              {call("A") + "\n" + call("B")[:40], []string{"A", "2/109 cut off: checksum"}},
		"before there is anything": {"", []string{"1/0 cut off: checksum"}},
	} {
		src := io.MultiReader(strings.NewReader(c.stream), iotest.ErrReader(broken))
		if diff := cmp.Diff(c.want, read(src, 0)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestScanningAllocatesNothing(t *testing.T) {
	rec := []byte(call("A", `"requestParameters":{"instancesSet":{"items":[{"instanceId":"i-1"}]}}`))
	if n := testing.AllocsPerRun(100, func() { scan.Object(rec) }); n != 0 {
		t.Errorf("%v allocations a record", n)
	}
}

// strict lists what the strict decoder makes of contents: the calls, "" where it refuses a record.
func strict(found []event.Content) (calls []string, other int) {
	for _, c := range found {
		if c.Other != "" {
			other++
			continue
		}
		e, err := event.Decode(c.Record)
		if err != nil {
			calls = append(calls, "")
			continue
		}
		calls = append(calls, e.Source+" "+e.Name)
	}
	return calls, other
}

// fast lists the same, asking the strict decoder only where the scan is not sure.
func fast(t *testing.T, stream []byte) (calls []string, other int) {
	for r := scan.NewReader(bytes.NewReader(stream), 0, nil); ; {
		rec, err := r.Next()
		var fault *scan.Fault
		switch {
		case err == io.EOF:
			return calls, other
		case errors.As(err, &fault) && fault.Err.Error() == "a value that is no object among records":
			calls = append(calls, "")
		case err != nil:
			t.Fatalf("valid for the strict decoder, but %v", err)
		case !rec.Unsure:
			// The strict decoder writes U+FFFD for what is no UTF-8; no trigger holds either.
			calls = append(calls, string([]rune(string(rec.Source)))+" "+string([]rune(string(rec.Name))))
		default:
			found := []event.Content{event.Identify(rec.Body)}
			if !rec.Inner {
				found, _ = event.Unwrap(rec.Body)
			}
			more, others := strict(found)
			calls, other = append(calls, more...), other+others
		}
	}
}

// FuzzScanAgreesWithTheStrictDecoder is the promise of the fast path: where a stream is JSON, nothing is routed otherwise
// than the strict decoder would have it.
func FuzzScanAgreesWithTheStrictDecoder(f *testing.F) {
	a := call("A")
	for _, s := range []string{
		a, `{"Records":[` + a + `]}`, "[" + a + `,{"Records":[` + a + `]}]`, a + "\n" + a, `{"detail":` + a + `}`,
		call("A", `"event\u004eame":"B"`), call("A", `"x":[[{"a":"\\\""}],1.5e3,null,true]`), `{"Rec\u006frds":[` + a + `]}`,
		`{"Records":[1,"x",[],{"Records":[` + a + `]}]}`, `{"Events":[` + a + `]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		found, err := event.Unwrap(stream)
		if err != nil {
			read(bytes.NewReader(stream), 256) // must end, whatever it finds
			return
		}
		want, wantOther := strict(found)
		got, other := fast(t, stream)
		if len(got) != len(want) || other != wantOther {
			t.Fatalf("%d records and %d others, strictly %d and %d", len(got), other, len(want), wantOther)
		}
		for i := range want {
			if want[i] != "" && want[i] != got[i] {
				t.Errorf("record %d routed as %q, strictly %q", i, got[i], want[i])
			}
		}
	})
}

// anything is a random JSON value, rich in what strings can hide.
func anything(r *rand.Rand, depth int) string {
	parts := make([]string, r.IntN(5)*min(depth, 1))
	for i := range parts {
		parts[i] = anything(r, depth-1)
	}
	switch n := r.IntN(6); {
	case n == 0:
		return "[" + strings.Join(parts, ", ") + "]"
	case n <= 2:
		for i := range parts {
			parts[i] = fmt.Sprintf("%q : %s", fmt.Sprint("k", i), parts[i])
		}
		return "{" + strings.Join(parts, ",") + "}"
	case n == 3:
		return []string{"null", "true", "false", "-1.5e+7", "0"}[r.IntN(5)]
	}
	var text strings.Builder
	for range r.IntN(90) {
		text.WriteString([]string{`\"`, `\\`, "{", "}", "]", "[", `é`, `\u0022`, "x", ":", ","}[r.IntN(11)])
	}
	return `"` + text.String() + `"`
}

func TestScanEndsWhereTheRecordEndsWhateverItHolds(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 3000 {
		rec := call("A", `"x":`+anything(r, 6), `"y":`+anything(r, 6))
		if !json.Valid([]byte(rec)) {
			t.Fatalf("the test made no JSON: %s", rec)
		}
		got, ok := scan.Object([]byte(rec + `,{"eventName":"B"}]}`))
		if !ok || string(got.Body) != rec || string(got.Name) != "A" || got.Unsure {
			t.Fatalf("%s\nread as %+v, %v", rec, got, ok)
		}
		if _, ok := scan.Object([]byte(rec[:len(rec)-1-r.IntN(len(rec)-1)])); ok {
			t.Fatalf("whole, though cut off: %s", rec)
		}
	}
}

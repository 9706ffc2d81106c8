package scan_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/scan"
)

// readExported lists what a reader of exports finds: names, what else is told in quotes, faults.
func readExported(src io.Reader, max int) (found []string) {
	r := scan.NewReader(src, max, nil)
	for r.Exported = true; ; {
		rec, err := r.Next()
		var fault *scan.Fault
		switch {
		case errors.As(err, &fault):
			found = append(found, fmt.Sprintf("%d/%d %v", fault.Line, fault.Offset, fault.Err))
		case err != nil:
			return found
		case rec.Unsure:
			found = append(found, fmt.Sprintf("<%s>", rec.Body))
		default:
			found = append(found, string(rec.Name))
		}
	}
}

func TestWhatToolsMadeOfRecordsIsToldValueByValue(t *testing.T) {
	a, b := call("A"), call("B")
	for _, c := range []struct {
		name, stream string
		want         []string
	}{
		{"records as before", a + "\n" + `{"Records":[` + b + `]}` + "[" + a + "]", []string{"A", "B", "A"}},
		{"texts", `"x"` + "\n" + `["y",` + a + `]`, []string{`<"x">`, `<"y">`, "A"}},
		{"lists in a list", `[[1,{}],` + a + `]`, []string{"<[1,{}]>", "A"}},
		{"a time before each", "2026-03-01T10:00:07.000Z " + a + "\n2026-03-01T10:00:08+00:00 stream é " + b + "\n", []string{"A", "B"}},
		{"columns before and behind", "EVENTS\tAKIA\t" + a + "\te-1\tfalse\nRESOURCES\ti-1\n" + b, []string{"A", "<e-1\tfalse>", "<RESOURCES\ti-1>", "B"}},
		{"a byte order mark before each", "\xef\xbb\xbf" + a + "\n\xef\xbb\xbf" + b, []string{"A", "B"}},
		{"a piece of a record", `x","eventName":"B"}` + "\n" + a, []string{"1/0 no JSON of CloudTrail records", "A"}},
		{"garbage", "\x00\xff{", []string{"1/0 no JSON of CloudTrail records"}},
		{"a word alone", "hello", []string{"<hello>"}},
		{"null among records", `{"Records":[null,` + a + `]}`, []string{"1/12 a value that is no object among records", "A"}},
	} {
		if diff := cmp.Diff(c.want, readExported(strings.NewReader(c.stream), 0)); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
		if diff := cmp.Diff(c.want, readExported(iotest.OneByteReader(strings.NewReader(c.stream)), 0)); diff != "" {
			t.Errorf("%s, byte by byte:\n%s", c.name, diff)
		}
	}
}

// An answer of a command line may be longer than any record: it is told in pieces, however deep these lie.
func TestAnExportOfAnyLengthIsToldInPieces(t *testing.T) {
	a := call("A")
	text := fmt.Sprintf("%q", a)
	for _, c := range []struct {
		name, stream, piece string
		count               int
	}{
		{"events as text", `{"events":[` + strings.Repeat(`{"timestamp":1,"message":`+text+`},`, 200) + `{}],"nextToken":"x"}` + a, `{"timestamp":1,"message":` + text + `}`, 200},
		{"texts in a list in lists", `{"data":{"x":[[` + strings.Repeat(text+",", 200) + `1]]}}` + a, text, 200},
		{"records in a list in a list", `[[` + strings.Repeat(a+",", 200) + `{}],` + a + `]`, "", 200},
	} {
		want := "<" + c.piece + ">"
		if c.piece == "" {
			want = "A"
		}
		count, last := 0, ""
		for _, got := range readExported(strings.NewReader(c.stream), 4096) {
			if strings.Contains(got, "no JSON") || strings.Contains(got, "longer") {
				t.Fatalf("%s: %s", c.name, got)
			}
			if got == want {
				count++
			}
			last = got
		}
		if count < c.count || last != "A" {
			t.Errorf("%s: %d pieces, %q at last", c.name, count, last)
		}
	}
	cut := readExported(strings.NewReader(`{"events":[`+strings.Repeat(`{"message":`+text+`},`, 200)), 4096)
	if last := cut[len(cut)-1]; !strings.HasSuffix(last, "cut off") {
		t.Errorf("one that was cut off: %q at last", last)
	}
}

func TestARecordThatIsTooLongIsNotToldInPieces(t *testing.T) {
	long := call("Long", `"requestParameters":{"x":["`+strings.Repeat("x", 5000)+`"]}`)
	text := `"` + strings.Repeat("x", 5000) + `"`
	for name, c := range map[string]struct {
		stream string
		want   []string
	}{
		"a record":           {long + call("B"), []string{"1/0 a record longer than 4096 bytes", "B"}},
		"a text":             {`[` + text + `,` + call("B") + `]`, []string{"1/1 a record longer than 4096 bytes", "B"}},
		"a text in a piece":  {`{"x":{"y":` + text + `},"z":[` + call("B") + `]}`, []string{"1/10 a record longer than 4096 bytes", "B"}},
		"a record in a list": {`{"Records":[` + long + `,` + call("B") + `]}`, []string{"1/12 a record longer than 4096 bytes", "B"}},
	} {
		if diff := cmp.Diff(c.want, readExported(strings.NewReader(c.stream), 4096)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func FuzzReaderOfExportsEnds(f *testing.F) {
	a := call("A")
	for _, s := range []string{a, "x " + a + " y\n" + a, `{"x":[[` + a + `,"y"],{"z":` + a + `}]}`, "\xef\xbb\xbf[[[", `{"a":"` + strings.Repeat("b", 600)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		found := readExported(strings.NewReader(string(stream)), 256)
		if len(found) > 2*len(stream)+1 {
			t.Errorf("%d things in %d bytes", len(found), len(stream))
		}
	})
}

package app_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/identity"
)

// watch is a playbook that suspects every instance that was started, and panics about one.
func watch(t testing.TB, id string) playbook.Playbook {
	t.Helper()
	spec := playbook.Spec[struct{}, struct{}]{
		ID: id, Severity: playbook.High, On: []playbook.Trigger{playbook.Call(call.EC2RunInstances)},
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[struct{}] {
			var request struct{ Image string }
			if err := json.Unmarshal(e.Request, &request); err != nil {
				panic(err)
			}
			return []playbook.Suspect[struct{}]{{Resource: e.Place().In(event.Image, request.Image), Title: "started " + request.Image}}
		},
		Plan: func(playbook.Suspect[struct{}], struct{}) action.Plan { return action.Plan{} },
	}
	p, err := playbook.Define(spec).Default()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// run is a record that fires, look one that does not.
func run(id string) string {
	return fmt.Sprintf(`{"eventVersion":"1.10","eventID":%q,"eventTime":"2026-03-01T10:00:07Z","eventSource":"ec2.amazonaws.com",`+
		`"eventName":"RunInstances","awsRegion":"eu-west-1","recipientAccountId":"111122223333","requestParameters":{"image":"ami-%s"}}`, id, id)
}

const look = `{"eventVersion":"1.10","eventTime":"2026-03-01T10:00:07Z","eventSource":"ec2.amazonaws.com","eventName":"DescribeInstances"}`

func zipped(content string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, content)
	w.Close()
	return b.String()
}

// folder writes files.
func folder(t testing.TB, content map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range content {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// told is what a replay said, in order: the ids of events, and problems as path:line:offset: error.
type told struct {
	events, problems []string
	summary          app.ReplaySummary
}

func replay(t testing.TB, in app.ReplayInput) told {
	t.Helper()
	var out told
	if in.Playbooks == nil {
		in.Playbooks = []playbook.Playbook{watch(t, "test.watch")}
	}
	in.Emit = func(l app.ReplayLine) error { out.events = append(out.events, l.EventID); return nil }
	in.Problem = func(p app.ReplayProblem) {
		out.problems = append(out.problems, fmt.Sprintf("%s:%d:%d: %v", filepath.Base(p.Path), p.Line, p.Offset, p.Err))
	}
	var err error
	if out.summary, err = app.Replay(context.Background(), in); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestReplayTellsWhatWouldHaveBeenLookedAt(t *testing.T) {
	var lines []app.ReplayLine
	s, err := app.Replay(context.Background(), app.ReplayInput{
		Paths: []string{"-"}, Stdin: strings.NewReader(run("1") + "\n" + look), Playbooks: []playbook.Playbook{watch(t, "test.watch")},
		Emit: func(l app.ReplayLine) error { lines = append(lines, l); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(lines)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"playbook":"test.watch","severity":"high","event_id":"1","event_time":"2026-03-01T10:00:07Z","event_name":"RunInstances",` +
		`"account":"111122223333","region":"eu-west-1","resource":"arn:aws:ec2:eu-west-1::image/ami-1","title":"started ami-1","plan":[]}]`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	s.Seconds = 0
	if diff := cmp.Diff(app.ReplaySummary{Records: 2, Bytes: int64(len(run("1")+look) + 1), Files: 1, Suspects: 1, Wanted: 1}, s); diff != "" {
		t.Error(diff)
	}
}

// instances are records of an instance's session, from an address: by its nth credentials, which AWS exchanges every few hours.
func instances(n int, addresses ...string) string {
	var all []string
	for i, from := range addresses {
		all = append(all, fmt.Sprintf(`{"eventVersion":"1.10","eventID":"%d-%d-%s","eventTime":"2026-03-01T10:00:07Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets",`+
			`"awsRegion":"eu-west-1","sourceIPAddress":%[3]q,"recipientAccountId":"111122223333","userIdentity":{"type":"AssumedRole","principalId":"AROAWEBWEBWEBWEBWEBW2:i-0a1b2c3d4e5f60718",`+
			`"arn":"arn:aws:sts::111122223333:assumed-role/web/i-0a1b2c3d4e5f60718","accountId":"111122223333","accessKeyId":"ASIAWEB%013[1]d","sessionContext":{"sessionIssuer":`+
			`{"type":"Role","principalId":"AROAWEBWEBWEBWEBWEBW2","arn":"arn:aws:iam::111122223333:role/web","accountId":"111122223333","userName":"web"},"ec2RoleDelivery":"2.0"}}}`, n, i, from))
	}
	return `{"Records":[` + strings.Join(all, ",") + `]}`
}

// An instance calls thousands of times from its one address: a replay tells of the first, whatever its credentials are by then, and
// counts the others, however many read side by side.
func TestAReplayTellsOnceOfACallerAndASource(t *testing.T) {
	elsewhere, err := identity.CredentialsElsewhere().Default()
	if err != nil {
		t.Fatal(err)
	}
	dir := folder(t, map[string]string{
		"1.json": instances(1, "192.0.2.10", "192.0.2.10", "198.51.100.7"),
		"2.json": instances(2, "192.0.2.10", "198.51.100.7", "203.0.113.9"),
		"3.json": instances(2, "203.0.113.9", "192.0.2.10"),
	})
	for _, workers := range []int{1, 4} {
		got := replay(t, app.ReplayInput{Paths: []string{dir}, Workers: workers, Playbooks: []playbook.Playbook{elsewhere}})
		if diff := cmp.Diff([]string{"1-0-192.0.2.10", "1-2-198.51.100.7", "2-2-203.0.113.9"}, got.events); diff != "" {
			t.Errorf("%d workers:\n%s", workers, diff)
		}
		if s := got.summary; s.Suspects != 3 || s.Repeated != 5 || s.Records != 8 || s.Malformed != 0 {
			t.Errorf("%d workers: %+v", workers, s)
		}
	}
}

func TestReplayReadsEveryFormInOrderOfPathAndOffset(t *testing.T) {
	bridge := `{"detail-type":"AWS API Call via CloudTrail","detail":` + run("5") + `}`
	dir := folder(t, map[string]string{
		"a/1.json":       `{"Records":[` + run("1") + `,` + look + `,` + run("2") + `]}`,
		"a/2.json.gz":    zipped(`{"Records":[` + run("3") + `]}`),
		"b/3.jsonl":      run("4") + "\n" + bridge + "\n",
		"b/4.jsonl.gz":   zipped(run("6")) + zipped(run("7")),
		"c.json":         "[" + run("8") + "," + run("9") + "]",
		"d-digest.json":  `{"digestS3Object":"x"}`,
		"e-insight.json": `{"Records":[{"eventTime":"2026-03-01T10:00:07Z","eventCategory":"Insight","insightDetails":{"eventSource":"ec2.amazonaws.com","eventName":"RunInstances"}}]}`,
		"notes.txt":      "not a log",
	})
	for workers := 1; workers <= 4; workers++ {
		got := replay(t, app.ReplayInput{Paths: []string{dir, filepath.Join(dir, "c.json")}, Workers: workers})
		if diff := cmp.Diff(strings.Split("123456789", ""), got.events); diff != "" {
			t.Errorf("%d workers: %s", workers, diff)
		}
		if s := got.summary; s.Records != 11 || s.Other != 1 || s.Files != 7 || s.Malformed != 0 {
			t.Errorf("%d workers: %+v %v", workers, s, got.problems)
		}
	}
}

func TestAnEventIsToldOnceHoweverOftenItIsRecorded(t *testing.T) {
	dir := folder(t, map[string]string{"1.jsonl": run("2") + run("1") + run("2"), "2.jsonl": run("1") + run("3")})
	got := replay(t, app.ReplayInput{Paths: []string{dir}, Playbooks: []playbook.Playbook{watch(t, "test.a"), watch(t, "test.b")}})
	if diff := cmp.Diff([]string{"2", "2", "1", "1", "3", "3"}, got.events); diff != "" {
		t.Error(diff)
	}
	if s := got.summary; s.Records != 5 || s.Duplicates != 2 || s.Suspects != 6 {
		t.Errorf("%+v", s)
	}
}

func TestWhatCannotBeReadIsToldAndTheRestIsRead(t *testing.T) {
	gz := zipped(strings.Repeat(look+"\n", 50) + run("1"))
	long := strings.Replace(run("long"), `"ami-`, `"`+strings.Repeat("x", 50<<20), 1)
	for _, c := range []struct {
		name, file, content string
		events, problems    []string
	}{
		{"truncated gzip", "x.json.gz", gz[:len(gz)-20], nil, []string{": cut off: unexpected EOF"}},
		{"truncated JSON", "x.json", `{"Records":[` + run("1") + "," + look[:30], []string{"1"}, []string{"x.json:1:244: cut off"}},
		{"a record without source", "x.jsonl", `{"eventName":"RunInstances"}` + "\n" + run("1"), []string{"1"},
			[]string{"x.jsonl:1:0: the record has no eventSource"}},
		{"a name twice", "x.jsonl", run("1") + "\n" + strings.Replace(run("2"), "{", `{"eventName":"DescribeInstances",`, 1), []string{"1"},
			[]string{`x.jsonl:2:232: the object has the key "eventName" twice`}},
		{"an escaped key", "x.jsonl", strings.Replace(run("1"), "eventName", `event\u004eame`, 1), []string{"1"}, nil},
		{"an escaped name", "x.jsonl", strings.Replace(run("1"), "RunInst", `\u0052unInst`, 1), []string{"1"}, nil},
		{"keys of another case", "x.jsonl", strings.Replace(run("1"), "{", `{"eventname":"DescribeInstances",`, 1), []string{"1"}, nil},
		{"a nested name", "x.jsonl", strings.Replace(look, "{", `{"requestParameters":{"eventName":"RunInstances"},`, 1), nil, nil},
		{"nested 9,000 deep", "x.jsonl", strings.Replace(run("1"), `"image"`, `"deep":`+strings.Repeat("[", 9000)+strings.Repeat("]", 9000)+`,"image"`, 1),
			[]string{"1"}, nil},
		{"nested 11,000 deep", "x.jsonl", strings.Replace(run("1"), `"image"`, `"deep":`+strings.Repeat("[", 11000)+strings.Repeat("]", 11000)+`,"image"`, 1) + "\n" + run("2"),
			[]string{"2"}, []string{"x.jsonl:1:0: no valid JSON at byte 0"}},
		{"a record of 50 MB", "x.json", `{"Records":[` + run("1") + "," + long + "," + run("2") + `]}`, []string{"1", "2"},
			[]string{"x.json:1:244: a record longer than 16777216 bytes"}},
		{"binary garbage", "x.json", "\x00\xff\x17\x99{]", nil, []string{"x.json:1:0: no JSON of CloudTrail records"}},
		{"an empty file", "x.json", "", nil, []string{"x.json:0:-1: is empty"}},
		{"a folder without logs", "x.txt", "x", nil, []string{"holds no logs"}},
		{"a playbook that panics", "x.jsonl", strings.Replace(run("1"), `{"image":"ami-1"}`, "null", 1) + "\n" + run("2"), []string{"2"},
			[]string{"x.jsonl:1:0: playbook test.watch: panic"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := replay(t, app.ReplayInput{Paths: []string{folder(t, map[string]string{c.file: c.content})}})
			if diff := cmp.Diff(c.events, got.events); diff != "" {
				t.Errorf("events: %s", diff)
			}
			if len(got.problems) != len(c.problems) || got.summary.Malformed != int64(len(c.problems)) {
				t.Fatalf("problems: %q, counted %d, want %q", got.problems, got.summary.Malformed, c.problems)
			}
			for i, want := range c.problems {
				if !strings.HasSuffix(got.problems[i], want) {
					t.Errorf("problem %q, want %q", got.problems[i], want)
				}
			}
		})
	}
}

func TestAMissingFileIsAProblemOfItsOwn(t *testing.T) {
	dir := folder(t, map[string]string{"1.json": run("1")})
	got := replay(t, app.ReplayInput{Paths: []string{filepath.Join(dir, "nothing"), filepath.Join(dir, "1.json")}})
	if len(got.events) != 1 || len(got.problems) != 1 || !strings.Contains(got.problems[0], "no such file") {
		t.Errorf("%q %q", got.events, got.problems)
	}
}

func TestAGzipBombIsCappedAndTheCapCanBeRaised(t *testing.T) {
	path := filepath.Join(folder(t, map[string]string{"bomb.json.gz": zipped(run("1") + strings.Repeat(" ", 10<<20) + run("2"))}), "bomb.json.gz")
	got := replay(t, app.ReplayInput{Paths: []string{path}, MaxSize: 1 << 20})
	if len(got.events) != 1 || len(got.problems) != 1 || !strings.HasSuffix(got.problems[0], "more than 1048576 bytes decompressed") {
		t.Errorf("%q %q", got.events, got.problems)
	}
	if got = replay(t, app.ReplayInput{Paths: []string{path}}); len(got.events) != 2 || len(got.problems) != 0 {
		t.Errorf("%q %q", got.events, got.problems)
	}
}

func TestAReplayEndsWithItsReaderOrItsContext(t *testing.T) {
	gone := errors.New("broken pipe")
	in := app.ReplayInput{
		Paths: []string{folder(t, map[string]string{"1.jsonl": strings.Repeat(look, 1000) + run("1")})}, Playbooks: []playbook.Playbook{watch(t, "test.watch")},
		Emit: func(app.ReplayLine) error { return gone },
	}
	if _, err := app.Replay(context.Background(), in); !errors.Is(err, gone) {
		t.Errorf("want the error of Emit, have %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	silent, w := io.Pipe()
	defer w.Close()
	in.Paths, in.Stdin = []string{"-"}, silent
	if _, err := app.Replay(ctx, in); !errors.Is(err, context.Canceled) {
		t.Errorf("want the context's error, have %v", err)
	}
}

func TestProgressEndsAtTheWhole(t *testing.T) {
	dir := folder(t, map[string]string{"1.jsonl": run("1"), "2.json.gz": zipped(run("2"))})
	var files, read, size int64
	replay(t, app.ReplayInput{Paths: []string{dir}, Progress: func(f, r, of int64) { files, read, size = f, r, of }})
	if files != 2 || read != size || size == 0 {
		t.Errorf("%d files, %d of %d bytes", files, read, size)
	}
}

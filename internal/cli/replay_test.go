package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/playbooks"
)

// unprotected is a record that a playbook of the catalogue suspects.
func unprotected(id string) string {
	return fmt.Sprintf(`{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLEMALLORY00","arn":"arn:aws:iam::111122223333:user/mallory",`+
		`"accountId":"111122223333","accessKeyId":"AKIAEXAMPLEMALLORY00","userName":"mallory"},"eventTime":"2026-03-01T12:00:00Z","eventSource":"ec2.amazonaws.com",`+
		`"eventName":"ModifyInstanceAttribute","awsRegion":"eu-west-1","requestParameters":{"instanceId":"i-0123456789abcdef0","disableApiTermination":{"value":false}},`+
		`"responseElements":{"_return":true},"eventID":%q,"recipientAccountId":"111122223333"}`, id)
}

// Whoever stops a replay is told what was found so far, and that nothing is kept.
func TestAReplayThatIsStoppedSaysWhatItRead(t *testing.T) {
	in, out := io.Pipe()
	defer out.Close()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	told := &signalled{at: "mallory", done: stop}
	var remarks bytes.Buffer
	sh := &shell{in: in, out: told, err: &remarks, now: time.Now}
	go func() {
		for i := range 200 { // findings travel in batches
			if _, err := io.WriteString(out, unprotected(fmt.Sprint(i))+"\n"); err != nil {
				return
			}
		}
		for ctx.Err() == nil {
			if _, err := io.WriteString(out, strings.Repeat(" ", 1<<16)); err != nil {
				return
			}
		}
	}()
	if code := run(ctx, []string{"replay", "-"}, sh, playbooks.All(), action.Kinds()); code != exitStopped {
		t.Errorf("exit code %d", code)
	}
	if text := remarks.String(); !strings.Contains(text, " suspects in ") || !strings.Contains(text, "stopped: the rest was not read, and the next run begins anew") || strings.Contains(text, "recorded") || strings.Count(text, "stopped") != 1 {
		t.Errorf("said %q", text)
	}
}

// Of more suspects than somebody reads one by one, it is said what counts them.
func TestAReplayOfManySuspectsNamesWhatCountsThem(t *testing.T) {
	for n, want := range map[int]bool{readable: false, readable + 1: true} {
		var in, remarks bytes.Buffer
		for i := range n {
			fmt.Fprintln(&in, unprotected(fmt.Sprint(i)))
		}
		sh := &shell{in: &in, out: io.Discard, err: &remarks, now: time.Now}
		if code := run(t.Context(), []string{"replay", "-"}, sh, playbooks.All(), action.Kinds()); code != 0 {
			t.Errorf("exit code %d", code)
		}
		if got := strings.Contains(remarks.String(), "riposte backtest counts them"); got != want || !strings.Contains(remarks.String(), fmt.Sprintf("%d suspects in", n)) {
			t.Errorf("of %d: %q", n, remarks.String())
		}
	}
}

// signalled calls done once a text was written.
type signalled struct {
	at   string
	done func()
}

func (s *signalled) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(s.at)) {
		s.done()
	}
	return len(b), nil
}

func TestAReplayReadsABucket(t *testing.T) {
	server := mototest.Start(t)
	client := awss3.NewFromConfig(server.Config(event.Place{Region: "us-east-1"}), func(o *awss3.Options) { o.UsePathStyle = true })
	if _, err := client.CreateBucket(t.Context(), &awss3.CreateBucketInput{Bucket: aws.String("trail")}); err != nil {
		t.Fatal(err)
	}
	for key, content := range map[string]string{
		"logs/1.json": unprotected("1"), "logs/2.json.1": unprotected("2"), "logs/notes.md": "# notes", "elsewhere.json": unprotected("3"),
	} {
		if _, err := client.PutObject(t.Context(), &awss3.PutObjectInput{Bucket: aws.String("trail"), Key: &key, Body: strings.NewReader(content)}); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE000000001", "AWS_SECRET_ACCESS_KEY": "example", "AWS_REGION": "eu-west-1",
	} {
		t.Setenv(name, value)
	}
	for _, c := range []struct {
		path string
		code int
		says string
	}{
		{"s3://trail/logs/", exitDone, "2 suspects in 2 records of 2 files"},
		{"s3://trail/logs/", exitDone, "files left out: 1 text (.md)"},
		{"s3://trail/elsewhere.json", exitDone, "1 suspects in 1 records of 1 files"},
		{"s3://trail/logs/notes.md", exitFailed, "holds no CloudTrail record: 1 text"},
		{"s3://trail/none", exitFailed, "unreadable: s3://trail/none: there is no object below this prefix"},
		{"s3://nobodys/x", exitFailed, "unreadable: s3://nobodys/x: there is no bucket nobodys"},
	} {
		var out, remarks bytes.Buffer
		code := run(t.Context(), []string{"replay", c.path}, &shell{in: strings.NewReader(""), out: &out, err: &remarks, now: time.Now}, playbooks.All(), action.Kinds())
		if code != c.code || !strings.Contains(remarks.String(), c.says) {
			t.Errorf("%s: code %d, said %q, want %d and %q", c.path, code, remarks.String(), c.code, c.says)
		}
	}
}

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/backtest"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/playbooks"
)

// launchRecord is the record of an instance that was launched by hand, from an image.
func launchRecord(n int, account, instance, image string, at time.Time) string {
	return fmt.Sprintf(`{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLEMALLORY00","arn":"arn:aws:iam::%[2]s:user/mallory","accountId":"%[2]s",`+
		`"accessKeyId":"AKIAEXAMPLEMALLORY00","userName":"mallory"},"eventTime":%[5]q,"eventSource":"ec2.amazonaws.com","eventName":"RunInstances","awsRegion":"eu-west-1",`+
		`"sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2.15.20","requestParameters":{"instancesSet":{"items":[{"imageId":%[4]q,"minCount":1,"maxCount":1}]}},`+
		`"responseElements":{"instancesSet":{"items":[{"instanceId":%[3]q,"imageId":%[4]q,"vpcId":"vpc-0a1b2c3d"}]}},"requestID":"r-%[1]d","eventID":"e-%[1]d","recipientAccountId":"%[2]s"}`,
		n, account, instance, image, at.UTC().Format(time.RFC3339))
}

// org is a trail in moto's S3 with what else lies in such a bucket, and an instance that it tells of and that runs.
type org struct {
	*mototest.Server
	now   time.Time
	image string
}

const stranger = "444455556666"

func newOrg(t *testing.T) org {
	t.Helper()
	images := filepath.Join(t.TempDir(), "images.json")
	image := `[{"ami_id": "ami-0123456789abcdef9", "name": "al2023", "owner_id": "801119661308", "public": true, "virtualization_type": "hvm",` +
		`"architecture": "x86_64", "state": "available", "root_device_type": "ebs", "root_device_name": "/dev/xvda", "image_type": "machine", "hypervisor": "xen", "description": "x", "sriov": "simple"}]`
	if err := os.WriteFile(images, []byte(image), 0o600); err != nil {
		t.Fatal(err)
	}
	o := org{Server: mototest.Start(t, "MOTO_AMIS_PATH="+images), now: time.Now().UTC(), image: "ami-0123456789abcdef9"}
	api := ec2.NewFromConfig(o.Config(event.Place{Region: "eu-west-1"}))
	out, err := api.RunInstances(t.Context(), &ec2.RunInstancesInput{ImageId: &o.image, MinCount: aws.Int32(1), MaxCount: aws.Int32(1)})
	if err != nil {
		t.Fatal(err)
	}
	s3 := awss3.NewFromConfig(o.Config(event.Place{Region: "us-east-1"}), func(o *awss3.Options) { o.UsePathStyle = true })
	if _, err := s3.CreateBucket(t.Context(), &awss3.CreateBucketInput{Bucket: aws.String("trail")}); err != nil {
		t.Fatal(err)
	}
	put := func(account string, daysAgo int, unique, content string) {
		at := o.now.AddDate(0, 0, -daysAgo)
		key := fmt.Sprintf("AWSLogs/o-abcdefghij/%[1]s/CloudTrail/eu-west-1/%[2]s/%[1]s_CloudTrail_eu-west-1_%[3]s_%[4]s.json", account, at.Format("2006/01/02"), at.Format("20060102T1504Z"), unique)
		if _, err := s3.PutObject(t.Context(), &awss3.PutObjectInput{Bucket: aws.String("trail"), Key: &key, Body: strings.NewReader(content)}); err != nil {
			t.Fatal(err)
		}
	}
	records := func(all ...string) string { return `{"Records":[` + strings.Join(all, ",") + `]}` }
	put(mototest.Account, 1, "a", records(launchRecord(1, mototest.Account, *out.Instances[0].InstanceId, o.image, o.now.AddDate(0, 0, -1))))
	put(mototest.Account, 1, "b", records(launchRecord(2, mototest.Account, "i-0123456789abcdef0", o.image, o.now.AddDate(0, 0, -1))))
	put(mototest.Account, 3, "c", records(launchRecord(3, mototest.Account, "i-0123456789abcdef1", o.image, o.now.AddDate(0, 0, -3))))
	put(stranger, 1, "d", records(launchRecord(4, stranger, "i-0123456789abcdef2", o.image, o.now.AddDate(0, 0, -1))))
	put(mototest.Account, 40, "old", records(launchRecord(5, mototest.Account, "i-0123456789abcdef3", o.image, o.now.AddDate(0, 0, -40))))
	for _, beside := range []string{"CloudTrail-Digest", "CloudTrail-Insight"} {
		key := "AWSLogs/o-abcdefghij/" + mototest.Account + "/" + beside + "/eu-west-1/" + o.now.Format("2006/01/02") + "/x.json.gz"
		if _, err := s3.PutObject(t.Context(), &awss3.PutObjectInput{Bucket: aws.String("trail"), Key: &key, Body: strings.NewReader("no log")}); err != nil {
			t.Fatal(err)
		}
	}
	put(stranger, 2, "bad", `{"Records":[`+launchRecord(6, stranger, "i-0123456789abcdef4", o.image, o.now.AddDate(0, 0, -2))+`,{"eventName":"RunInstances"}`)
	for _, pair := range o.Env() {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
	t.Chdir(t.TempDir())
	return o
}

// backtested runs the verb over the trail, and returns its report.
func (o org) backtested(t *testing.T, config string, code int, flags ...string) (r backtest.Report, remarks string) {
	t.Helper()
	if err := os.WriteFile("org.yaml", []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, said bytes.Buffer
	args := append([]string{"backtest", "--s3", "s3://trail/AWSLogs/", "--config", "org.yaml", "--format", "json"}, flags...)
	got := run(t.Context(), args, &shell{in: strings.NewReader(""), out: &out, err: &said, now: func() time.Time { return o.now }}, playbooks.All(), action.Kinds())
	if got != code {
		t.Fatalf("code %d, want %d: %s", got, code, said.String())
	}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	return r, said.String()
}

func (o org) row(r backtest.Report, by, name string) backtest.Row {
	for _, t := range r.Tables {
		for _, row := range t.Rows {
			if t.By == by && row.Name == name {
				return row
			}
		}
	}
	return backtest.Row{}
}

const ours = `organization: {accounts: [{id: "123456789012", name: shop}]}` + "\n"

func TestABacktestOfATrailsBucket(t *testing.T) {
	o := newOrg(t)
	t.Run("on the records alone", func(t *testing.T) {
		r, said := o.backtested(t, ours, exitFailed, "--html", "page.html")
		if r.Summary.Records != 5 || r.Summary.Files != 5 {
			t.Errorf("%+v", r.Summary) // neither digests and Insights, nor what is 40 days old
		}
		if r.Unreadable == 0 || !strings.Contains(strings.Join(r.Unread, " "), "_bad.json") || !strings.Contains(said, "unreadable: s3://trail/AWSLogs/o-abcdefghij/"+stranger) {
			t.Errorf("what could not be read: %q, said %q", r.Unread, said)
		}
		if row := o.row(r, "playbook", "launch.unapproved-image"); row.Suspects != 5 || row.Alone != 2 || row.Observe != 3 {
			t.Errorf("%+v", row) // those of a stranger's account are left alone
		}
		day := o.now.AddDate(0, 0, -3).Format(time.DateOnly)
		if r.Days != 3 || len(r.Gaps) == 0 || r.Gaps[0].Account != "" || r.Gaps[0].From != o.now.AddDate(0, 0, -30).Format(time.DateOnly) {
			t.Errorf("%d days with %s, gaps %v", r.Days, day, r.Gaps)
		}
		if _, err := os.Stat("page.html"); err != nil {
			t.Error(err)
		}
		if left, _ := filepath.Glob("riposte-backtest.state"); len(left) > 0 {
			t.Error("the state stays")
		}
	})
	t.Run("against the present", func(t *testing.T) {
		r, said := o.backtested(t, ours, exitFailed, "--check")
		row := o.row(r, "playbook", "launch.unapproved-image")
		if row.Confirmed != 1 || row.Dismissed == 0 {
			t.Errorf("%+v, %s, %v", row, said, r.Unknown)
		}
		if row := o.row(r, "image owner", "amazon"); row.Suspects == 0 {
			t.Errorf("no image of Amazon's: %+v", r.Tables)
		}
		if !strings.Contains(fmt.Sprint(r.Quieter), "allow_owners: [amazon] 1 0 true") {
			t.Errorf("quieter: %v", r.Quieter)
		}
	})
	t.Run("without the audit role", func(t *testing.T) {
		r, _ := o.backtested(t, "organization: {accounts: [{id: \"123456789012\"}], roles: {contain: riposte-contain}}\n", exitFailed, "--check")
		if row := o.row(r, "playbook", "launch.unapproved-image"); row.Suspects != 5 || row.Unknown == 0 || row.Confirmed != 0 {
			t.Errorf("%+v", row)
		}
		if len(r.Unknown) == 0 || !strings.Contains(r.Unknown[0].Why, "audit") {
			t.Errorf("unknown: %+v", r.Unknown)
		}
	})
	t.Run("a bucket that is not there", func(t *testing.T) {
		var out, said bytes.Buffer
		code := run(t.Context(), []string{"backtest", "--s3", "s3://nobodys/AWSLogs/"}, &shell{in: strings.NewReader(""), out: &out, err: &said, now: time.Now}, playbooks.All(), action.Kinds())
		if code != exitFailed || !strings.Contains(said.String(), "there is no bucket nobodys") {
			t.Errorf("code %d, said %q", code, said.String())
		}
	})
}

// What a backtest counts is what a replay of the same files tells, suspect by suspect.
func TestABacktestCountsWhatAReplayTells(t *testing.T) {
	t.Chdir(t.TempDir())
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	var all []string
	for i := range 300 {
		all = append(all, launchRecord(i, []string{"111122223333", stranger}[i%3%2], fmt.Sprintf("i-%017x", i), "ami-0123456789abcdef0", now))
	}
	if err := os.WriteFile("trail.json", []byte(`{"Records":[`+strings.Join(all, ",")+`]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	printed := func(verb string) *json.Decoder {
		var out, said bytes.Buffer
		if code := run(t.Context(), []string{verb, "trail.json", "--format", "json"}, &shell{in: strings.NewReader(""), out: &out, err: &said, now: func() time.Time { return now }}, playbooks.All(), action.Kinds()); code != exitDone {
			t.Fatalf("%s: code %d: %s", verb, code, said.String())
		}
		return json.NewDecoder(&out)
	}
	want := map[string]int{}
	for d := printed("replay"); d.More(); {
		var line struct{ Playbook, Account string }
		if err := d.Decode(&line); err != nil {
			t.Fatal(err)
		}
		if line.Playbook != "" {
			want["playbook "+line.Playbook]++
			want["account "+line.Account]++
		}
	}
	var r backtest.Report
	if err := printed("backtest").Decode(&r); err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, table := range r.Tables {
		for _, row := range table.Rows {
			if table.By == "playbook" || table.By == "account" {
				got[table.By+" "+row.Name] = row.Suspects
			}
		}
	}
	if len(want) < 4 || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("counted %v, told %v", got, want)
	}
}

// What a backtest counts is what a program of another hand and language counts in the same files: duplicates once, refusals not at all.
func TestABacktestCountsWhatAnotherProgramCounts(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3: what a backtest counts is compared with a replay alone")
	}
	counter, err := filepath.Abs("../backtest/testdata/count.py")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if said, err := exec.CommandContext(t.Context(), python, counter, "make", "trail", "2").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	text, err := exec.CommandContext(t.Context(), python, counter, "count", "trail").Output()
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]map[string]int
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	var out, said bytes.Buffer
	if code := run(t.Context(), []string{"backtest", "trail", "--format", "json"}, &shell{in: strings.NewReader(""), out: &out, err: &said, now: time.Now}, playbooks.All(), action.Kinds()); code != exitDone {
		t.Fatalf("code %d: %s", code, said.String())
	}
	var r backtest.Report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, table := range r.Tables {
		if want[table.By] == nil {
			continue
		}
		got := map[string]int{}
		for _, row := range table.Rows {
			got[row.Name] = row.Suspects
		}
		if compared += len(got); fmt.Sprint(got) != fmt.Sprint(want[table.By]) {
			t.Errorf("by %s: %v, the other counts %v", table.By, got, want[table.By])
		}
	}
	if compared < 200 {
		t.Errorf("%d rows were compared", compared)
	}
}

// Whoever stops a backtest is told how it goes on, and the next run does.
func TestABacktestThatIsStoppedSaysHowItGoesOn(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("trail.json", []byte(launchRecord(1, stranger, "i-0123456789abcdef0", "ami-0123456789abcdef0", time.Now())), 0o600); err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for _, c := range []struct {
		ctx  context.Context
		path string
		code int
		says string
		kept bool
	}{
		{stopped, "trail.json", exitStopped, "stopped: the same command goes on where this one was, by riposte-backtest.state", true},
		{t.Context(), "other.json", exitFailed, "is of a backtest of something else", true},
		{t.Context(), "trail.json", exitDone, "", false},
	} {
		var out, said bytes.Buffer
		code := run(c.ctx, []string{"backtest", c.path}, &shell{in: strings.NewReader(""), out: &out, err: &said, now: time.Now}, playbooks.All(), action.Kinds())
		_, err := os.Stat("riposte-backtest.state")
		if code != c.code || !strings.Contains(said.String(), c.says) || (err == nil) != c.kept {
			t.Errorf("%s: code %d, said %q, state %v", c.path, code, said.String(), err)
		}
	}
}

// What was begun by another configuration, wherever that lies, or by another build, is not gone on with.
func TestAStateIsOfOneConfigurationAndBuild(t *testing.T) {
	v := backtestVerb{Paths: []string{"trail"}}
	begun := v.of(&config.Config{File: "ssm:/riposte/config", Version: "version 1"}, "0.2.0")
	if v.of(&config.Config{File: "ssm:/riposte/config", Version: "version 1"}, "0.2.0") != begun {
		t.Error("the same is another")
	}
	for name, other := range map[string]string{
		"a parameter written anew": v.of(&config.Config{File: "ssm:/riposte/config", Version: "version 2"}, "0.2.0"),
		"another parameter":        v.of(&config.Config{File: "ssm:/riposte/other", Version: "version 1"}, "0.2.0"),
		"an upgrade":               v.of(&config.Config{File: "ssm:/riposte/config", Version: "version 1"}, "0.2.1"),
		"other paths":              backtestVerb{Paths: []string{"trails"}}.of(&config.Config{File: "ssm:/riposte/config", Version: "version 1"}, "0.2.0"),
	} {
		if other == begun {
			t.Errorf("%s goes on with the old state", name)
		}
	}
}

package cli

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/playbooks"
)

// A configuration that is kept elsewhere is judged as a file is.
func TestAPromotionInAParameterIsJudged(t *testing.T) {
	server := mototest.Start(t)
	lives(t, server)
	t.Setenv(configEnv, "")
	parameters := ssm.NewFromConfig(server.Config(event.Place{Region: "eu-west-1"}))
	record := filepath.Join(t.TempDir(), "none.db")
	for _, x := range []struct {
		name, text string
		args       []string
		code       int
		says       string
	}{
		{"nobody has decided", "playbooks:\n  launch.unapproved-image:\n    mode: ask\n", []string{"promote", "--to", "act"}, exitFailed, "launch.unapproved-image acts, and allow_owners names no owner"},
		{"decided", "playbooks:\n  launch.unapproved-image:\n    mode: ask\n    params: {allow_owners: [self]}\n", []string{"promote", "--to", "act"}, 0, "ssm:/riposte/config, line 3\n  +     mode: act\nnothing is changed: with --write it is, with your own rights"},
		{"without a record", "playbooks:\n  launch.unapproved-image:\n    mode: ask\n    params: {allow_owners: [self]}\n", []string{"promote", "--to", "act", "--write"}, exitFailed, "nothing is changed, since it can't be put on record"},
		{"back, a class too", "playbooks:\n  launch.unapproved-image:\n    destroy: act\n", []string{"demote"}, 0, "+     destroy: observe"},
	} {
		t.Run(x.name, func(t *testing.T) {
			_, err := parameters.PutParameter(t.Context(), &ssm.PutParameterInput{Name: aws.String("/riposte/config"), Value: &x.text, Type: "String", Overwrite: aws.Bool(true)})
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			args := append(x.args, "launch.unapproved-image", "--config", "ssm:/riposte/config", "--ledger", record)
			got := run(t.Context(), args, &shell{in: strings.NewReader(""), out: &out, err: &out, now: time.Now}, playbooks.All(), action.Kinds())
			if got != x.code || !strings.Contains(out.String(), x.says) {
				t.Errorf("code %d: %s", got, out.String())
			}
		})
	}
}

// It is written where it is kept, as riposte reads it: one line, with its end, and the ledger has who did it and why. Demoting takes it back.
func TestAPromotionIsWrittenWhereTheConfigurationIsKept(t *testing.T) {
	server := mototest.Start(t)
	lives(t, server)
	t.Setenv(configEnv, "")
	const begun = "# ours\nplaybooks:\n  launch.unapproved-image:\n    mode: ask # since June\n    params: {allow_owners: [self]}\n"
	base := server.Config(event.Place{Region: "eu-west-1"})
	parameters := ssm.NewFromConfig(base)
	objects := s3.NewFromConfig(base, func(o *s3.Options) { o.UsePathStyle = true })
	_, err := parameters.PutParameter(t.Context(), &ssm.PutParameterInput{Name: aws.String("/riposte/config"), Value: aws.String(begun), Type: "SecureString"})
	if err == nil {
		_, err = objects.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("settings"), CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: "eu-west-1"}})
	}
	if err == nil {
		_, err = objects.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("settings"), Key: aws.String("riposte.yaml"), Body: strings.NewReader(begun)})
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, where := range []string{"ssm:/riposte/config", "s3://settings/riposte.yaml"} {
		record := filepath.Join(t.TempDir(), "riposte.db")
		says := func(want string, args ...string) {
			t.Helper()
			var out bytes.Buffer
			code := run(t.Context(), args, &shell{in: strings.NewReader(""), out: &out, err: &out, now: time.Now, user: "ann"}, playbooks.All(), action.Kinds())
			if code != 0 || !strings.Contains(out.String(), want) {
				t.Errorf("%s: %q: code %d: %s", where, args, code, out.String())
			}
		}
		says("1 attack", "demo", "--attack", "deputy", "--ledger", record) // a ledger to write into
		says("within a minute", "promote", "launch.unapproved-image", "--to", "act", "--expires", "7d", "--reason", "quiet", "--write", "--config", where, "--ledger", record)
		says("nothing is changed", "demote", "launch.unapproved-image", "--config", where, "--ledger", record)
		says("act until ", "playbooks", "--config", where)
		says("by ann: quiet", "ledger", "changes", "--ledger", record)
		says("within a minute", "demote", "launch.unapproved-image", "--to", "ask", "--write", "--config", where, "--ledger", record)
	}
	got, err := parameters.GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/riposte/config"), WithDecryption: aws.Bool(true)})
	if err != nil || got.Parameter.Version != 3 || !strings.HasPrefix(*got.Parameter.Value, "# ours\n") || !strings.Contains(*got.Parameter.Value, "# since June") {
		t.Errorf("%+v, %v", got, err)
	}
}

package cli

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/playbooks"
)

// A configuration that is kept elsewhere is judged as a file is; only written it is not.
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
		{"decided", "playbooks:\n  launch.unapproved-image:\n    mode: ask\n    params: {allow_owners: [self]}\n", []string{"promote", "--to", "act"}, 0, "ssm:/riposte/config, line 3\n  +     mode: act\nnothing is changed: put it there"},
		{"written", "playbooks:\n  launch.unapproved-image:\n    mode: ask\n    params: {allow_owners: [self]}\n", []string{"promote", "--to", "act", "--write"}, exitFailed, "is no file of this machine"},
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

package lambda

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"

	runtime "github.com/aws/aws-lambda-go/lambda"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/origin"
	"github.com/ripostehq/riposte/playbooks"
)

func TestWhereTheConfigurationIs(t *testing.T) {
	text := `ledger: "dynamodb:riposte"`
	for _, c := range []struct {
		name  string
		env   map[string]string
		file  string // the one that there is
		named string // "" where it is an error
		fails string
	}{
		{"beside bootstrap", nil, "riposte.yaml", "riposte.yaml", ""},
		{"in a layer", map[string]string{"RIPOSTE_CONFIG": "/opt/riposte.yaml"}, "/opt/riposte.yaml", "/opt/riposte.yaml", ""},
		{"in S3", map[string]string{"RIPOSTE_CONFIG": "s3://settings/riposte.yaml"}, "s3://settings/riposte.yaml", "s3://settings/riposte.yaml", ""},
		{"as text", map[string]string{"RIPOSTE_CONFIG_TEXT": text}, "", "RIPOSTE_CONFIG_TEXT", ""},
		{"as text, whatever lies beside bootstrap", map[string]string{"RIPOSTE_CONFIG_TEXT": text}, "riposte.yaml", "RIPOSTE_CONFIG_TEXT", ""},
		{"nowhere", nil, "", "", "RIPOSTE_CONFIG_TEXT"},
		{"not where it should be", map[string]string{"RIPOSTE_CONFIG": "/opt/riposte.yaml"}, "riposte.yaml", "", "/opt/riposte.yaml"},
		{"twice", map[string]string{"RIPOSTE_CONFIG": "riposte.yaml", "RIPOSTE_CONFIG_TEXT": text}, "riposte.yaml", "", "one configuration is enough"},
		{"with a mistake", map[string]string{"RIPOSTE_CONFIG_TEXT": "ledgr: x"}, "", "", "ledgr"},
		{"with a ledger that a function can't keep", map[string]string{"RIPOSTE_CONFIG_TEXT": "limits: {incidents_per_hour: 5}"}, "", "", "dynamodb:TABLE"},
		{"with mails by SMTP", map[string]string{"RIPOSTE_CONFIG_TEXT": text + "\nreport: {mail: {from: riposte@example.com, smtp: {server: \"smtp.example.com:587\"}}}"}, "", "", "report.mail.ses"},
		{"without a region", map[string]string{"RIPOSTE_CONFIG_TEXT": text, "AWS_REGION": "-"}, "", "", "AWS_REGION"},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := func(name string) string {
				switch {
				case name == "AWS_REGION" && c.env[name] == "":
					return "eu-west-1"
				case c.env[name] == "-":
					return ""
				}
				return c.env[name]
			}
			read := func(name string) (origin.Text, error) {
				if name != c.file {
					return origin.Text{}, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
				}
				return origin.Text{Bytes: []byte(text), Version: "version 3"}, nil
			}
			s, err := load(env, read, playbooks.All(), action.Kinds())
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) {
					t.Errorf("want an error with %q, got %v", c.fails, err)
				}
				return
			}
			if err != nil || s.config.File != c.named || s.config.Ledger.Name != "riposte" || s.region != "eu-west-1" {
				t.Errorf("read %+v, %v", s, err)
			}
		})
	}
}

type echo struct{}

func (echo) Invoke(_ context.Context, payload []byte) ([]byte, error) { return payload, nil }

// The table is out of reach when the process begins: the invocation fails with the reason, and a later one succeeds.
func TestWhatCannotBeMadeIsTriedAgain(t *testing.T) {
	broken, made := errors.New("open the ledger: no answer"), 0
	f := &function{build: func(ctx context.Context) (runtime.Handler, error) {
		if _, ends := ctx.Deadline(); !ends {
			t.Error("nothing ends a beginning that hangs")
		}
		if made++; made == 1 {
			return nil, broken
		}
		return echo{}, nil
	}}
	if _, err := f.Invoke(t.Context(), []byte("1")); !errors.Is(err, broken) {
		t.Errorf("want the reason, got %v", err)
	}
	for range 2 {
		if out, err := f.Invoke(t.Context(), []byte("2")); err != nil || string(out) != "2" {
			t.Errorf("answered %s, %v", out, err)
		}
	}
	if made != 2 {
		t.Errorf("made %d times", made)
	}
}

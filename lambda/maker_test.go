package lambda

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	runtime "github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/metrics/emf"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/internal/origin"
	"github.com/ripostehq/riposte/playbooks"
)

// The parameter that holds the configuration is changed while the function lives: the next minute has it, the record says so with what it changes; a broken one
// changes nothing, and is told each minute.
func TestAFunctionTakesItsConfigurationAnew(t *testing.T) {
	server := mototest.Start(t)
	at := event.Place{Region: "eu-west-1"}
	parameters := ssm.NewFromConfig(server.Config(at))
	put := func(text string) {
		t.Helper()
		text += "\nledger: dynamodb:riposte-record\n"
		if _, err := parameters.PutParameter(t.Context(), &ssm.PutParameterInput{Name: aws.String("/riposte/config"), Value: &text, Type: "SecureString", Overwrite: aws.Bool(true)}); err != nil {
			t.Fatal(err)
		}
	}
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var log bytes.Buffer
	clock := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	var made []string
	m := &maker{
		env: func(name string) string {
			return map[string]string{configFile: "ssm:/riposte/config", region: at.Region}[name]
		},
		catalogue: playbooks.All(), kinds: action.Kinds(), log: slog.New(slog.NewJSONHandler(&log, nil)), now: func() time.Time { return clock },
		watch: &origin.Watch{Name: "ssm:/riposte/config", Reader: &origin.Reader{AWS: func(context.Context) (func(event.Place) aws.Config, error) {
			return func(event.Place) aws.Config { return server.Config(at) }, nil
		}}},
		put: func(s *settings, _ context.Context) (runtime.Handler, *app.App, error) {
			made = append(made, string(s.config.Boldest("launch.unapproved-image")))
			return echo{}, s.app(store, server.Config, emf.New("riposte", s.now)), nil
		},
	}
	f := &function{build: m.make, changed: m.changed, refused: m.refused}
	invoke := func(later time.Duration, want ...string) {
		t.Helper()
		clock = clock.Add(later)
		if _, err := f.Invoke(t.Context(), []byte("1")); err != nil || strings.Join(made, " ") != strings.Join(want, " ") {
			t.Errorf("%v, made %v, want %v", err, made, want)
		}
	}
	if _, err := f.Invoke(t.Context(), []byte("1")); err == nil || !strings.Contains(err.Error(), "ssm:GetParameter") {
		t.Errorf("nothing is there: %v", err)
	}
	observe, act := string(config.Observe), string(config.Act)
	put("playbooks: {launch.unapproved-image: {mode: act, params: {allow_owners: [self]}}}")
	invoke(0, act)
	put("playbooks: {launch.unapproved-image: {mode: observe, params: {allow_owners: [self]}}}")
	invoke(10*time.Second, act)
	invoke(time.Minute, act, observe)
	put("playbooks: {launch.unapproved-image: {mode: atc}}")
	invoke(time.Minute, act, observe)
	invoke(time.Minute, act, observe)
	if n := strings.Count(log.String(), "the configuration was refused: the one before is in effect"); n != 2 {
		t.Errorf("told %d times:\n%s", n, log.String())
	}
	if !strings.Contains(log.String(), `"level":"WARN","msg":"configuration","change":"launch.unapproved-image: observe, was: act"`) {
		t.Errorf("the change is not warned of:\n%s", log.String())
	}
	past, err := store.History(t.Context(), ledger.BrakesChain)
	if err != nil || len(past) != 2 || !strings.HasPrefix(past[0].Notes[0], "configuration: ssm:/riposte/config, version 1, sha256 ") ||
		len(past[1].Notes) != 2 || !strings.HasPrefix(past[1].Notes[0], "configuration: ssm:/riposte/config, version 2, sha256 ") ||
		past[1].Notes[1] != "configuration: launch.unapproved-image: observe, was: act" {
		t.Errorf("%v, the record: %+v", err, past)
	}
}

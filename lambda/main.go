// Package lambda is riposte as an AWS Lambda function: the same app as the daemon's, over a ledger in DynamoDB, invoked by a
// queue, by EventBridge, or by a schedule. A main function of one line that calls Main is the file bootstrap of the
// provided.al2023 runtime, with the playbooks that it names.
//
// Its configuration is the daemon's: the file that RIPOSTE_CONFIG names, in the package or a layer (default riposte.yaml
// beside bootstrap), or s3://BUCKET/KEY or ssm:/NAME, which it reads again within a minute of a change; or the text in RIPOSTE_CONFIG_TEXT, where it is
// small: Lambda allows 4 KB for the whole environment.
//
// The same package is the front where RIPOSTE_PART says so: it stands behind a function URL, takes Slack's clicks, and puts them into
// a queue that the function reads. It has no other right, and no configuration.
package lambda

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	runtime "github.com/aws/aws-lambda-go/lambda"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/origin"
	"github.com/ripostehq/riposte/playbook"
)

// Main serves invocations over a catalogue until Lambda ends the process. It makes the app before the first invocation, while
// Lambda gives the process a whole processor. There is nothing to end in order: between two invocations nothing is in hand,
// and what is stopped within one is found when its lease ends.
func Main(catalogue []playbook.Definition, kinds []action.Kind) {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	f := partOf(os.Getenv, log, catalogue, kinds)
	if _, err := f.handler(context.Background()); err != nil {
		log.Error("not ready: the next invocation tries again", "error", err)
	}
	runtime.StartWithOptions(f)
}

// partOf is the function, or the front.
func partOf(env func(string) string, log *slog.Logger, catalogue []playbook.Definition, kinds []action.Kind) *function {
	switch is := env(part); is {
	case "":
		m := &maker{
			env: env, catalogue: catalogue, kinds: kinds, log: log, now: time.Now, put: (*settings).handler,
			watch: &origin.Watch{Reader: &origin.Reader{AWS: cloud.Load, Owner: env(configOwner)}, Name: env(configFile)},
		}
		return &function{build: m.make, changed: m.changed, refused: m.refused}
	case front:
		return &function{build: func(ctx context.Context) (runtime.Handler, error) { return buildFront(ctx, env, log, time.Now) }}
	default:
		return &function{build: func(context.Context) (runtime.Handler, error) {
			return nil, fmt.Errorf("%s is %.20q: want %s, or nothing", part, is, front)
		}}
	}
}

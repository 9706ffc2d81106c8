// Package lambda is riposte as an AWS Lambda function: the same app as the daemon's, over a ledger in DynamoDB, invoked by a
// queue, by EventBridge, or by a schedule. A main function of one line that calls Main is the file bootstrap of the
// provided.al2023 runtime, with the playbooks that it names.
//
// Its configuration is the daemon's: the file that RIPOSTE_CONFIG names, in the package or a layer (default riposte.yaml
// beside bootstrap), or the text in RIPOSTE_CONFIG_TEXT, where it is small: Lambda allows 4 KB for the whole environment.
package lambda

import (
	"context"
	"log/slog"
	"os"
	"time"

	runtime "github.com/aws/aws-lambda-go/lambda"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/playbook"
)

// Main serves invocations over a catalogue until Lambda ends the process. It makes the app before the first invocation, while
// Lambda gives the process a whole processor. There is nothing to end in order: between two invocations nothing is in hand,
// and what is stopped within one is found when its lease ends.
func Main(catalogue []playbook.Definition, kinds []action.Kind) {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	f := &function{build: func(ctx context.Context) (runtime.Handler, error) {
		s, err := load(os.Getenv, os.ReadFile, catalogue, kinds)
		if err != nil {
			return nil, err
		}
		s.log, s.now = log, time.Now
		return s.handler(ctx)
	}}
	if _, err := f.handler(context.Background()); err != nil {
		log.Error("not ready: the next invocation tries again", "error", err)
	}
	runtime.StartWithOptions(f)
}

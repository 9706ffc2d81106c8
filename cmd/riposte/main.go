// Command riposte watches an AWS organisation, answers what must not happen, and can take every answer back.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/ripostehq/riposte/playbooks"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], terminal(), playbooks.All())
	stop()
	os.Exit(code)
}

// Package cli is the command line: a file per verb, which parses, calls, and prints.
package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/playbook"
)

// Main runs the verb that the process's arguments name, until it is done or a signal ends it, and exits with its code.
func Main(catalogue []playbook.Definition, kinds []action.Kind) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], terminal(), catalogue, kinds)
	stop()
	os.Exit(code)
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/ripostehq/riposte/internal/strict"
)

// Exit codes, which scripts rely on.
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2   // wrong usage or configuration
	exitFound   = 3   // --fail-on: something that severe was found
	exitStopped = 130 // a signal ended it before it was done, as shells write it for SIGINT
)

// usage is a mistake in how riposte was called.
type usage struct{ error }

func wrongUsage(format string, args ...any) error { return usage{fmt.Errorf(format, args...)} }

// stopped is work that a signal ended, in words that say how it goes on.
type stopped struct{ error }

// silent is an end of which all was said already: the exit code alone.
type silent int

func (s silent) Error() string { return fmt.Sprintf("exit code %d", int(s)) }

// failure is what --format json prints of an error, on standard error.
type failure struct {
	Error    string          `json:"error"`
	Exit     int             `json:"exit"`
	Problems strict.Problems `json:"problems,omitempty"` // of a configuration
}

// ended turns what a verb returned into words and an exit code.
func (sh *shell) ended(ctx context.Context, command string, err error) int {
	verb := strings.Split(command, " <")[0]
	var problems strict.Problems
	var u usage
	var s stopped
	var code silent
	interrupted := errors.Is(err, context.Canceled) || ctx.Err() != nil && verb != "serve" // a signal is its end, and errors are its own
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &s):
		return sh.fail(s.error, exitStopped)
	case errors.As(err, &code) && (code == exitStopped || !interrupted):
		return int(code)
	case interrupted:
		return sh.fail(errors.New("stopped"), exitStopped)
	case errors.As(err, &problems) && sh.json():
		return sh.fail(errors.New("the configuration is wrong"), exitUsage, problems...)
	case errors.As(err, &problems):
		fmt.Fprintln(sh.err, problems)
		return exitUsage
	case errors.As(err, &u):
		return sh.refer(sh.fail(u.error, exitUsage), " "+verb)
	}
	return sh.fail(err, exitFailed)
}

// misused answers a command line that could not be read: the mistake in one line, and where help is.
func (sh *shell) misused(err error) int {
	said := strings.NewReplacer(` but got "EOL" (<EOL>)`, ", found nothing", `must be one of "",`, "must be one of ")
	verb := ""
	var p *kong.ParseError
	if errors.As(err, &p) {
		if node := p.Context.Selected(); node != nil {
			verb = " " + strings.TrimPrefix(node.Path(), "riposte ")
		}
	}
	return sh.refer(sh.fail(errors.New(said.Replace(err.Error())), exitUsage), verb)
}

// fail tells why a verb ended, and returns its exit code.
func (sh *shell) fail(err error, code int, problems ...strict.Problem) int {
	if sh.json() {
		_ = encode(sh.err, failure{err.Error(), code, problems}) // standard error may be closed: then this is not read either
		return code
	}
	fmt.Fprintf(sh.err, "riposte: %v\n", err)
	return code
}

// refer says where help is, to people.
func (sh *shell) refer(code int, verb string) int {
	if !sh.json() {
		fmt.Fprintf(sh.err, "See riposte%s --help\n", verb)
	}
	return code
}

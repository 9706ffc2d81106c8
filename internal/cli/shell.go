package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/user"
	"time"

	"github.com/charmbracelet/colorprofile"
	"golang.org/x/term"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/show"
	"github.com/ripostehq/riposte/playbook"
)

// shell is what a verb knows of the world outside: where it reads and writes, who calls, what time it is.
type shell struct {
	in        io.Reader
	out       io.Writer // results; escape sequences for colour reach a terminal only
	err       io.Writer // the rest
	bar       io.Writer // where a progress bar may be drawn: a terminal behind err, else nil
	width     int       // of the terminal behind out, 0 where there is none
	now       func() time.Time
	user      string // of the operating system: unproven
	asks      bool   // a person sits at it: in and out are terminals
	format    string
	catalogue []playbook.Definition
	kinds     []action.Kind // of actions
	unprinted error         // the first that printing results met: a verb goes on, and ends with it
}

// terminal is the shell of the process.
func terminal() *shell {
	sh := &shell{
		in: os.Stdin, out: coloured(os.Stdout), err: coloured(os.Stderr), now: time.Now, user: "unknown",
	}
	if term.IsTerminal(int(os.Stderr.Fd())) && os.Getenv("TERM") != "dumb" {
		sh.bar = os.Stderr
	}
	sh.asks = term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
	if u, err := user.Current(); err == nil {
		sh.user = u.Username
	}
	if w, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
		sh.width = w
	}
	return sh
}

// coloured lets escape sequences through to a terminal, and none at all where NO_COLOR is set: https://no-color.org
func coloured(f *os.File) io.Writer {
	w := colorprofile.NewWriter(f, os.Environ())
	if os.Getenv("NO_COLOR") != "" {
		w.Profile = colorprofile.NoTTY
	}
	return w
}

func (sh *shell) json() bool { return sh.format == jsonFormat }

// terminal reports whether results are read by a person.
func (sh *shell) terminal() bool { return sh.width > 0 && !sh.json() }

// object prints one object on one line.
func (sh *shell) object(v any) { sh.printed(encode(sh.out, v)) }

func encode(to io.Writer, v any) error {
	e := json.NewEncoder(to)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// line prints a line of text whose arguments may come from an attacker.
func (sh *shell) line(format string, args ...any) { sh.text(fmt.Sprintf(format+"\n", plain(args)...)) }

// text prints what riposte itself wrote, or what was made plain, as it is.
func (sh *shell) text(s string) {
	_, err := io.WriteString(sh.out, s)
	sh.printed(err)
}

func (sh *shell) printed(err error) {
	if err != nil && sh.unprinted == nil {
		sh.unprinted = fmt.Errorf("print: %w", err)
	}
}

// remark says something beside the results.
func (sh *shell) remark(format string, args ...any) {
	fmt.Fprintf(sh.err, format+"\n", plain(args)...)
}

// plain makes texts fit for a terminal.
func plain(args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		switch a := a.(type) {
		case string:
			out[i] = show.Plain(a)
		case error:
			out[i] = show.Plain(a.Error())
		default:
			out[i] = a
		}
	}
	return out
}

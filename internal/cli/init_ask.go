package cli

import (
	"bufio"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/setup"
)

// estate says what there is.
func (sh *shell) estate(e *setup.Estate) {
	sh.remark("you are    %s", e.Caller.ARN)
	running := 0
	for _, a := range e.Accounts {
		running += a.Running
	}
	switch {
	case e.Whole():
		sh.remark("accounts   %s of organisation %s, %s running", counted(len(e.Accounts), "account"), e.Organization.ID, counted(running, "instance"))
	case e.Organization != nil:
		sh.remark("account    %s, %s running; it is in organisation %s, whose accounts it can't list", e.Caller.Account, counted(running, "instance"), e.Organization.ID)
	default:
		sh.remark("account    %s, %s running", e.Caller.Account, counted(running, "instance"))
	}
	for _, t := range e.Trails {
		sh.remark("trail      %s", t.Says())
	}
	if len(e.Trails) == 0 {
		sh.remark("trail      none was found: without one that logs management events, EventBridge hears of nothing")
	}
	for i, o := range e.Owners {
		if i == most {
			sh.remark("images     and owners of fewer instances")
			break
		}
		sh.remark("images     %s", o.Evidence())
	}
	for i, l := range e.Launchers {
		if i == most {
			sh.remark("launches   and others, which launched less")
			break
		}
		sh.remark("launches   %s", e.Evidence(l))
	}
	for _, m := range e.Missing {
		sh.remark("unread     %s", m.Says())
	}
}

// most is how many of a kind a person is shown, and asked about.
const most = 8

// asker asks whoever sits at the terminal.
type asker struct {
	sh *shell
	in *bufio.Reader
}

// line asks for a line; what ends too early is an empty one.
func (a *asker) line(format string, args ...any) string {
	if a.in == nil {
		a.in = bufio.NewReader(a.sh.in)
	}
	fmt.Fprintf(a.sh.err, format+" ", plain(args)...)
	line, err := a.in.ReadString('\n')
	if err != nil {
		fmt.Fprintln(a.sh.err)
		return ""
	}
	return strings.TrimSpace(line)
}

// yes asks for a yes: anything else is none.
func (a *asker) yes(format string, args ...any) bool {
	said := strings.ToLower(a.line(format+" [y/N]", args...))
	return said == "y" || said == "yes"
}

// ask asks what the command line does not say. Who can be trusted is asked one by one, and silence is no yes.
func (v initVerb) ask(a *asker, e *setup.Estate, c *setup.Choice) {
	for tries := 0; e.Whole() && c.Hub == "" && tries < 3; tries++ {
		said := a.line("The account that riposte is to live in, any but the management account:")
		if err := hub(said, e, c); err != nil {
			a.sh.remark("%v", err)
		}
	}
	if v.RunAs == "" {
		switch said := a.line("Run as daemon or lambda? [%s]", c.RunAs); said {
		case "", c.RunAs:
		case setup.Daemon, setup.Function:
			c.RunAs, c.Why = said, ""
		default:
			a.sh.remark("that is neither: %s it is", c.RunAs)
		}
	}
	for i, o := range e.Doubtful() {
		if i < most && !slices.Contains(c.Owners, o.Account) && a.yes("%s. Are they to be allowed?", o.Evidence()) {
			c.Owners = append(c.Owners, o.Account)
		}
	}
	for i, l := range e.Trustable() {
		if i < most && !slices.Contains(c.Trusted, l.ARN) && a.yes("%s. Is it to be trusted with launches?", e.Evidence(l)) {
			c.Trusted = append(c.Trusted, l.ARN)
		}
	}
}

// counter draws how many of many are done, on a terminal only.
type counter struct {
	sh             *shell
	started, drawn time.Time
}

func (b *counter) progress(done, of int, what string) {
	now := b.sh.now()
	if b.sh.bar == nil || now.Sub(b.started) < time.Second || now.Sub(b.drawn) < 100*time.Millisecond {
		return
	}
	b.drawn = now
	fmt.Fprintf(b.sh.bar, "\r\x1b[K%d of %d %s", done, of, what)
}

// clear takes the line away.
func (b *counter) clear() {
	if !b.drawn.IsZero() {
		fmt.Fprint(b.sh.bar, "\r\x1b[K")
	}
}

package cli

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/internal/ledger"
)

type approveVerb struct {
	orderFlags
	ID       string `arg:"" help:"The case, or the beginning of its id."`
	As       string `aliases:"plan" placeholder:"SHOWN" help:"What riposte case showed, by the name that it gave; also --plan. Where it is another one now, nothing is approved."`
	Revision int    `placeholder:"N" help:"Approve this revision of the plan and no other, as it was made."`
}

// Run lets go what was shown.
func (v approveVerb) Run(ctx context.Context, sh *shell) error {
	return v.on(ctx, sh, v.ID, func(r record, c *ledger.Case) ([]ledger.Order, error) {
		o := v.order(sh, r, ledger.Approve)
		o.Revision, o.Shown = v.Revision, whole(v.As, c.Shown(v.Revision))
		if err := r.may(c, o); err != nil {
			return nil, err
		}
		if v.As == "" && v.Revision == 0 {
			var err error
			if o.Shown, err = sh.askFor(r, c); err != nil {
				return nil, err
			}
		}
		return []ledger.Order{o}, nil
	})
}

// digits are how many of a name are enough of it.
const digits = 8

// whole is the name that somebody gave the beginning of, else what they gave.
func whole(given, name string) string {
	if len(given) >= digits && strings.HasPrefix(name, given) {
		return name
	}
	return given
}

// askFor shows what asks, and takes a yes for it. Where there is no terminal to ask on, the caller must say what was shown.
func (sh *shell) askFor(r record, c *ledger.Case) (shown string, err error) {
	one, err := r.shownWhole(c)
	switch {
	case err != nil:
		return "", err
	case one.Shown == "":
		return "", fmt.Errorf("case %s is %s: there is nothing to approve", c.ID, c.State)
	case !sh.asks || sh.json():
		return "", wrongUsage("say what you approve: riposte case %s shows it; then riposte approve %s --as %s", c.ID, c.ID, one.Shown)
	}
	if sh.ladders(one); sh.unprinted != nil {
		return "", sh.unprinted
	}
	sh.remark("Type yes to let this go:")
	line, _ := bufio.NewReader(sh.in).ReadString('\n') // what ends too early is no yes
	if strings.TrimSpace(line) != "yes" {
		return "", fmt.Errorf("nothing was approved")
	}
	return one.Shown, nil
}

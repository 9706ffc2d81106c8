// Package propose proposes what a case would change in code to the repository that the code is in, and says what its people made of that.
package propose

import (
	"context"
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/internal/code/fix"
	"github.com/ripostehq/riposte/internal/code/forge"
	"github.com/ripostehq/riposte/internal/ledger"
)

// Desk proposes.
type Desk struct {
	fix.Patcher
	Forges map[string]*forge.Forge // by the name of the repository
	Link   string                  // the console's URL; "" where there is none
}

// branch is named after the case, which is how a second attempt finds the first one's.
func branch(c *ledger.Case) string { return "riposte/" + c.ID }

// Propose makes the proposal of a case, or says what became of it. It asks the forge first: once it was made, a look is one request.
func (d Desk) Propose(ctx context.Context, c *ledger.Case) (ledger.Proposal, error) {
	repository := ""
	if c.Proposed != nil {
		repository = c.Proposed.Repository // its block may be gone since it was merged
	}
	if repository == "" {
		w, err := fix.Of(ctx, c, d.Codec, d.Reads)
		if err != nil {
			return ledger.Proposal{}, err
		}
		o, err := d.Owner(ctx, w.Of)
		if err != nil {
			return ledger.Proposal{}, err
		}
		repository = o.Repository
	}
	f := d.Forges[repository]
	if f == nil {
		return ledger.Proposal{}, fmt.Errorf("the code is in no repository of code.repositories: riposte patch %s prints the change", c.ID)
	}
	p, err := f.Find(ctx, branch(c))
	if p == nil && err == nil {
		p, err = d.make(ctx, f, c)
	}
	if err != nil {
		return ledger.Proposal{}, err
	}
	return ledger.Proposal{Repository: repository, URL: p.URL, State: ledger.ProposalState(p.State)}, nil
}

func (d Desk) make(ctx context.Context, f *forge.Forge, c *ledger.Case) (*forge.Proposal, error) {
	patch, err := d.Patch(ctx, c)
	if err != nil {
		return nil, err
	}
	return f.Propose(ctx, forge.Draft{
		Branch: branch(c), Base: patch.Commit, Change: patch.Change,
		Title:   fmt.Sprintf("riposte: %s (%s)", patch.Wish.Does, c.ID),
		Message: fmt.Sprintf("%s\n\nriposte proposes this for case %s.\n", capital(patch.Wish.Does), c.ID),
		Body:    d.body(c, patch),
	})
}

// body says what was found, and what closing means. Every name in it is its owner's choice, and stands as code: no mention, no link, no order to the forge.
func (d Desk) body(c *ledger.Case, p fix.Patch) string {
	var b strings.Builder
	fmt.Fprintf(&b, "riposte found: %s\n\n", text(c.Title))
	fmt.Fprintf(&b, "- resource: %s\n- block: %s, by the state %s\n- playbook: %s\n- case: %s\n", text(p.Wish.Of.String()), text(p.Owner.Address), text(p.Owner.Where), text(c.Playbook), text(c.ID))
	if d.Link != "" {
		fmt.Fprintf(&b, "- console: %s\n", strings.TrimSuffix(d.Link, "/")+"/cases/"+c.ID)
	}
	b.WriteString("\nThe change is in the code since riposte would change in vain what the code makes again. Riposte merges nothing.\n\n")
	b.WriteString("Closed and not merged, it is a no: riposte lets what it found be for 30 days.\n")
	return b.String()
}

const mostText = 400 // of a name in a proposal

// text is a name as code: one line, without what would end the code.
func text(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '`':
			return '\''
		case r < ' ' || r == '\u007f' || r >= '\u0080' && r <= '\u009f' || r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069':
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if cut := []rune(s); len(cut) > mostText {
		s = string(cut[:mostText]) + "..."
	}
	return "`" + strings.TrimSpace(s) + "`"
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

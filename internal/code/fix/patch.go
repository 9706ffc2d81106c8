package fix

import (
	"context"
	"errors"
	"fmt"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/code"
	"github.com/ripostehq/riposte/internal/code/block"
	"github.com/ripostehq/riposte/internal/ledger"
)

// Patcher finds the block that makes what a case is about, and changes it in memory: nothing is written anywhere.
type Patcher struct {
	Owners func(ctx context.Context, of event.Resource) code.Answer
	Tree   Trees
	Codec  action.Codec
	Reads  access.Reads // may be nil
}

// Patch is a change, and of what.
type Patch struct {
	Wish   Wish
	Owner  code.Owner
	Commit string // that it was made of
	Change block.Change
}

// ErrUnknown is that not all places that could own a thing could be asked.
var ErrUnknown = errors.New("which code makes it is not known")

// Patch changes the code of what a case is about; an error says in a sentence why it does not, with file and line where there are any. What was found of
// the owner until then is in the patch all the same.
func (p Patcher) Patch(ctx context.Context, c *ledger.Case) (out Patch, err error) {
	if out.Wish, err = Of(ctx, c, p.Codec, p.Reads); err != nil {
		return out, err
	}
	if out.Owner, err = p.Owner(ctx, out.Wish.Of); err != nil {
		return out, err
	}
	tree, commit, err := p.Tree(ctx, out.Owner.Repository)
	if err != nil {
		return out, fmt.Errorf("read the code of %s: %w", out.Owner.Address, err)
	}
	m, err := tree.Module(out.Owner.Folder)
	if err != nil {
		return out, err
	}
	out.Commit = commit
	out.Change, err = out.Wish.Change(m, out.Owner.Address)
	return out, err
}

// Owner is the one block that makes a thing.
func (p Patcher) Owner(ctx context.Context, of event.Resource) (code.Owner, error) {
	a := p.Owners(ctx, of)
	switch {
	case len(a.Owners) > 1:
		return a.Owners[0], fmt.Errorf("it is in two states: %s; %s", a.Owners[0], a.Owners[1])
	case !a.Known(): // another owner may be where nothing could be read
		return code.Owner{}, fmt.Errorf("%w: %s", ErrUnknown, a.Unknown[0])
	case len(a.Owners) == 0:
		return code.Owner{}, errors.New("no state of code.states holds it: whichever code makes it, riposte does not know it")
	case a.Owners[0].Tool != code.Terraform:
		return a.Owners[0], errors.New(a.Owners[0].String() + ": riposte changes Terraform's code alone")
	case a.Owners[0].Shared != "":
		return a.Owners[0], fmt.Errorf("%s; the same block makes another thing in %s, which a change of it would change, too", a.Owners[0], code.Quoted(a.Owners[0].Shared))
	}
	return a.Owners[0], nil
}

package fix

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/ripostehq/riposte/internal/code/block"
	"github.com/ripostehq/riposte/internal/code/forge"
	"github.com/ripostehq/riposte/internal/config"
)

// Secret reads a secret from where the configuration says that it is.
type Secret func(context.Context, config.Secret) (string, error)

// Trees read a repository as it is now, and the commit that it is at, "" where it lies in no forge.
type Trees func(ctx context.Context, repository string) (tree *block.Tree, commit string, err error)

// Forges are the repositories of the configuration, by name. Their tokens are read when they are needed.
func Forges(c config.Code, secret Secret) map[string]*forge.Forge {
	out := map[string]*forge.Forge{}
	for _, r := range c.Repositories {
		out[r.Name()] = forge.New(r, func(ctx context.Context) (string, error) { return secret(ctx, r.Token) })
	}
	return out
}

// FromForges reads repositories from where the configuration says that they are.
func FromForges(c config.Code, all map[string]*forge.Forge) Trees {
	return func(ctx context.Context, name string) (*block.Tree, string, error) {
		r, known := c.Repository(name)
		if !known {
			return nil, "", errNowhere
		}
		return all[name].Tree(ctx, r.Paths)
	}
}

var errNowhere = errors.New("code.states does not say in which of code.repositories it is")

// FromFolder reads a repository that lies on this machine.
func FromFolder(c config.Code, folder string) Trees {
	return func(_ context.Context, name string) (*block.Tree, string, error) {
		r, _ := c.Repository(name)
		tree, err := block.ReadFolder(os.DirFS(folder), r.Paths, block.Customary())
		if err != nil {
			return nil, "", fmt.Errorf("%s: %w", folder, err)
		}
		return tree, "", nil
	}
}

// Place is where an error of Patch says that a person would have to look; "" and 0 where it names no place.
func Place(err error) (file string, line int) {
	var at block.Refusal
	if errors.As(err, &at) {
		return at.File, at.Line
	}
	return "", 0
}

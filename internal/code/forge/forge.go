// Package forge proposes changes to repositories of GitHub and GitLab, by their REST interfaces: a branch with one commit, and a pull or
// merge request. Nothing is cloned. The branch is named after the case: proposing twice is proposing once, whatever died in between.
package forge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/ripostehq/riposte/internal/code/block"
	"github.com/ripostehq/riposte/internal/config"
)

// State of a proposal, as its people left it.
type State string

const (
	Open   State = "open"
	Merged State = "merged"
	Closed State = "closed" // and not merged: a person said no
)

// Proposal is one as the forge has it.
type Proposal struct {
	URL   string
	State State
}

// Draft is what is proposed.
type Draft struct {
	Branch  string // riposte/CASE
	Base    string // the commit that the change was made of
	Change  block.Change
	Title   string
	Body    string
	Message string // of the commit: no names, since forges act on what stands there
}

// What a forge may answer that a person has to see to.
var (
	ErrToken  = errors.New("the token is not accepted")
	ErrRights = errors.New("the token may not do that: it needs to read and write contents and pull or merge requests")
	ErrAbsent = errors.New("there is no such repository, or the token does not reach it")
	// ErrPushed is that the branch holds something else than what is proposed: a person pushed to it, or the files have changed since.
	ErrPushed = errors.New("the branch is there and holds something else: whoever pushed to it has to say what becomes of it")
)

// Forge is one repository. It is safe for concurrent use.
type Forge struct {
	host   host
	branch string // "" for the repository's own default
}

// host is what GitHub and GitLab do each in its way.
type host interface {
	defaultBranch(ctx context.Context) (string, error)
	head(ctx context.Context, branch string) (commit string, err error) // "" where there is no such branch
	archive(ctx context.Context, commit string) (io.ReadCloser, error)
	find(ctx context.Context, branch string) (*Proposal, error) // the latest; nil where there is none
	commit(ctx context.Context, d Draft) error                  // makes the branch; errThere where there is one
	holds(ctx context.Context, d Draft) (bool, error)           // whether the branch is one commit of exactly the change
	open(ctx context.Context, d Draft, onto string) error       // errThere where there is one
}

// errThere is that something was made already.
var errThere = errors.New("it is there already")

// New is the forge of a repository. The token is read when it is needed, each time: one that is changed counts at once.
func New(r config.Repository, token func(context.Context) (string, error)) *Forge {
	if r.GitHub != "" {
		return &Forge{&github{newClient(cmp.Or(r.URL, "https://api.github.com"), token), r.GitHub}, r.Branch}
	}
	return &Forge{&gitlab{newClient(cmp.Or(r.URL, "https://gitlab.com"), token), r.GitLab}, r.Branch}
}

// Look says which branch proposals are for, where the token reads it, and the proposals. It makes nothing: whether the token may write, the first proposal shows.
func (f *Forge) Look(ctx context.Context) (onto string, err error) {
	if onto, err = f.onto(ctx); err != nil {
		return "", err
	}
	commit, err := f.host.head(ctx, onto)
	if err != nil {
		return "", err
	}
	if commit == "" {
		return "", fmt.Errorf("there is no branch %q", onto)
	}
	_, err = f.host.find(ctx, "riposte/doctor")
	return onto, err
}

// Tree reads the repository as its branch is now, and the commit that it was.
func (f *Forge) Tree(ctx context.Context, folders []string) (*block.Tree, string, error) {
	onto, err := f.onto(ctx)
	if err != nil {
		return nil, "", err
	}
	commit, err := f.host.head(ctx, onto)
	if err != nil {
		return nil, "", err
	}
	if commit == "" {
		return nil, "", fmt.Errorf("there is no branch %q", onto)
	}
	packed, err := f.host.archive(ctx, commit)
	if err != nil {
		return nil, "", err
	}
	defer packed.Close()
	tree, err := block.ReadArchive(packed, folders, block.Customary())
	return tree, commit, err
}

func (f *Forge) onto(ctx context.Context) (string, error) {
	if f.branch != "" {
		return f.branch, nil
	}
	return f.host.defaultBranch(ctx)
}

// Find is the proposal of a branch, whatever became of it; nil where none was made.
func (f *Forge) Find(ctx context.Context, branch string) (*Proposal, error) {
	return f.host.find(ctx, branch)
}

// Propose makes the branch and the proposal, as far as they are not there. Each step is looked for before it is made, and where the forge says that
// it was made meanwhile, or does not say whether it was, the next time finds it. A branch that holds anything else is not touched.
func (f *Forge) Propose(ctx context.Context, d Draft) (*Proposal, error) {
	if p, err := f.host.find(ctx, d.Branch); p != nil || err != nil {
		return p, err
	}
	onto, err := f.onto(ctx)
	if err != nil {
		return nil, err
	}
	there, err := f.host.head(ctx, d.Branch)
	if err != nil {
		return nil, err
	}
	if there == "" {
		if err := f.host.commit(ctx, d); err != nil && !errors.Is(err, errThere) {
			return nil, err
		}
	}
	same, err := f.host.holds(ctx, d)
	switch {
	case err != nil:
		return nil, err
	case !same:
		return nil, ErrPushed
	}
	if err := f.host.open(ctx, d, onto); err != nil && !errors.Is(err, errThere) {
		return nil, err
	}
	p, err := f.host.find(ctx, d.Branch)
	if err == nil && p == nil {
		err = errors.New("the proposal was made and is not found yet")
	}
	return p, err
}

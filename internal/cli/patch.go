package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/code"
	"github.com/ripostehq/riposte/internal/code/fix"
	"github.com/ripostehq/riposte/internal/code/owners"
	"github.com/ripostehq/riposte/internal/show"
)

type patchVerb struct {
	ledgerFlag
	ID      string `arg:"" help:"The case, or the beginning of its id."`
	In      string `placeholder:"FOLDER" help:"Where the repository lies on this machine. Default: it is read from its forge."`
	Address string `placeholder:"ADDRESS" help:"The block, as aws_launch_template.web, where no state says it; with --in."`
	Module  string `placeholder:"FOLDER" help:"The folder of its root module within --in, with --address. Default: --in itself."`
}

// patched is what --format json prints. The names are stable: scripts rely on them.
type patched struct {
	Case       string `json:"case"`
	Resource   string `json:"resource"`
	Does       string `json:"does,omitempty"`
	Tool       string `json:"tool,omitempty"`
	Address    string `json:"address,omitempty"`
	State      string `json:"state,omitempty"`
	Repository string `json:"repository,omitempty"`
	Commit     string `json:"commit,omitempty"`
	File       string `json:"file,omitempty"`
	Line       int    `json:"line,omitempty"`
	Diff       string `json:"diff,omitempty"`
	Why        string `json:"why,omitempty"` // there is no diff
}

// Run prints what would mend a case in the code. It changes nothing.
func (v patchVerb) Run(ctx context.Context, sh *shell) error {
	if (v.Address != "" || v.Module != "") && (v.In == "" || v.Address == "") {
		return wrongUsage("--address and --module name a block of a repository on this machine: say --in and --address")
	}
	r, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	c, err := r.one(ctx, v.ID)
	if err != nil {
		return err
	}
	p, err := v.patcher(ctx, sh, r)
	if err != nil {
		return err
	}
	made, why := p.Patch(ctx, c)
	out := patched{
		Case: c.ID, Resource: made.Wish.Of.String(), Does: made.Wish.Does, Tool: string(made.Owner.Tool), Address: made.Owner.Address, State: made.Owner.Where,
		Repository: made.Owner.Repository, Commit: made.Commit,
	}
	if why != nil {
		out.Why = why.Error()
		out.File, out.Line = fix.Place(why)
	} else {
		out.File, out.Line, out.Diff = made.Change.File, made.Change.Line, made.Change.Diff()
	}
	switch {
	case sh.json():
		sh.object(out)
	case why == nil:
		_, err = fmt.Fprint(sh.out, out.Diff) // byte for byte, for patch and git apply
		return err
	}
	if why == nil {
		return nil
	}
	if !sh.json() {
		return fmt.Errorf("no patch: %s", show.Plain(out.Why))
	}
	return silent(exitFailed)
}

// patcher reads states and repositories as the configuration says, or the folder that was named.
func (v patchVerb) patcher(ctx context.Context, sh *shell, r record) (fix.Patcher, error) {
	base, err := cloud.Load(ctx)
	if err != nil {
		return fix.Patcher{}, err
	}
	roles := r.config.Organization.Roles
	p := fix.Patcher{
		Codec: r.codec, Tree: fix.FromForges(r.config.Code, fix.Forges(r.config.Code, app.Telling{AWS: base, Home: cloud.Home(base), Getenv: os.Getenv, Now: sh.now}.Secret)),
		Reads: cloud.New(cloud.Options{
			Base: base, Roles: cloud.RolesOf(roles), ExternalID: roles.ExternalID, Guard: cloud.Guard{cloud.Audit: []call.ID{call.EC2DescribeLaunchTemplateVersions}}, Now: sh.now,
		}).Reads(),
	}
	if v.In != "" {
		p.Tree = fix.FromFolder(r.config.Code, v.In)
	}
	if v.Address == "" {
		states := owners.New(r.config.Code, base)
		if states == nil {
			return p, usage{errors.New("no state says which code makes it: name some in code.states, or the block with --in and --address")}
		}
		p.Owners = states.Owners
	} else {
		p.Owners = func(context.Context, event.Resource) code.Answer {
			return code.Answer{Owners: []code.Owner{{Tool: code.Terraform, Address: v.Address, Where: "--address", Folder: v.Module}}}
		}
	}
	return p, nil
}

package cli

import (
	"context"
	"errors"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/strict"
)

type validateVerb struct {
	configFlag
	File string `arg:"" optional:"" help:"The file, instead of --config."`
}

// validation is what --format json prints.
type validation struct {
	File     string           `json:"file"`
	Valid    bool             `json:"valid"`
	Problems []strict.Problem `json:"problems"`
	Warnings []strict.Problem `json:"warnings"`
}

// Run checks the file alone.
func (v validateVerb) Run(ctx context.Context, sh *shell) error {
	if v.File != "" && v.Config != "" {
		return wrongUsage("name one file, not two")
	}
	if v.File != "" {
		v.Config = v.File
	}
	v.Config = v.file()
	c, err := v.load(ctx, sh)
	out := validation{File: v.Config, Valid: err == nil, Problems: []strict.Problem{}, Warnings: []strict.Problem{}}
	var problems strict.Problems
	if err != nil && !errors.As(err, &problems) {
		return err
	}
	out.Problems = append(out.Problems, problems...)
	if c != nil {
		out.Warnings = append(out.Warnings, c.Warnings...)
	}
	if sh.json() {
		if sh.object(out); err == nil {
			return nil
		}
		return silent(exitUsage)
	}
	for _, w := range out.Warnings {
		sh.remark("warning: %s", w.String())
	}
	if err != nil {
		return err
	}
	sh.line("%s is valid: %s, %s, %s", v.Config, accounts(c.Organization), counted(len(c.Playbooks), "playbook"), counted(len(c.Warnings), "warning"))
	return nil
}

// accounts says how many are listed, and that discovered ones come to them.
func accounts(o config.Organization) string {
	switch listed := counted(len(o.Accounts), "account"); {
	case len(o.Accounts) == 0 && o.Discover:
		return "accounts as AWS Organizations has them"
	case len(o.Accounts) == 0:
		return "no accounts listed"
	case o.Discover:
		return listed + " listed and more discovered"
	default:
		return listed
	}
}

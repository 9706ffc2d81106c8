package cli

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
)

type haltVerb struct {
	ledgerFlag
	Scope  string `arg:"" optional:"" default:"all" help:"all, account:ID, playbook:ID, or class:contain, class:mend, class:destroy."`
	Reason string `placeholder:"TEXT" help:"Why; the record keeps it."`
}

func (haltVerb) Help() string {
	return `Checked before every change, taking back included. It outlives restarts and ends with riposte release. What AWS was asked
for already is not recalled; findings go on.

It waits until every riposte that serves the ledger has read it; a function reads it with its next tick. Exit code 1 where
one has not, or where nobody serves this ledger: then the halt is stored all the same, and counts once somebody does.

Examples:

  riposte halt --reason "wrong image list"
  riposte halt account:111122223333
  riposte halt playbook:launch.unapproved-image
  riposte halt class:destroy`
}

// Run sets a brake.
func (v haltVerb) Run(ctx context.Context, sh *shell) error {
	if err := sh.scope(v.Scope); err != nil {
		return err
	}
	r, err := v.serve(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	b := ledger.Brake{Scope: v.Scope, By: sh.user, At: r.now(sh), Reason: v.Reason}
	if err := r.Halt(ctx, b); err != nil {
		return fmt.Errorf("halt %s: %w", v.Scope, err)
	}
	if r.stage != nil { // a demo's world stands still between two commands
		return sh.halted(b, r.file, roll{})
	}
	x, err := sh.call(ctx, r, b)
	if err == nil {
		err = x.unheeded(r.file, b)
	}
	if err != nil && !sh.json() {
		return err
	}
	return errors.Join(sh.halted(b, r.file, x), err)
}

// halted prints a brake that is on, and who has read it.
func (sh *shell) halted(b ledger.Brake, file string, x roll) error {
	if sh.json() {
		return sh.object(struct {
			ledger.Brake
			Ledger string   `json:"ledger"`
			Read   []string `json:"read"`
			Unread []string `json:"unread"`
		}{b, file, called(x.heeded), called(append(x.silent, x.invoked...))})
	}
	if said := x.says(); said != "" {
		sh.remark("in %s; %s", file, said)
	}
	return sh.line("halted: %s", b.Scope)
}

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

// scope refuses a brake that would stop nothing.
func (sh *shell) scope(s string) error {
	kind, name, _ := strings.Cut(s, ":")
	classes := []string{string(action.Contain), string(action.Mend), string(action.Destroy)}
	switch {
	case s == "all":
		return nil
	case kind == "account" && accountID.MatchString(name):
		return nil
	case kind == "playbook":
		_, err := sh.find(name)
		return err
	case kind == "class" && slices.Contains(classes, name):
		return nil
	}
	return wrongUsage("%q is no scope: want all, account:ID of twelve digits, playbook:ID, or class:%s", s, strings.Join(classes, ", class:"))
}

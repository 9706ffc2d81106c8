package main

import (
	"context"
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
	if sh.json() {
		return sh.object(b)
	}
	return sh.line("halted: %s", v.Scope)
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

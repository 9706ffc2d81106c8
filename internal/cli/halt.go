package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/ledger"
)

type haltVerb struct {
	ledgerFlag
	Scope  string `arg:"" optional:"" default:"all" help:"all, account:ID, ou:ID, region:NAME, playbook:ID, or class:contain, class:mend, class:destroy."`
	Reason string `placeholder:"TEXT" help:"Why; the record keeps it."`
}

// Run sets a brake.
func (v haltVerb) Run(ctx context.Context, sh *shell) error {
	if err := app.Scope(v.Scope, ids(sh.catalogue)); err != nil {
		return usage{err}
	}
	r, err := v.serve(ctx, sh)
	if err != nil {
		return unstored(v.Scope, err)
	}
	defer r.Close()
	b := ledger.Brake{Scope: v.Scope, By: sh.user, At: r.now(sh), Reason: v.Reason}
	if err := r.Halt(ctx, b); err != nil {
		return unstored(v.Scope, err)
	}
	if r.stage != nil { // a demo's world stands still between two commands
		sh.halted(b, r.file, roll{})
		return nil
	}
	x, err := sh.call(ctx, r, b)
	if err == nil {
		err = x.unheeded(r.file, b)
	}
	if err != nil && !sh.json() {
		return err
	}
	sh.halted(b, r.file, x)
	return err
}

// unstored says what is left to a person whose brake could not be stored. Whether the ledger is away, or only they don't reach it, they can't know.
func unstored(scope string, err error) error {
	if mistake := (usage{}); errors.As(err, &mistake) {
		return err
	}
	return fmt.Errorf("%s is not halted: %w. Riposte makes no change only while it can't reach its ledger either, and goes on where you alone can't: stop it itself, "+
		"end riposte serve, or give the function no concurrency (aws lambda put-function-concurrency --reserved-concurrent-executions 0)", scope, err)
}

// halted prints a brake that is on, and which replicas have read it.
func (sh *shell) halted(b ledger.Brake, file string, x roll) {
	if sh.json() {
		sh.object(struct {
			ledger.Brake
			Ledger string   `json:"ledger"`
			Read   []string `json:"read"`
			Unread []string `json:"unread"`
		}{b, file, called(x.heeded), called(append(x.silent, x.invoked...))})
		return
	}
	read := "in " + file
	if len(x.heeded) > 0 {
		read += "; read by " + joined(x.heeded)
	}
	if len(x.invoked) > 0 {
		read += "; " + joined(x.invoked) + " reads it with its next tick, within a minute"
	}
	if len(x.heeded)+len(x.invoked) > 0 {
		sh.remark("%s", read)
	}
	sh.line("halted: %s", b.Scope)
}

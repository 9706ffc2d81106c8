package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/ripostehq/riposte/playbook"
)

// stages are what an attempt goes through, each with the collaborators that it needs.
type stages struct {
	inbox   *inbox
	plan    *planner
	check   *checker
	execute *executor
	verify  *verifier
	regret  *regretter
	sweeps  *sweeps
	surges  *surges
	propose *proposer
	after   *hindsight
	revert  *reverter
	makers  *makers
	report  *reporter
}

// newStages wires the stages of an engine.
func newStages(p Options, w *watch, cleared *cleared) *stages {
	books := map[string]playbook.Playbook{}
	for _, b := range p.Playbooks {
		books[b.ID] = b
	}
	// look, gate and effects are what several stages share; the collaborators of each are named here and nowhere else.
	look := &looker{aws: p.AWS, codec: p.Codec}
	swept := newSweeps(p)
	surging := &surges{store: p.Store, log: p.Log}
	gate := &gatekeeper{policy: p.Policy, namesake: p.Namesake, store: p.Store, sweeps: swept, surges: surging, code: p.Code}
	effects := &effects{store: p.Store, codec: p.Codec, gate: gate, look: look}
	plan := &planner{store: p.Store, codec: p.Codec, aws: p.AWS, org: p.Organization, tracer: tracer{p.Organization, p.Store}, books: books, looks: &playbook.Lookups{}, estates: &playbook.Estates{}, places: &playbook.Whereabouts{}, tags: p.Tags,
		letters: byLetter(p.Policy), sweeps: swept}
	revert := &reverter{store: p.Store, codec: p.Codec, aws: p.AWS, gate: gate, effects: effects, sweeps: swept}
	spare := &sparer{sweeps: swept, plan: plan, gate: gate, look: look, effects: effects, revert: revert}
	exec := &executor{aws: p.AWS, plan: plan, gate: gate, look: look, effects: effects, revert: revert, spare: spare}
	return &stages{
		inbox:   &inbox{store: p.Store, policy: p.Policy, look: look, effects: effects, watch: w},
		plan:    plan,
		check:   &checker{plan: plan, gate: gate, execute: exec, effects: effects, revert: revert, cleared: cleared, sweeps: swept},
		execute: exec,
		verify:  &verifier{look: look, effects: effects, revert: revert, watch: w, spare: spare},
		regret:  &regretter{aws: p.AWS},
		sweeps:  swept,
		surges:  surging,
		propose: &proposer{to: p.Proposer, policy: p.Policy},
		after:   newHindsight(plan),
		revert:  revert,
		makers:  newMakers(p.Policy, p.AWS),
		report:  &reporter{store: p.Store, to: p.Reporter, books: books, policy: p.Policy},
	}
}

// advance is the sentence from the suspect on. Each line may be its last: what is committed lets the next attempt go on. People
// are told even where the answer fails.
func (s *stages) advance(ctx context.Context, t *attempt) error {
	var errs []error
	for _, line := range []func(context.Context, *attempt) error{
		s.plan.open, s.inbox.drain, s.verify.secondLook, s.wake, s.regret.look, s.answer, s.sweeps.told, s.execute.marks, s.propose.look, s.after.look, s.revert.steps, s.report.handOn, s.makers.look, s.report.tell,
	} {
		err := line(ctx, t)
		errs = append(errs, err)
		if endsTurn(err) {
			break
		}
	}
	return errors.Join(errs...)
}

// answer checks, plans, judges, acts and verifies; where an answer has been undone, the next rung follows at once. What
// one suspect has confirmed is acted on before the next is looked at. A case that is closed, or to be taken back, is left as
// it is.
func (s *stages) answer(ctx context.Context, t *attempt) error {
	if !t.c.State.Open() || t.c.GivenUp != "" || t.c.Undo != nil {
		return nil
	}
	for first := true; ; first = false {
		confirmed, err := s.check.suspects(ctx, t)
		if err != nil {
			return err
		}
		if !confirmed && !first {
			break
		}
		if err := s.execute.steps(ctx, t); err != nil {
			return err
		}
	}
	for undone := true; undone; {
		var err error
		if undone, err = s.verify.steps(ctx, t); err != nil || !undone {
			return err
		}
		if err = s.execute.steps(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// recovered turns a panic into an error: one poisonous case must not take the others with it.
func (s *stages) recovered(ctx context.Context, t *attempt) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicError{fmt.Sprint(p), string(debug.Stack())}
		}
	}()
	return s.advance(ctx, t)
}

// panicError is a panic, as an error.
type panicError struct{ what, stack string }

func (p panicError) Error() string { return "panic: " + p.what }

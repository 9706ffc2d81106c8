package serve_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/serve"
)

func TestAnAttackIsContainedAndTheFiguresSaySo(t *testing.T) {
	s := set(t)
	d := s.serve(acting)
	s.attack()
	s.until("verified", d.says("/metrics", `riposte_case_states_total{playbook="launch.unapproved-image",state="verified"} 1`))
	_, figures := d.page("/metrics")
	for _, line := range []string{
		`riposte_suspects_total{how="opened"} 1`,
		`riposte_verdicts_total{decision="act",playbook="launch.unapproved-image",rule="mode"}`,
		`riposte_actions_total{kind="ec2.terminate",outcome="done"} 1`,
		`riposte_case_states_total{playbook="launch.unapproved-image",state="contained"} 1`,
		`riposte_time_to_contain_seconds_count 1`, `riposte_delivery_seconds_count 1`, `riposte_answer_seconds_count 1`,
		`riposte_stage_seconds_count{stage="contained_verified"} 1`,
		`riposte_open_cases{state="acting"}`, `riposte_build_info{`, `go_goroutines`,
	} {
		if !strings.Contains(figures, line) {
			t.Errorf("the figures do not say %s", line)
		}
	}
	if code, body := d.page("/readyz"); code != 200 || !strings.HasPrefix(body, "ready\n") {
		t.Errorf("%d %s", code, body)
	}
	if code, _ := d.page("/healthz"); code != 200 {
		t.Errorf("healthz: %d", code)
	}
	if err := d.end(); err != nil || !strings.Contains(d.log.String(), `"case":"c_`) {
		t.Errorf("%v\n%s", err, d.log)
	}
}

func TestASourceThatPanicsTakesNoOtherWithIt(t *testing.T) {
	s := set(t)
	d := s.serve(acting, sources(func(now *serve.Live) []serve.Source {
		return []serve.Source{
			{Name: "bad", Made: "bad", Run: func(context.Context, func()) error { panic("a fault") }},
			{Name: "trail", Made: "trail", Run: s.trail(now)},
		}
	}))
	s.attack()
	s.until("verified", func() bool { return d.states() == "verified" })
	if code, body := d.page("/readyz"); code != 503 || !strings.Contains(body, "source bad: panic: a fault") || !strings.Contains(body, "source trail: ok") {
		t.Errorf("%d %s", code, body)
	}
	if err := d.end(); err != nil {
		t.Error(err)
	}
}

func TestASourceThatWaitsForLongIsNotReadyUntilItIsAnswered(t *testing.T) {
	s := set(t)
	var silent atomic.Bool
	d := s.serve(acting, sources(func(now *serve.Live) []serve.Source {
		return []serve.Source{{Name: "trail", Made: "trail", Run: s.trail(now), Trouble: func() error {
			if silent.Load() {
				return errBroken
			}
			return nil
		}}}
	}))
	s.until("ready", d.says("/readyz", "source trail: ok"))
	silent.Store(true)
	if code, body := d.page("/readyz"); code != 503 || !strings.Contains(body, "source trail: "+errBroken.Error()) {
		t.Errorf("while it waits: %d %s", code, body)
	}
	silent.Store(false)
	if code, body := d.page("/readyz"); code != 200 {
		t.Errorf("when it is answered: %d %s", code, body)
	}
	if err := d.end(); err != nil {
		t.Error(err)
	}
}

func TestTwoReplicasOnOneLedgerHaveOneEffect(t *testing.T) {
	s := set(t)
	var feeds atomic.Int64
	both := make(chan []byte, 2)
	feed := sources(func(now *serve.Live) []serve.Source { // each gets every message
		return []serve.Source{{Name: "feed", Made: "feed", Run: func(ctx context.Context, up func()) error {
			up()
			feeds.Add(1)
			select {
			case body := <-both:
				return now.Believing(false)(ctx, body)
			case <-ctx.Done():
				return nil
			}
		}}}
	})
	first, second := s.serve(acting, feed), s.serve(acting, feed)
	s.until("both take messages", func() bool { return feeds.Load() == 2 })
	s.attack()
	for _, m := range s.w.Deliveries() {
		both <- m.Body
		both <- m.Body
		s.must(s.w.Ack(m.ID))
	}
	s.until("verified", func() bool { return first.states() == "verified" })
	if n := s.terminated.Load(); n != 1 {
		t.Errorf("%d calls terminated the instance", n)
	}
	for _, d := range []*daemon{first, second} {
		if err := d.end(); err != nil {
			t.Error(err)
		}
	}
}

// away is a ledger that can't be reached for so many calls.
type away struct {
	ledger.Store
	calls *atomic.Int64
}

func (a away) Claim(ctx context.Context, now time.Time, holder string, lease time.Duration) (*ledger.Claim, error) {
	if a.calls.Add(-1) >= 0 {
		return nil, errBroken
	}
	return a.Store.Claim(ctx, now, holder, lease)
}

func TestAnOutageOfTheLedgerEndsNothing(t *testing.T) {
	s := set(t)
	var calls atomic.Int64
	calls.Store(2)
	d := s.serve(acting, over(func(l ledger.Store) ledger.Store { return away{l, &calls} }))
	s.attack()
	s.until("verified", func() bool { return d.states() == "verified" })
	if !d.says("/metrics", "riposte_ledger_errors_total 2")() {
		t.Error("the outage was not counted")
	}
	if err := d.end(); err != nil {
		t.Error(err)
	}
}

// unsound is a ledger whose disk has failed: it can be read.
type unsound struct{ ledger.Store }

func (unsound) Sync(context.Context) error { return errBroken }

func TestALedgerThatOnlyReadsIsNotReady(t *testing.T) {
	s := set(t)
	d := s.serve(acting, over(func(l ledger.Store) ledger.Store { return unsound{l} }))
	s.until("not ready", d.says("/readyz", "source trail: ok"))
	if code, body := d.page("/readyz"); code != 503 || !strings.Contains(body, "ledger: "+errBroken.Error()) {
		t.Errorf("%d %s", code, body)
	}
	if err := d.end(); err != nil {
		t.Error(err)
	}
}

// worn is a ledger whose disk fails for good at some moment.
type worn struct {
	ledger.Store
	out *atomic.Bool
}

func (w worn) Sync(ctx context.Context) error {
	if w.out.Load() {
		return fmt.Errorf("sync: %w", ledger.ErrBroken)
	}
	return w.Store.Sync(ctx)
}

// While a source still has work in hand the page tells; then the process ends, which is what gets it started again.
func TestALedgerThatIsBrokenForGoodEndsTheProcess(t *testing.T) {
	s := set(t)
	var out atomic.Bool
	finish := make(chan struct{})
	d := s.serve(acting, over(func(l ledger.Store) ledger.Store { return worn{l, &out} }), sources(func(*serve.Live) []serve.Source {
		return []serve.Source{{Name: "slow", Made: "slow", Run: func(_ context.Context, up func()) error {
			up()
			<-finish
			return nil
		}}}
	}))
	s.until("ready", d.says("/readyz", "source slow: ok"))
	if code, body := d.page("/healthz"); code != 200 {
		t.Errorf("while the disk is sound: %d %s", code, body)
	}
	out.Store(true)
	s.until("not alive", d.says("/healthz", "ledger: sync: "))
	if code, _ := d.page("/healthz"); code != 503 {
		t.Errorf("healthz: %d", code)
	}
	close(finish)
	select {
	case err := <-d.ended:
		if !errors.Is(err, ledger.ErrBroken) || !strings.Contains(d.log.String(), "the ledger is broken: this process ends") {
			t.Errorf("%v\n%s", err, d.log)
		}
	case <-time.After(time.Minute):
		t.Fatalf("it goes on\n%s", d.log)
	}
	d.stop()
}

func TestWhatIsInHandIsFinishedBeforeTheEnd(t *testing.T) {
	s := set(t)
	taken, finish := make(chan struct{}), make(chan struct{})
	var stored atomic.Bool
	d := s.serve(acting, sources(func(*serve.Live) []serve.Source {
		return []serve.Source{{Name: "slow", Made: "slow", Run: func(ctx context.Context, up func()) error {
			up()
			<-ctx.Done()
			close(taken)
			<-finish
			stored.Store(true)
			return nil
		}}}
	}))
	s.until("ready", d.says("/readyz", "source slow: ok"))
	d.stop()
	<-taken
	if code, body := d.page("/readyz"); code != 503 || !strings.Contains(body, "stopping") {
		t.Errorf("while it drains: %d %s", code, body)
	}
	close(finish)
	if err := d.end(); err != nil || !stored.Load() {
		t.Errorf("%v, stored %v", err, stored.Load())
	}
}

func TestASecondSignalEndsTheDraining(t *testing.T) {
	s := set(t)
	hang := make(chan struct{})
	defer close(hang)
	d := s.serve(acting, sources(func(*serve.Live) []serve.Source {
		return []serve.Source{{Name: "hangs", Made: "hangs", Run: func(_ context.Context, up func()) error {
			up()
			<-hang
			return nil
		}}}
	}))
	s.until("ready", d.says("/readyz", "source hangs: ok"))
	d.stop()
	d.again <- os.Interrupt
	if err := d.end(); err == nil || !strings.Contains(err.Error(), "hangs") || !strings.Contains(err.Error(), "nothing is lost") {
		t.Errorf("what was left is not said: %v", err)
	}
}

func TestWhereItDoesNotGetInIsToldAndNoReasonToRestart(t *testing.T) {
	s := set(t)
	d := s.serve(strings.Replace(acting, "regions:", "roles: {audit: riposte-audit}, regions:", 1))
	s.attack()
	s.until("told", d.says("/readyz", "unreachable: audit in eu-west-1 of account 111122223333 since "))
	if code, body := d.page("/readyz"); code != 200 {
		t.Errorf("%d %s", code, body)
	}
	if !d.says("/metrics", "riposte_unreachable 1")() {
		t.Error("the figures do not say so")
	}
	if err := d.end(); err != nil {
		t.Error(err)
	}
}

// What goes on beside the work has the riposte in effect, and ends before the daemon does.
func TestWhatIsBesideEndsWithTheDaemon(t *testing.T) {
	s := set(t)
	began, ended := make(chan string, 1), false
	d := s.serve(acting, func(_ *daemon, o *serve.Options) {
		o.Beside = func(ctx context.Context, live *serve.Live) {
			began <- live.App().Config.File
			<-ctx.Done()
			ended = true
		}
	})
	if file := <-began; file != "riposte.yaml" {
		t.Error(file)
	}
	if err := d.end(); err != nil || !ended {
		t.Errorf("%v, ended: %v", err, ended)
	}
}

package serve_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/desk"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/internal/serve"
)

// pager counts what it is sent; it hangs as long as it is told to.
type pager struct {
	begun, sent atomic.Int64
	hangs       chan struct{}
}

func (p *pager) Send(ctx context.Context, l notify.Letter) (string, error) {
	if l.To.Group != "security" {
		return "", &notify.Rejected{Why: "nobody's"}
	}
	p.begun.Add(1)
	select {
	case <-p.hangs:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	p.sent.Add(1)
	return "page", nil
}

// paging is acting, with people who are paged.
var paging = strings.Replace(acting, "metrics:", `people:
  domains: [example.com]
  groups: {security: {members: [ann@example.com, bob@example.com], page: true}}
owners: {fallback: security}
approval: {approvers: [security]}
report: {pagerduty: {key: env:KEY}}
metrics:`, 1)

// The desk works beside the pool: a pager that hangs holds up no answer, what is owed goes when it is back, by whichever configuration
// is in effect then, and the end of the daemon waits for what is in hand alone.
func TestLettersAreSentBesideTheAnswers(t *testing.T) {
	s, p := set(t), &pager{hangs: make(chan struct{})}
	d := s.serve(paging, func(d *daemon, _ *serve.Options) {
		d.channels = func(*config.Config) map[string]notify.Channel { return map[string]notify.Channel{desk.PagerDuty: p} }
	})
	s.attack()
	s.until("verified", d.says("/metrics", `riposte_case_states_total{playbook="launch.unapproved-image",state="verified"} 1`))
	if p.sent.Load() != 0 {
		t.Error("it was sent while it hangs")
	}
	close(p.hangs)
	s.until("sent", func() bool { // the world's clock runs ahead: its lease may have been over while it hung
		_, page := d.page("/metrics")
		return regexp.MustCompile(`riposte_letters_total\{channel="pagerduty",outcome="sent"\} [1-9]`).MatchString(page)
	})
	if err := d.end(); err != nil {
		t.Errorf("%v\n%s", err, d.log)
	}
}

// The daemon is told to stop while a page is in hand: it is sent, and that it was is kept, as long as the end may take; what takes longer is told.
func TestAPageInHandIsSentBeforeTheEnd(t *testing.T) {
	for _, answers := range []bool{true, false} {
		s, p := set(t), &pager{hangs: make(chan struct{})}
		d := s.serve(paging, func(d *daemon, o *serve.Options) {
			d.channels = func(*config.Config) map[string]notify.Channel { return map[string]notify.Channel{desk.PagerDuty: p} }
			if !answers {
				o.Drain = 10 * time.Millisecond
			}
		})
		s.attack()
		s.until("in hand", func() bool { return p.begun.Load() > 0 })
		d.stop()
		s.until("stopping", func() bool { return strings.Contains(d.log.String(), `"stopping"`) })
		if answers {
			close(p.hangs)
		}
		err := d.end()
		letters, failed := d.store.Letters(context.WithoutCancel(t.Context()), ledger.LetterFilter{})
		s.must(failed)
		if sent := slices.ContainsFunc(letters, func(l *ledger.Letter) bool { return l.Ref != "" }); sent != answers || (err == nil) != answers || err != nil && !strings.Contains(err.Error(), "in hand") {
			t.Errorf("the pager answers: %t; it was sent: %t; %v", answers, sent, err)
		}
	}
}

package serve_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/metrics"
	"github.com/ripostehq/riposte/internal/serve"
	"github.com/ripostehq/riposte/playbook"
)

const watching = `
organization: {accounts: [{id: "111122223333"}], regions: [eu-west-1]}
playbooks: {launch.unapproved-image: {mode: observe, params: {allow_owners: [self]}}}
metrics: {listen: "127.0.0.1:0"}
`

func TestAReloadTakesEffectWithTheNextTurn(t *testing.T) {
	s := set(t)
	d := s.serve(watching)
	s.attack()
	s.until("observed", func() bool { return d.states() == "observed" })
	text := acting
	d.file.Store(&text)
	d.hup <- syscall.SIGHUP
	s.until("told", func() bool { return strings.Contains(d.log.String(), "the new configuration is in effect") })
	if !strings.Contains(d.log.String(), `"launch.unapproved-image: act, was: observe"`) {
		t.Errorf("what changed is not told:\n%s", d.log)
	}
	s.attack()
	s.until("verified", func() bool { return d.states() == "observed verified" })
	if err := d.end(); err != nil {
		t.Error(err)
	}
}

// What changes is told once, and what makes the defence go less far stands out, by whatever key of the file it does.
func TestAReloadTellsWhatItChangesAndWarnsOfWhatItWeakens(t *testing.T) {
	const accounts = "organization: {accounts: [{id: \"111122223333\", environment: production}, {id: \"444455556666\"}], regions: [eu-west-1]"
	const page = "\nmetrics: {listen: \"127.0.0.1:0\"}\n"
	rules := func(modes string) string {
		return accounts + "}" + page + "playbooks: {launch.unapproved-image: " + modes + "}"
	}
	for _, c := range []struct{ name, before, after, says, level string }{
		{"a file that was cut off", rules("{mode: act}"), accounts + "}" + page, "launch.unapproved-image: observe, was: act", "WARN"},
		{"acting becomes asking", rules("{mode: act}"), rules("{mode: ask}"), "launch.unapproved-image: ask, was: act", "WARN"},
		{"in one environment", rules("{mode: act}"), rules("{mode: act, production: observe}"), "launch.unapproved-image: act, in production observe, was: act", "WARN"},
		{"an account falls back to its environment", rules("{mode: act, production: ask, \"111122223333\": act}"), rules("{mode: act, production: ask}"),
			"launch.unapproved-image: less far than before in 111122223333", "WARN"},
		{"one class of actions", rules("{mode: act}"), rules("{mode: act, destroy: ask}"), "launch.unapproved-image: act, in destroy ask, was: act", "WARN"},
		{"a playbook looks for something else", rules("{params: {allow_owners: [self]}}"), rules("{params: {allow_owners: [self, amazon]}}"),
			"launch.unapproved-image: allow_owners is [self amazon], was: [self]", "WARN"},
		{"it goes further", rules("{mode: ask}"), rules("{mode: act}"), "launch.unapproved-image: act, was: ask", "INFO"},
		{"an account is left out", rules("{mode: act}"), strings.Replace(rules("{mode: act}"), `, {id: "444455556666"}`, "", 1), "account 444455556666 is not listed any more", "WARN"},
		{"a tier loses its role", accounts + ", roles: {audit: a, contain: c, external_id: xyz}}" + page, accounts + ", roles: {audit: a, external_id: xyz}}" + page,
			"the contain tier has no role any more, was: c", "WARN"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := set(t)
			d := s.serve(c.before)
			d.file.Store(&c.after)
			d.hup <- syscall.SIGHUP
			s.until("told", func() bool { return strings.Contains(d.log.String(), "the new configuration is in effect") })
			found := false
			for line := range strings.Lines(d.log.String()) {
				found = found || strings.Contains(line, `"level":"`+c.level+`"`) && strings.Contains(line, `"change":"`+c.says)
			}
			if !found {
				t.Errorf("it is not told, as %s, that %s:\n%s", c.level, c.says, d.log)
			}
			if n := strings.Count(d.log.String(), `"change":`); n != 1 {
				t.Errorf("%d changes are told, want one:\n%s", n, d.log)
			}
			if err := d.end(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAnInvalidConfigurationIsRefusedAndTheOldOneStays(t *testing.T) {
	s := set(t)
	d := s.serve(acting)
	s.until("ready", d.says("/readyz", "source trail: ok"))
	bad := "limits: {incidents_per_hour: 0}\nplaybooks: {launch.unapproved-image: {mode: atc}}"
	d.file.Store(&bad)
	d.hup <- syscall.SIGHUP
	s.until("refused", d.says("/metrics", "riposte_config_reload_failed 1"))
	code, body := d.page("/readyz")
	if code != 200 || !strings.Contains(body, "the file was refused, the one before is in effect: riposte.yaml:") || !strings.Contains(body, "(and 1 more)") {
		t.Errorf("%d %s", code, body)
	}
	if log := d.log.String(); !strings.Contains(log, "want at least 1") || !strings.Contains(log, `did you mean \"act\"`) {
		t.Errorf("not every problem is told:\n%s", log)
	}
	s.attack()
	s.until("verified", func() bool { return d.states() == "verified" })
	good := acting
	d.file.Store(&good)
	d.hup <- syscall.SIGHUP
	s.until("mended", d.says("/metrics", "riposte_config_reload_failed 0"))
	if err := d.end(); err != nil {
		t.Error(err)
	}
}

// counted is a source that says how often it was started, and whether it runs.
type counted struct{ starts, runs atomic.Int64 }

func (c *counted) source(made string) serve.Source {
	return serve.Source{Name: made, Made: made, Run: func(ctx context.Context, up func()) error {
		c.starts.Add(1)
		c.runs.Add(1)
		defer c.runs.Add(-1)
		up()
		<-ctx.Done()
		return nil
	}}
}

func TestAReloadLeavesSourcesAloneThatStayTheSame(t *testing.T) {
	s := set(t)
	var same, other counted
	d := s.serve(watching, func(_ *daemon, o *serve.Options) {
		o.Sources = func(c *config.Config, _ *serve.Live) ([]serve.Source, error) {
			return []serve.Source{same.source("same"), other.source(c.Modes("launch.unapproved-image", time.Time{}))}, nil
		}
	})
	s.until("ready", d.says("/readyz", "source observe: ok"))
	text := acting
	d.file.Store(&text)
	d.hup <- syscall.SIGHUP
	s.until("exchanged", d.says("/readyz", "source act: ok"))
	if same.starts.Load() != 1 || same.runs.Load() != 1 || other.starts.Load() != 2 || other.runs.Load() != 1 {
		t.Errorf("same: %d starts, %d run; other: %d, %d", same.starts.Load(), same.runs.Load(), other.starts.Load(), other.runs.Load())
	}
	if err := d.end(); err != nil || same.runs.Load()+other.runs.Load() != 0 {
		t.Errorf("%v; %d run on", err, same.runs.Load()+other.runs.Load())
	}
}

func TestNoSourceIsAnErrorThatSaysHowToNameOne(t *testing.T) {
	_, err := serve.New(serve.Options{
		Workers: 1, Meter: metrics.New(metrics.Options{}), App: func(*config.Config, *engine.WorkerPool) *app.App { return nil },
		Sources: func(*config.Config, *serve.Live) ([]serve.Source, error) { return nil, nil },
	})
	if err == nil || !strings.Contains(err.Error(), "sources:\n      - sqs: {queue_url:") {
		t.Errorf("%v", err)
	}
}

// What lies in S3 or in a parameter is read again without a signal, and the record says what came into effect, from where, with what it changes: once,
// however many replicas there are.
func TestAChangeElsewhereIsTakenAndRecorded(t *testing.T) {
	s := set(t)
	changed := make(chan struct{})
	version := 1
	d := s.serve(watching, func(_ *daemon, o *serve.Options) {
		o.Changed = changed
		load := o.Load
		o.Config.File, o.Config.Version = "s3://settings/riposte.yaml", "version 1"
		o.Load = func() (*config.Config, error) {
			c, err := load()
			if err == nil {
				version++
				c.File, c.Version = "s3://settings/riposte.yaml", fmt.Sprintf("version %d", version)
			}
			return c, err
		}
	})
	record := func() (all []string) {
		past, err := d.store.History(t.Context(), ledger.BrakesChain)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range past {
			all = append(all, strings.Join(e.Notes, "; "))
		}
		return all
	}
	s.until("recorded", func() bool { return len(record()) == 1 })
	text := acting
	d.file.Store(&text)
	changed <- struct{}{}
	s.until("told", func() bool {
		return strings.Contains(d.log.String(), `"file":"s3://settings/riposte.yaml","version":"version 2"`)
	})
	want := []string{
		"configuration: s3://settings/riposte.yaml, version 1",
		"configuration: s3://settings/riposte.yaml, version 2; configuration: launch.unapproved-image: act, was: observe",
	}
	if got := record(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the record says %q", got)
	}
	now := &config.Config{File: "s3://settings/riposte.yaml", Version: "version 2"}
	if err := app.Configured(t.Context(), d.store, now, nil, time.Now()); err != nil || len(record()) != 2 {
		t.Errorf("another replica writes it again: %v, %q", err, record())
	}
	if err := d.end(); err != nil {
		t.Error(err)
	}
}

// refusing is a ledger that takes no observation as long as it is told so.
type refusing struct {
	ledger.Store
	refuses *atomic.Bool
}

func (r refusing) Remember(ctx context.Context, seen []playbook.Observation) error {
	if r.refuses.Load() {
		return errBroken
	}
	return r.Store.Remember(ctx, seen)
}

// Who opened a session, which is not written down yet, is not forgotten by a reload, and is no reason to say that the ledger can't be worked on.
func TestAReloadKeepsWhoOpenedASession(t *testing.T) {
	const opens = `{"eventID":"opens","eventSource":"sts.amazonaws.com","eventName":"AssumeRole","eventTime":"2030-01-07T09:00:00Z","awsRegion":"eu-west-1","readOnly":true,` +
		`"recipientAccountId":"111122223333","userIdentity":{"type":"IAMUser","accountId":"111122223333","principalId":"AIDAMALLORY",` +
		`"arn":"arn:aws:iam::111122223333:user/mallory","accessKeyId":"AKIAMALLORY000000001"},"requestParameters":{},"responseElements":{"credentials":{"accessKeyId":"ASIACHAINED000000001"}}}`
	s, refuses, brought := set(t), &atomic.Bool{}, make(chan error, 1)
	refuses.Store(true)
	d := s.serve(acting, over(func(l ledger.Store) ledger.Store { return refusing{l, refuses} }), sources(func(now *serve.Live) []serve.Source {
		return []serve.Source{{Name: "one", Made: "one", Run: func(ctx context.Context, up func()) error {
			up()
			e, err := event.Decode([]byte(opens))
			if err == nil {
				_, err = now.App().Engine.Receive(ctx, e)
			}
			brought <- err
			<-ctx.Done()
			return nil
		}}}
	}))
	s.must(<-brought)
	s.until("refused", func() bool { return strings.Contains(d.log.String(), "who opened sessions is not written down yet") })
	d.hup <- syscall.SIGHUP
	s.until("told", func() bool { return strings.Contains(d.log.String(), "the new configuration is in effect") })
	refuses.Store(false)
	s.must(d.end())
	recalled, err := playbook.Recall(d.store.Recall).Minters(t.Context(), event.Actor{Partition: "aws", AccessKey: "ASIACHAINED000000001"}, s.w.Now().Add(time.Hour))
	s.must(err)
	if len(recalled) != 1 {
		t.Errorf("recalled: %+v\n%s", recalled, d.log)
	}
	if strings.Contains(d.log.String(), "can't be worked on") {
		t.Errorf("it is told as an outage of the ledger:\n%s", d.log)
	}
}

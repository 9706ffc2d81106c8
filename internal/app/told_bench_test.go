package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/desk"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbooks"
)

const tellingConfig = `
people: {domains: [example.com], groups: {security: {members: [ann@example.com, bob@example.com], slack: "#security"}}}
owners: {fallback: security}
approval: {approvers: [security]}
report: {slack: {team: T0123ABCD, channel: "#riposte", token: env:SLACK_TOKEN}}
playbooks: {launch.unapproved-image: {mode: act}}
limits: {incidents_per_hour: 1000, destroy_per_hour: 1000}
`

// telling is a daemon's heart, ledger on disk, and a channel that takes 0.3 s for each answer.
type telling struct {
	storm // its meter's other methods
	mu    sync.Mutex
	done  map[string]time.Time // when a case was committed as contained
	told  map[string]time.Time // when the channel had accepted a message that says so
}

func (o *telling) Progressed(c *ledger.Case, was engine.Progress) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if c.State == ledger.Contained && was.State != ledger.Contained {
		o.done[c.ID] = time.Now()
	}
}

func (o *telling) Send(_ context.Context, l notify.Letter) (string, error) {
	time.Sleep(300 * time.Millisecond)
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range l.Content.Cases {
		if _, known := o.told[c.Case]; !known {
			o.told[c.Case] = time.Now()
		}
	}
	return "ref", nil
}

// BenchmarkToldAfterTheCommit has forty actors launch something forbidden, three a second, in an incident each. It measures from the commit of the
// containment to the moment at which the channel has accepted a message about it, through outbox, letters and desk. It fails where a case is not told.
func BenchmarkToldAfterTheCommit(b *testing.B) {
	const actors = 40
	var users []string
	for i := range actors {
		users = append(users, fmt.Sprintf(`      - {name: mallory-%d, keys: [{id: AKIAMALLORY0000000%02d, secret: first}], attached: ["arn:aws:iam::aws:policy/AdministratorAccess"]}`, i, i))
	}
	w, err := world.New([]byte(strings.Replace(string(estate()), "    users:\n", "    users:\n"+strings.Join(users, "\n")+"\n", 1)), world.Options{})
	if err != nil {
		b.Fatal(err)
	}
	o := &telling{storm: storm{TB: b, world: w}, done: map[string]time.Time{}, told: map[string]time.Time{}}
	store, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "riposte.db"))
	o.must(err)
	c, err := config.Parse("telling.yaml", []byte(tellingConfig), playbooks.All())
	o.must(err)
	for i := range actors {
		place := event.Place{Partition: "aws", Account: "111122223333", Region: places()[i%len(places())]}
		_, err := ec2.NewFromConfig(w.Config(place, aws.Credentials{AccessKeyID: fmt.Sprintf("AKIAMALLORY0000000%02d", i), SecretAccessKey: "first"})).RunInstances(b.Context(),
			&ec2.RunInstancesInput{ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), InstanceType: types.InstanceTypeT3Micro, MinCount: aws.Int32(1), MaxCount: aws.Int32(1)})
		o.must(err)
	}
	o.must(w.AdvanceTo(w.Now().Add(time.Minute)))
	began, then := time.Now(), w.Now()
	a := app.New(app.Parts{
		Kinds: action.Kinds(), Config: c, Store: store, Now: func() time.Time { return then.Add(time.Since(began)) }, Name: "telling", Log: slog.New(slog.DiscardHandler), Meter: o,
		AWS: func(p event.Place) aws.Config {
			return w.Config(event.Place{Partition: "aws", Account: "111122223333", Region: p.Region}, aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "own"})
		},
		Channels: func(*config.Config) map[string]notify.Channel { return map[string]notify.Channel{desk.Slack: o} },
	})
	ctx, stop := context.WithCancel(context.WithoutCancel(b.Context()))
	var all sync.WaitGroup
	all.Go(func() { a.Desk.Run(ctx) })
	all.Go(func() {
		for ctx.Err() == nil {
			if _, err := a.Engine.RunDue(ctx); err != nil && ctx.Err() == nil {
				b.Error(err)
			}
			time.Sleep(20 * time.Millisecond)
		}
	})
	for _, d := range w.Deliveries() {
		_, err := a.Handle(ctx, d.Body)
		o.must(err)
		time.Sleep(time.Second / 3)
	}
	took := o.settled(actors)
	stop()
	all.Wait()
	o.must(store.Close())
	b.ReportMetric(float64(took[len(took)/2].Milliseconds())/1000, "p50-s")
	b.ReportMetric(float64(took[len(took)*95/100].Milliseconds())/1000, "p95-s")
	b.ReportMetric(0, "ns/op")
}

// settled waits until so many cases were told, and returns how long after their commits.
func (o *telling) settled(want int) (took []time.Duration) {
	o.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		o.mu.Lock()
		took = took[:0]
		for id, at := range o.told {
			if done, is := o.done[id]; is {
				took = append(took, at.Sub(done))
			}
		}
		o.mu.Unlock()
		if len(took) >= want {
			slices.Sort(took)
			return took
		}
	}
	o.Fatalf("%d of %d cases were told, %d contained", len(took), want, len(o.done))
	return nil
}

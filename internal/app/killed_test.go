package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/notify/slack/slacktest"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

// attacked is how many groups are made to launch a stranger's image (g0 and so on), and of how many a person raises the maximum (h0).
const attacked = 5

// killEstate is the shop of the chat with those groups.
func killEstate() string {
	groups := ""
	for i := range attacked {
		groups += fmt.Sprintf("{name: g%d, template: web, min: 0, max: 4, desired: 0}, {name: h%d, template: web, min: 0, max: 4, desired: 0}, ", i, i)
	}
	return strings.Replace(chatShop, "groups: [", "groups: ["+groups, 1)
}

// grown answers a maximum that was raised: it is asked about, and set back where no person answers for two days.
func grown() playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, struct{}]{
		ID: "test.grown", On: []playbook.Trigger{playbook.Call(call.AutoScalingUpdateAutoScalingGroup)}, Severity: playbook.Low,
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[struct{}] {
			for i := range attacked {
				if name := fmt.Sprintf("h%d", i); strings.Contains(string(e.Request), `"`+name+`"`) {
					return []playbook.Suspect[struct{}]{{Resource: e.Place().In(event.Group, name), Title: "the group " + name + " may grow"}}
				}
			}
			return nil
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[struct{}], _ struct{}) ([]playbook.Suspect[struct{}], error) {
			return []playbook.Suspect[struct{}]{s}, nil
		},
		Plan: func(s playbook.Suspect[struct{}], _ struct{}) action.Plan {
			sizes := action.SetSizes{Group: s.Resource, From: action.Sizes{Max: aws.Int32(9)}, To: action.Sizes{Max: aws.Int32(4)}}
			return action.Plan{Steps: []action.Step{action.Try(sizes)}}
		},
	})
}

// seeds is how many stories are played: as many as KILLS says, else one.
func seeds(t *testing.T) uint64 {
	n, err := strconv.ParseUint(os.Getenv("KILLS"), 10, 32)
	if err != nil {
		return 1
	}
	t.Logf("%d seeds", n)
	return n
}

// Ten minutes of attacks, and the three days in which people are asked, reminded and not heard. Two replicas on one ledger are killed before and
// after any commit, call of AWS and message, and others take their places; Slack loses answers, and is too busy at times. No question
// stays unasked, silence does nothing of which no person was told and reminded, and no message comes twice.
func TestReplicasAreKilledWhilePeopleAreAsked(t *testing.T) {
	for seed := range seeds(t) {
		k := newKilled(t, seed)
		k.attacks(10 * time.Minute)
		k.until(k.w.Now().Add(76 * time.Hour))
		k.one = 0 // no replica dies any more
		k.until(k.w.Now().Add(2 * time.Hour))
		k.askedAndTold()
		k.nothingTwice()
		t.Logf("seed %d: %d deaths, %d messages in Slack, %d done by silence", seed, k.deaths, len(k.slack.Messages()), len(k.silent))
		if k.deaths < 20 {
			t.Errorf("seed %d: only %d deaths: they prove nothing", seed, k.deaths)
		}
	}
}

// killed is two replicas that die, on one ledger.
type killed struct {
	testing.TB
	w        *world.World
	store    ledger.Store
	slack    *slacktest.Server
	config   *config.Config
	dice     *rand.Rand
	one      int // of so many moments kills
	apps     [2]*App
	lives    [2]*mortal
	born     int
	deaths   int
	mu       sync.Mutex
	accepted map[string][]time.Time // when Slack had a question, by case and what it showed
	waited   map[string][]string    // what a case has shown, while it asked
	silent   map[string]bool        // steps that silence has let go
}

func newKilled(t *testing.T, seed uint64) *killed {
	t.Helper()
	return newReplicas(t, seed, "owners: {fallback: security}")
}

// newReplicas are they where this is configured of owners, and some who left are in Slack.
func newReplicas(t *testing.T, seed uint64, owners string, left ...slacktest.User) *killed {
	t.Helper()
	w, err := world.New([]byte(killEstate()), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	text := strings.NewReplacer("playbooks: {", owners+"\nplaybooks: {test.grown: {mode: ask}, ",
		"approvers: [security]", "approvers: [security], contain: {after: 4h, silence: remind}").Replace(chatConfig)
	c, err := config.Parse("riposte.yaml", []byte(text), append(playbooks.All(), grown()))
	if err != nil {
		t.Fatal(err)
	}
	k := &killed{
		TB: t, w: w, store: store, config: c, dice: rand.New(rand.NewPCG(seed, 11)), one: 250,
		slack:    slacktest.New(t, w.Now, append(left, slacktest.User{ID: "U1ANN", Team: slacktest.Team, Email: "ann@example.com"}, slacktest.User{ID: "U2BOB", Team: slacktest.Team, Email: "bob@example.com"})...),
		accepted: map[string][]time.Time{}, waited: map[string][]string{}, silent: map[string]bool{},
	}
	for i := range k.apps {
		k.start(i)
	}
	return k
}

// start puts a new process in a dead one's place.
func (k *killed) start(i int) {
	k.born++
	m := &mortal{killed: k}
	env := map[string]string{"TOKEN": slacktest.Token, "APP": slacktest.AppToken, SlackAPI: k.slack.API()}
	k.lives[i] = m
	k.apps[i] = New(Parts{
		Config: k.config, Kinds: action.Kinds(), Store: mortalStore{k.store, m}, AWS: m.aws, Now: k.w.Now, Name: fmt.Sprintf("replica %d", k.born),
		Log:  slog.New(slog.DiscardHandler),
		Tell: &Telling{Report: k.config.Report, AWS: m.aws, Getenv: func(name string) string { return env[name] }, Now: k.w.Now},
	})
	for name, by := range k.apps[i].Desk.Channels {
		k.apps[i].Desk.Channels[name] = mortalChannel{by, m}
	}
}

// attacks happen at drawn moments of a time.
func (k *killed) attacks(for_ time.Duration) {
	k.Helper()
	begun := k.w.Now()
	left := map[string]time.Duration{}
	for i := range attacked {
		left[fmt.Sprintf("g%d", i)] = time.Duration(k.dice.Int64N(int64(for_)))
		left[fmt.Sprintf("h%d", i)] = time.Duration(k.dice.Int64N(int64(for_)))
	}
	mallory := autoscaling.NewFromConfig(k.w.Config(event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"},
		aws.Credentials{AccessKeyID: "AKIAMALLORY000000001", SecretAccessKey: "first"}))
	for k.w.Now().Sub(begun) < for_ {
		for name, at := range left {
			if k.w.Now().Sub(begun) < at {
				continue
			}
			delete(left, name)
			var err error
			if name[0] == 'g' {
				_, err = mallory.SetDesiredCapacity(k.Context(), &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: &name, DesiredCapacity: aws.Int32(1)})
			} else {
				_, err = mallory.UpdateAutoScalingGroup(k.Context(), &autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: &name, MaxSize: aws.Int32(9)})
			}
			if err != nil {
				k.Fatal(err)
			}
		}
		k.until(k.w.Now().Add(time.Second))
	}
}

// until has the replicas work, each when the dice say so, until a moment.
func (k *killed) until(end time.Time) {
	k.Helper()
	for k.w.Now().Before(end) {
		k.slackFails()
		i := k.dice.IntN(2)
		k.work(k.apps[i])
		if k.lives[i].dead {
			k.deaths++
			k.start(i)
		}
		k.look()
		next, err := k.store.Next(k.Context())
		letter, errLetter := k.store.NextLetter(k.Context())
		if err := errors.Join(err, errLetter); err != nil {
			k.Fatal(err)
		}
		trail, some := k.w.Next()
		soonest := end
		for _, at := range []time.Time{next, letter, trail} {
			if !at.IsZero() && at.Before(soonest) && (some || !at.Equal(trail)) {
				soonest = at
			}
		}
		if soonest.Sub(k.w.Now()) < time.Second {
			soonest = k.w.Now().Add(time.Second)
		}
		if err := k.w.AdvanceTo(soonest); err != nil {
			k.Fatal(err)
		}
	}
}

// work is a turn of one replica's. Whoever dies of it does nothing more.
func (k *killed) work(a *App) {
	for _, one := range k.w.Deliveries() {
		if _, err := a.Vouched(k.Context(), one.Body); err != nil {
			return // it is delivered again
		}
		if err := k.w.Ack(one.ID); err != nil {
			k.Fatal(err)
		}
	}
	if _, err := a.Engine.RunDue(k.Context()); err != nil {
		return
	}
	_, _ = a.SendLetters(k.Context())
}

// slackFails has the next message get no answer, or be refused for some seconds.
func (k *killed) slackFails() {
	if k.one == 0 || k.dice.IntN(40) > 0 {
		return
	}
	f := []slacktest.Failure{{Error: "internal_error", Status: 500, After: true}, {Error: "internal_error", Status: 500}, {Error: "ratelimited", Status: 429, RetryAfter: 3}}
	k.slack.Fail([]string{"chat.postMessage", "chat.update"}[k.dice.IntN(2)], f[k.dice.IntN(len(f))])
}

package app_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/route"
	"github.com/ripostehq/riposte/internal/scan"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

// three are the playbooks that riposte began with: they go by calls alone.
func three() []playbook.Definition {
	return slices.DeleteFunc(playbooks.All(), func(d playbook.Definition) bool {
		return !slices.Contains([]string{"launch.unapproved-image", "launch.unapproved-template", "launch.termination-unprotected"}, d.ID)
	})
}

// Goal: about 0.9, of scanning and routing alone: the whole catalogue, which watches callers too, against three playbooks that don't.
func BenchmarkRouteWholeCatalogueVersusThree(b *testing.B) {
	all, size := records(2000)
	whole := routed(route.New(playbooks.All()), all)
	versus(b, size, whole, routed(route.New(three()), all))
	b.ReportMetric(testing.AllocsPerRun(5, whole), "allocs")
}

// Goal: 0.9 or more. A quarter of the calls are those of 50 instances, some 480 each, which are watched.
func BenchmarkReplayWholeCatalogueVersusThree(b *testing.B) {
	dir, size := trail(b, 64)
	oneCore(b)
	versus(b, size, replaying(b, dir, playbooks.All()), replaying(b, dir, three()))
}

// replaying replays a folder through playbooks with their default parameters.
func replaying(b *testing.B, dir string, books []playbook.Definition) func() {
	var bound []playbook.Playbook
	for _, d := range books {
		p, err := d.Default()
		if err != nil {
			b.Fatal(err)
		}
		bound = append(bound, p)
	}
	return func() {
		s, err := app.Replay(context.Background(), app.ReplayInput{
			Paths: []string{dir}, Playbooks: bound, Workers: 1, Emit: func(app.ReplayLine) error { return nil },
		})
		if err != nil || s.Malformed > 0 {
			b.Fatalf("%+v, %v", s, err)
		}
	}
}

// Goal: 0.9 or more: messages of which a quarter are calls of 50 instances, which a look has dismissed. Of a session that an instance
// opens a glimpse is kept: minting tells what the same is with such calls among them.
func BenchmarkHandleWholeCatalogueVersusThree(b *testing.B) {
	for _, name := range []string{"reading", "minting"} {
		b.Run(name, func(b *testing.B) {
			all, size := messages(name == "minting")
			versus(b, size, handled(b, playbooks.All(), all), handled(b, three(), all))
		})
	}
}

// messages are records in EventBridge's events, without launches.
func messages(minting bool) (all [][]byte, size int64) {
	drawn, _ := records(2000)
	for _, record := range drawn {
		if bytes.Contains(record, []byte(`"RunInstances"`)) || !minting && bytes.Contains(record, []byte(`"AssumeRole"`)) {
			continue
		}
		m := bridged("aws.ec2", "", inTheShop(string(record)))
		all, size = append(all, []byte(m)), size+int64(len(m))
	}
	return all, size
}

// handled has an app handle messages; what is suspected has been looked at before.
func handled(b *testing.B, books []playbook.Definition, messages [][]byte) func() {
	s := newStorm(b, 0, books)
	handle := func() {
		for _, m := range messages {
			if _, err := s.app.Handle(b.Context(), m); err != nil {
				b.Fatal(err)
			}
		}
	}
	handle()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		open, err := s.app.Engine.Store.Cases(b.Context(), ledger.Filter{Open: true})
		s.must(err)
		if len(open) == 0 {
			break
		}
		if time.Now().After(deadline) {
			b.Fatalf("%d cases are open still", len(open))
		}
	}
	return handle
}

// Goal: no slower than 1.1 times: scanning and routing while the sessions of 10,000 instances, of as many roles, stand contained,
// against one.
func BenchmarkRouteWith10000SessionsVersusOne(b *testing.B) {
	all, size := records(2000)
	versus(b, size, wanted(b, all, 10_000), wanted(b, all, 1))
}

func wanted(b *testing.B, all [][]byte, sessions int) func() {
	a := receiving(b)
	s := standing{Store: a.Store}
	for i := range sessions {
		role := event.Place{Partition: "aws", Account: "111122223333"}.In(event.Role, fmt.Sprintf("app/fleet-%d", i))
		deny, err := a.Codec.Encode(action.DenySession{Role: role, UserID: fmt.Sprintf("AROA%017d:i-%017x", i, i), Case: "c_1", Scope: action.Destructive})
		if err != nil {
			b.Fatal(err)
		}
		s.effects = append(s.effects, &ledger.Effect{Key: role.ID, Action: deny})
	}
	a.Engine.Store = s
	return func() {
		for _, raw := range all {
			if rec, ok := scan.Object(raw); ok && !rec.Unsure {
				if _, _, err := a.Engine.Wants(b.Context(), route.Record{Source: rec.Source, Name: rec.Name, Caller: rec.Caller, ReadOnly: rec.ReadOnly}); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}

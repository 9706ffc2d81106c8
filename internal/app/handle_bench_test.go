package app_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
)

// standing is a ledger in which many effects stand, as behind a storm of attacks.
type standing struct {
	ledger.Store
	effects []*ledger.Effect
}

func (s standing) Generation(context.Context) (int64, error) { return 1, nil }

func (s standing) Effects(context.Context) ([]*ledger.Effect, error) { return s.effects, nil }

// BenchmarkHandleVersusDecoding is a message of a queue that concerns no playbook, against the same in a list, where it is
// decoded; a thousand users are contained meanwhile.
func BenchmarkHandleVersusDecoding(b *testing.B) {
	a := receiving(b)
	s := standing{Store: a.Store}
	for i := range 1000 {
		user := event.Place{Partition: "aws", Account: "111122223333"}.In(event.User, fmt.Sprintf("mallory-%d", i))
		deny, err := a.Codec.Encode(action.AttachUserDeny{User: user, UserID: fmt.Sprintf("AIDA%d", i)})
		if err != nil {
			b.Fatal(err)
		}
		s.effects = append(s.effects, &ledger.Effect{Key: user.ID, Action: deny})
	}
	a.Engine.Store = s
	all, size := records(500)
	var quick, strict [][]byte
	for _, record := range all {
		message := bridged("aws.ec2", "", string(record))
		if ads, err := a.Handle(b.Context(), []byte(message)); len(ads) > 0 || err != nil {
			continue
		}
		quick, strict = append(quick, []byte(message)), append(strict, []byte("["+message+"]"))
	}
	handled := func(messages [][]byte) func() {
		return func() {
			for _, m := range messages {
				if _, err := a.Handle(b.Context(), m); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	versus(b, size, handled(quick), handled(strict))
	b.ReportMetric(float64(took(handled(quick)).Nanoseconds())/float64(len(quick)), "ns/message")
	b.ReportMetric(testing.AllocsPerRun(10, handled(quick))/float64(len(quick)), "allocs/message")
}

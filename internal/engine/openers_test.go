package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

const (
	opener  = "ASIAOPENER0000000001"
	chained = "ASIACHAINED000000001"
)

const opens = `{"eventID":"opens-%[1]s","eventSource":"sts.amazonaws.com","eventName":"AssumeRole","eventTime":%[2]q,"awsRegion":"eu-west-1","readOnly":true,` +
	`"recipientAccountId":"111122223333","sourceIPAddress":"192.0.2.10","userIdentity":{"type":"AssumedRole","accountId":"111122223333",` +
	`"principalId":"AROAWEB:i-0a1b2c3d4e5f60718","arn":"arn:aws:sts::111122223333:assumed-role/web/i-0a1b2c3d4e5f60718","accessKeyId":"` + opener + `"},` +
	`"requestParameters":{"roleArn":"arn:aws:iam::111122223333:role/deploy","roleSessionName":%[3]q},` +
	`"responseElements":{"credentials":{"accessKeyId":%[1]q,"sessionToken":"x"}}}`

const calls = `{"eventID":"calls","eventSource":"s3.amazonaws.com","eventName":"PutBucketPolicy","eventTime":%q,"awsRegion":"eu-west-1",` +
	`"recipientAccountId":"111122223333","sourceIPAddress":"198.51.100.66","userIdentity":{"type":"AssumedRole","accountId":"111122223333","accessKeyId":"` + chained + `",` +
	`"principalId":"AROADEPLOY:deploy","arn":"arn:aws:sts::111122223333:assumed-role/deploy/deploy"}}`

// suspicious confirms every change of a bucket's policy.
func suspicious(t *testing.T, on func(ledger.Store) ledger.Store) *stage {
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	return setOn(t, shop, on(store), world.Options{}, playbook.Define(playbook.Spec[struct{}, calledFrom]{
		ID: "test.policy", On: []playbook.Trigger{playbook.Call("s3:PutBucketPolicy")}, Severity: playbook.High,
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[calledFrom] {
			return []playbook.Suspect[calledFrom]{{Resource: e.Place().In(event.Bucket, "shop"), Title: "a policy", Facts: calledFrom{e.SourceIP}}}
		},
		Check: func(_ context.Context, _ playbook.In, x playbook.Suspect[calledFrom], _ struct{}) ([]playbook.Suspect[calledFrom], error) {
			return []playbook.Suspect[calledFrom]{x}, nil
		},
		Plan: func(playbook.Suspect[calledFrom], struct{}) action.Plan { return action.Plan{} },
	}))
}

func (s *stage) bytes(format string, args ...any) []byte { return fmt.Appendf(nil, format, args...) }

func (s *stage) takes(record []byte) {
	s.Helper()
	e, err := event.Decode(record)
	s.must(err)
	_, err = s.e.Receive(s.Context(), e)
	s.must(err)
}

// Of a session that a cleared caller opened, riposte has no more than a glimpse, until the session does something. What is no such
// record, whatever stands in it, names nobody.
func TestWhoOpenedASessionIsKnownByAGlimpse(t *testing.T) {
	at := func(s *stage) string { return s.w.Now().Format(time.RFC3339) }
	for _, c := range []struct {
		story string
		sees  func(s *stage)
		named bool
	}{
		{"a glimpse", func(s *stage) { s.e.Glimpsed(s.bytes(opens, chained, at(s), "deploy"), "") }, true},
		{"a glimpse of a record in another order", func(s *stage) {
			record := strings.Replace(string(s.bytes(opens, chained, at(s), "deploy")), `{"accessKeyId":"`+chained+`","sessionToken":"x"}`, `{"sessionToken":"x","accessKeyId":"`+chained+`"}`, 1)
			s.e.Glimpsed([]byte(record), "")
		}, true},
		{"one in the account's own trail", func(s *stage) { s.e.Glimpsed(s.bytes(opens, chained, at(s), "deploy"), "111122223333") }, true},
		{"one in the trail of another account", func(s *stage) { s.e.Glimpsed(s.bytes(opens, chained, at(s), "deploy"), "444455556666") }, false},
		{"the key in a name that the caller chose", func(s *stage) {
			s.e.Glimpsed(s.bytes(opens, "ASIAOTHER00000000001", at(s), `"responseElements":{"accessKeyId":"`+chained+`"}`), "")
		}, false},
		{"no record", func(s *stage) { s.e.Glimpsed([]byte(`"responseElements" "accessKeyId":"`+chained+`"`), "") }, false},
		{"many glimpses since", func(s *stage) {
			s.e.Glimpsed(s.bytes(opens, chained, at(s), "deploy"), "")
			for i := range 3000 {
				s.e.Glimpsed(s.bytes(opens, fmt.Sprintf("ASIA%016d", i), at(s), "deploy"), "")
			}
		}, false},
		{"a record that was decoded", func(s *stage) { s.takes(s.bytes(opens, chained, at(s), "deploy")) }, true},
	} {
		t.Run(c.story, func(t *testing.T) {
			s := suspicious(t, func(l ledger.Store) ledger.Store { return l })
			c.sees(s)
			s.takes(s.bytes(calls, at(s)))
			s.pass(time.Second)
			found := s.only("test.policy")
			if named := len(found.Upstream) == 1 && found.Upstream[0].Actor.AccessKey == opener; named != c.named {
				t.Errorf("upstream: %+v", found.Upstream)
			}
			s.restart()
			recalled, err := playbook.Recall(s.store.Recall).Minters(t.Context(), event.Actor{Partition: "aws", AccessKey: chained}, s.w.Now())
			s.must(err)
			if (len(recalled) == 1) != c.named {
				t.Errorf("written down by an idle worker: %+v", recalled)
			}
		})
	}
}

// forgetful is a store that writes no observations.
type forgetful struct{ ledger.Store }

func (forgetful) Remember(context.Context, []playbook.Observation) error {
	return errors.New("no room")
}

// What can't be written waits, and is recalled meanwhile; no worker stops because of it.
func TestWhatIsNotWrittenDownIsRecalled(t *testing.T) {
	s := suspicious(t, func(l ledger.Store) ledger.Store { return forgetful{l} })
	s.takes(s.bytes(opens, chained, s.w.Now().Format(time.RFC3339), "deploy"))
	_, err := s.e.RunDue(t.Context())
	s.must(err)
	s.takes(s.bytes(calls, s.w.Now().Format(time.RFC3339)))
	_, err = s.e.RunDue(t.Context())
	s.must(err)
	if c := s.only("test.policy"); len(c.Upstream) != 1 {
		t.Errorf("upstream: %+v", c.Upstream)
	}
}

// narrow is a store that writes one observation after the other, and refuses the one that is too many.
type narrow struct {
	ledger.Store
	room, asked int
}

func (s *narrow) Remember(ctx context.Context, seen []playbook.Observation) error {
	s.asked += len(seen)
	if len(seen) > s.room {
		return errors.New("throttled")
	}
	s.room -= len(seen)
	return s.Store.Remember(ctx, seen)
}

// Sessions that are opened faster than a throttled table takes cost no receipt, few writes, and memory for so many; what is too old to be held is
// asked of CloudTrail. Once the table takes them, idle workers write each of the others once.
func TestSessionsThatAreOpenedWhileTheLedgerIsThrottled(t *testing.T) {
	const opened, most = 6000, 4096
	table := &narrow{room: 250}
	s := suspicious(t, func(l ledger.Store) ledger.Store { table.Store = l; return table })
	key := func(i int) string { return fmt.Sprintf("ASIA%016d", i) }
	idle := func() {
		_, err := s.e.RunDue(t.Context())
		s.must(err)
	}
	for i := range opened {
		s.takes(s.bytes(opens, key(i), s.w.Now().Format(time.RFC3339), "deploy"))
		if i%50 == 0 {
			idle()
		}
	}
	if table.asked > 500 {
		t.Errorf("%d writes were tried, of which 250 were taken", table.asked)
	}
	s.must(s.w.AdvanceTo(s.w.Now().Add(time.Minute)))
	table.room, table.asked = opened, 0
	idle()
	if table.asked > most || table.asked < most-200 {
		t.Errorf("%d were held, of %d", table.asked, most)
	}
	s.restart()
	for i, want := range map[int]bool{0: true, 1000: false, opened - 3000: true, opened - 1: true} {
		recalled, err := playbook.Recall(s.store.Recall).Minters(t.Context(), event.Actor{Partition: "aws", AccessKey: key(i)}, s.w.Now())
		s.must(err)
		if (len(recalled) == 1) != want {
			t.Errorf("session %d: recalled %+v", i, recalled)
		}
	}
}

// The engine that a reload puts in the place of another knows who opened which session, seen or glimpsed, and writes it down.
func TestAReloadForgetsNobodyWhoOpenedASession(t *testing.T) {
	s := suspicious(t, func(l ledger.Store) ledger.Store { return l })
	at, other := s.w.Now().Format(time.RFC3339), "ASIAOTHER00000000001"
	s.e.Glimpsed(s.bytes(opens, chained, at, "deploy"), "")
	s.takes(s.bytes(opens, other, at, "deploy"))
	before := s.e
	s.restart()
	s.e.Inherit(before)
	s.takes(s.bytes(calls, at))
	s.pass(time.Second)
	if c := s.only("test.policy"); len(c.Upstream) != 1 || c.Upstream[0].Actor.AccessKey != opener {
		t.Errorf("upstream: %+v", c.Upstream)
	}
	recalled, err := playbook.Recall(s.store.Recall).Minters(t.Context(), event.Actor{Partition: "aws", AccessKey: other}, s.w.Now())
	s.must(err)
	if len(recalled) != 1 {
		t.Errorf("what the engine before had not written down: %+v", recalled)
	}
}

package engine_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/route"
	"github.com/ripostehq/riposte/internal/scan"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// calledFrom are the facts of a playbook that watches callers.
type calledFrom struct{ Address string }

func (c calledFrom) Found() []string { return []string{"from " + c.Address} }

// watching is a defence that looks at each address an instance calls from, and dismisses it.
func watching(t *testing.T) (s *stage, looks map[string]int) {
	looks = map[string]int{}
	return set(t, world.Options{}, playbook.Define(playbook.Spec[struct{}, calledFrom]{
		ID: "test.callers", On: []playbook.Trigger{playbook.CallerInstance().AlsoReads().OncePerSource()}, Severity: playbook.High,
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[calledFrom] {
			return []playbook.Suspect[calledFrom]{{Resource: e.Place().In(event.Session, "web/"+e.Actor.Session), Title: "a call", Facts: calledFrom{e.SourceIP}}}
		},
		Check: func(_ context.Context, _ playbook.In, x playbook.Suspect[calledFrom], _ struct{}) ([]playbook.Suspect[calledFrom], error) {
			looks[x.Facts.Address]++
			return nil, nil
		},
		Plan: func(playbook.Suspect[calledFrom], struct{}) action.Plan { return action.Plan{} },
	})), looks
}

const byInstance = `{"eventID":"e-%d","eventSource":%q,"eventName":%q,"eventTime":%q,"awsRegion":"eu-west-1","readOnly":true,` +
	`"recipientAccountId":"111122223333","sourceIPAddress":%q,"userIdentity":{"type":"AssumedRole","accountId":"111122223333",` +
	`"principalId":"AROAWEB:i-0a1b2c3d4e5f60718","arn":"arn:aws:sts::111122223333:assumed-role/web/i-0a1b2c3d4e5f60718"}}`

// An instance's ordinary calls are looked at once in a while; one from another address is looked at at once.
func TestWhatALookHasClearedIsNotLookedAtWithEachCall(t *testing.T) {
	s, looks := watching(t)
	n := 0
	calls := func(from string) {
		t.Helper()
		n++
		e, err := event.Decode(fmt.Appendf(nil, byInstance, n, "s3.amazonaws.com", "ListBuckets", s.w.Now().Format(time.RFC3339), from))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.e.Receive(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		s.pass(time.Second)
	}
	for range 20 {
		calls("192.0.2.10")
	}
	calls("198.51.100.7")
	if looks["192.0.2.10"] != 1 || looks["198.51.100.7"] != 1 {
		t.Errorf("looks: %v, want one at each address", looks)
	}
	s.pass(11 * time.Minute) // by then the address may be another's
	calls("192.0.2.10")
	if looks["192.0.2.10"] != 2 {
		t.Errorf("looks: %v, want a second after a while", looks)
	}
}

// By then its records are known by their bytes, and need not be decoded: as long as the look counts, and from that address.
func TestARecordOfWhatWasClearedIsKnownByItsBytes(t *testing.T) {
	s, _ := watching(t)
	n := 0
	calls := func(source, name, from string) (wanted bool) {
		t.Helper()
		n++
		bytes := fmt.Appendf(nil, byInstance, n, source, name, s.w.Now().Format(time.RFC3339), from)
		rec, ok := scan.Object(bytes)
		if !ok {
			t.Fatal("no record")
		}
		wanted, repeat, err := s.e.Wants(t.Context(), route.Record{
			Source: rec.Source, Name: rec.Name, Caller: rec.Caller, Address: rec.Address, Endpoint: rec.Endpoint, Region: rec.Region,
		})
		s.must(err)
		if wanted {
			e, err := event.Decode(bytes)
			s.must(err)
			e.Repeat = repeat
			_, err = s.e.Receive(t.Context(), e)
			s.must(err)
		}
		s.pass(time.Second)
		return wanted
	}
	for _, c := range []struct {
		story, source, name, from string
		after                     time.Duration
		wanted                    bool
	}{
		{"the first is looked at", "s3.amazonaws.com", "ListBuckets", "192.0.2.10", 0, true},
		{"the second shows that it is no more than that", "s3.amazonaws.com", "GetObject", "192.0.2.10", 0, true},
		{"the third is known", "ec2.amazonaws.com", "DescribeInstances", "192.0.2.10", 0, false},
		{"another address is not", "ec2.amazonaws.com", "DescribeInstances", "198.51.100.7", 0, true},
		{"also where it opens a session, of which a glimpse is kept", "sts.amazonaws.com", "AssumeRole", "192.0.2.10", 0, false},
		{"a look does not count for ever", "s3.amazonaws.com", "ListBuckets", "192.0.2.10", 11 * time.Minute, true},
	} {
		s.pass(c.after)
		if got := calls(c.source, c.name, c.from); got != c.wanted {
			t.Errorf("%s: wanted %v", c.story, got)
		}
	}
}

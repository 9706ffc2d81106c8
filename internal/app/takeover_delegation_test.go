package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
)

const dev = "dev.example.com. 48h0m0s"

func (s *dns) wantDelegations(what string, all ...string) {
	s.Helper()
	if got := strings.Join(s.records(types.RRTypeNs), ", "); got != strings.Join(all, ", ") {
		s.Errorf("%s: delegations %s, want %q", what, got, all)
	}
}

func (s *dns) deleteZone() {
	s.Helper()
	if _, err := s.annsDNS().DeleteHostedZone(s.Context(), &route53.DeleteHostedZoneInput{Id: aws.String("Z5")}); err != nil {
		s.Fatal(err)
	}
}

// TestADelegationGoesWithItsZone: sweeps have read where the zone was served and what delegates to it; the delegation goes once the wait is over, and
// comes back to the letter.
func TestADelegationGoesWithItsZone(t *testing.T) {
	s := dnsOf(t, `{id: "111122223333"}`)
	s.sweep()
	s.deleteZone()
	s.pass(8 * time.Minute)
	s.wantDelegations("within the wait", dev)
	s.pass(10 * time.Minute)
	s.wantDelegations("after it")
	s.want("other records", img, kept)
	for _, c := range s.cases() {
		if c.Root.Type == event.RecordSet {
			s.order(c, ledger.Order{Verb: ledger.Undo})
		}
	}
	s.pass(3 * time.Minute)
	s.wantDelegations("taken back", dev)
}

// TestAHealthyDelegationStays: neither a sweep nor the deletion of a namesake find one.
func TestAHealthyDelegationStays(t *testing.T) {
	s := dnsOf(t, `{id: "111122223333"}`)
	s.sweep()
	made, err := s.annsDNS().CreateHostedZone(t.Context(), &route53.CreateHostedZoneInput{Name: aws.String("dev.example.com"), CallerReference: aws.String("2")})
	if err != nil {
		t.Fatal(err)
	}
	s.pass(time.Minute)
	if _, err := s.annsDNS().DeleteHostedZone(t.Context(), &route53.DeleteHostedZoneInput{Id: made.HostedZone.Id}); err != nil {
		t.Fatal(err)
	}
	s.pass(20 * time.Minute)
	s.wantDelegations("the other zone is gone", dev)
	for _, c := range s.cases() {
		if c.Root.Type == event.RecordSet {
			t.Errorf("a healthy delegation is found: %s", c.ID)
		}
	}
}

// TestAZoneThatIsMadeAnewIsLeftToItsMaker: it has other name servers, so that one of both has to be put right by hand.
func TestAZoneThatIsMadeAnewIsLeftToItsMaker(t *testing.T) {
	s := dnsOf(t, `{id: "111122223333"}`)
	s.sweep()
	s.deleteZone()
	if _, err := s.annsDNS().CreateHostedZone(t.Context(), &route53.CreateHostedZoneInput{Name: aws.String("dev.example.com"), CallerReference: aws.String("2")}); err != nil {
		t.Fatal(err)
	}
	s.pass(20 * time.Minute)
	s.wantDelegations("made anew", dev)
	told := false
	for _, c := range s.cases() {
		told = told || c.Root.ID == "Z1/NS/dev.example.com"
	}
	if !told {
		t.Errorf("nobody is told of the delegation to where no zone is: %+v", s.cases())
	}
}

// TestAnAccountThatWasNotReadKeepsADelegation: any account may have the zone by now, and the case names the one that could not be read.
func TestAnAccountThatWasNotReadKeepsADelegation(t *testing.T) {
	s := dnsOf(t, `{id: "111122223333"}, {id: "444455556666"}`)
	s.sweep()
	s.deleteZone()
	s.pass(20 * time.Minute)
	s.wantDelegations("with an account unread", dev)
	s.wantTrouble("444455556666")
}

// TestADelegationThatWasLedElsewhereSinceIsLeft: within the wait its owner names a partner's servers, which nobody of ours ever had. A person is asked.
func TestADelegationThatWasLedElsewhereSinceIsLeft(t *testing.T) {
	s := dnsOf(t, `{id: "111122223333"}`)
	s.sweep()
	s.deleteZone()
	ns := []types.ResourceRecord{{Value: aws.String("ns-17.awsdns-17.com")}, {Value: aws.String("ns-18.awsdns-18.net")}}
	if _, err := s.annsDNS().ChangeResourceRecordSets(t.Context(), &route53.ChangeResourceRecordSetsInput{HostedZoneId: aws.String("Z1"), ChangeBatch: &types.ChangeBatch{Changes: []types.Change{{
		Action: types.ChangeActionUpsert, ResourceRecordSet: &types.ResourceRecordSet{Name: aws.String("dev.example.com"), Type: types.RRTypeNs, TTL: aws.Int64(172800), ResourceRecords: ns},
	}}}}); err != nil {
		t.Fatal(err)
	}
	s.pass(20 * time.Minute)
	s.wantDelegations("led elsewhere", dev)
}

package engine_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/network"
)

// doors are the inbound rules of the group sg-0web.
func doors(s *stage) (all []string) {
	s.Helper()
	rules, err := action.IngressOf(s.Context(), s.Reads(), ireland.In(event.SecurityGroup, "sg-0web"))
	s.must(err)
	for _, r := range rules {
		all = append(all, r.String())
	}
	slices.Sort(all)
	return all
}

// A person in an office who opens a port to the world keeps it for the office's address. Closing that door is the person's right, and undo opens the port again.
func TestAPersonInAnOfficeKeepsAnAdminPortForItsAddress(t *testing.T) {
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	estate := strings.Replace(shop, "        templates:", "        security_groups: [{id: sg-0web, name: web, ingress: [tcp 443 0.0.0.0/0]}]\n        templates:", 1)
	s := setOn(t, estate, store, world.Options{DeliveryDelay: time.Second})
	s.org = playbook.Organization{
		People:  event.People{Issuers: []string{"arn:aws:iam::*:role/ops"}},
		Offices: playbook.Ranges{netip.MustParsePrefix("203.0.113.0/24")},
	}
	book, err := network.OpenAdminPort().Bind(func(p any) error {
		p.(*network.PortParams).KeepCaller = true
		return nil
	})
	s.must(err)
	s.bound = []playbook.Playbook{book}
	s.restart()
	person, err := s.w.Mint("arn:aws:iam::111122223333:role/ops", world.SessionOptions{Name: "bea"})
	s.must(err)
	office := ec2.NewFromConfig(s.w.ConfigFrom(ireland, person, world.Origin{SourceIP: "203.0.113.9"}))
	_, err = office.AuthorizeSecurityGroupIngress(t.Context(), &ec2.AuthorizeSecurityGroupIngressInput{
		GroupId: aws.String("sg-0web"), IpProtocol: aws.String("tcp"), FromPort: aws.Int32(20), ToPort: aws.Int32(25), CidrIp: aws.String("0.0.0.0/0"),
	})
	s.must(err)
	s.pass(10 * time.Minute)
	c := s.only("network.open-admin-port")
	if diff := cmp.Diff([]string{"tcp 22 from 203.0.113.9/32", "tcp 443 from 0.0.0.0/0"}, doors(s)); diff != "" || c.State != ledger.Verified {
		t.Fatalf("%s: %s\n%s", c.State, diff, s.history(c))
	}
	_, err = office.RevokeSecurityGroupIngress(t.Context(), &ec2.RevokeSecurityGroupIngressInput{
		GroupId: aws.String("sg-0web"), IpProtocol: aws.String("tcp"), FromPort: aws.Int32(22), ToPort: aws.Int32(22), CidrIp: aws.String("203.0.113.9/32"),
	})
	s.must(err)
	s.pass(time.Hour)
	if diff := cmp.Diff([]string{"tcp 443 from 0.0.0.0/0"}, doors(s)); diff != "" {
		t.Errorf("closed by the person: %s", diff)
	}
	s.order(c, ledger.Order{Verb: ledger.Undo})
	s.pass(10 * time.Minute)
	if diff := cmp.Diff([]string{"tcp 20-25 from 0.0.0.0/0", "tcp 443 from 0.0.0.0/0"}, doors(s)); diff != "" {
		t.Errorf("taken back: %s\n%s", diff, s.history(s.only("network.open-admin-port")))
	}
	s.whole()
}

// What a break-glass principal opens in an emergency stays open until a person says that it was not meant.
func TestWhatABreakGlassPrincipalOpensIsAskedAbout(t *testing.T) {
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	estate := strings.Replace(shop, "        templates:", "        security_groups: [{id: sg-0web, name: web, ingress: [tcp 443 0.0.0.0/0]}]\n        templates:", 1)
	s := setOn(t, strings.Replace(estate, "- name: ops", "- id: AROAOPS\n        name: ops", 1), store, world.Options{DeliveryDelay: time.Second}, network.OpenAdminPort())
	s.policy.BreakGlass = []gate.Principal{{ARN: "arn:aws:iam::111122223333:role/ops", ID: "AROAOPS"}}
	s.restart()
	_, err = ec2.NewFromConfig(s.w.Config(ireland, nadia(s))).AuthorizeSecurityGroupIngress(t.Context(), &ec2.AuthorizeSecurityGroupIngressInput{
		GroupId: aws.String("sg-0web"), IpProtocol: aws.String("tcp"), FromPort: aws.Int32(22), ToPort: aws.Int32(22), CidrIp: aws.String("0.0.0.0/0"),
	})
	s.must(err)
	s.pass(time.Hour)
	c := s.only("network.open-admin-port")
	if diff := cmp.Diff([]string{"tcp 22 from 0.0.0.0/0", "tcp 443 from 0.0.0.0/0"}, doors(s)); diff != "" || c.State != ledger.Asked || c.Paged == "" {
		t.Fatalf("%s, paged %q: %s\n%s", c.State, c.Paged, diff, s.history(c))
	}
	s.order(c, ledger.Order{Verb: ledger.Approve, Shown: c.Shown(0)})
	s.pass(10 * time.Minute)
	if diff := cmp.Diff([]string{"tcp 443 from 0.0.0.0/0"}, doors(s)); diff != "" {
		t.Errorf("once a person says so: %s\n%s", diff, s.history(s.only("network.open-admin-port")))
	}
	s.whole()
}

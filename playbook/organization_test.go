package playbook_test

import (
	"net/netip"
	"regexp"
	"testing"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

func TestRangesKnowAnAddressInEverySpelling(t *testing.T) {
	r := playbook.Ranges{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/48")}
	for address, want := range map[string]bool{
		"192.0.2.9": true, "::ffff:192.0.2.9": true, "2001:db8::9": true, "2001:DB8:0::9": true, "192.0.3.9": false, "::192.0.2.9": false,
	} {
		if got := r.Has(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
}

// An organisation of which nothing is configured knows no account and no person.
func TestWithoutAConfigurationNothingIsKnown(t *testing.T) {
	var o playbook.Organization
	if has, err := o.Has(t.Context(), "111122223333"); has || err != nil {
		t.Errorf("an account is ours: %v, %v", has, err)
	}
	alice := event.Actor{Kind: event.RoleActor, Session: "alice@example.com", Issuer: "arn:aws:iam::111122223333:role/anything"}
	if who := o.Person(alice); who != "" {
		t.Errorf("%s is a person, by a name that the caller chose", who)
	}
	o.People = event.People{Issuers: []string{"arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*"}, SessionName: regexp.MustCompile(`[^@]+@example\.com`)}
	if who := o.Person(alice); who != "" {
		t.Errorf("%s is a person, of a role that needs no signing in", who)
	}
	alice.Issuer = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
	if who := o.Person(alice); who != alice.Session {
		t.Errorf("the person is %q", who)
	}
}

// The pattern of a session's name names people, and excepts nobody: whoever could choose another name would not be looked at.
func TestASessionByAnotherNameIsAPersonsAllTheSame(t *testing.T) {
	o := playbook.Organization{People: event.People{
		Issuers: []string{"arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*"}, SessionName: regexp.MustCompile(`[^@]+@example\.com`),
	}}
	night := event.Actor{Kind: event.RoleActor, Session: "nightly", Issuer: "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"}
	if who := o.Person(night); who != "" || !o.ByPerson(night, false) {
		t.Errorf("named %q, a person %v", who, o.ByPerson(night, false))
	}
}

// Automation is known by its id and for the playbooks that are named; a decoy is none, whatever is said of it.
func TestAutomationIsKnownByItsID(t *testing.T) {
	o := playbook.Organization{
		Automation: []playbook.Automation{{ID: "AROACI", Playbooks: []string{"launch.*", "identity.deploy-role"}, Said: "trusted[0]"}, {ID: "AROADECOY", Playbooks: []string{"*"}, Said: "trusted[1]"}},
		Decoys:     playbook.Decoys{"AROADECOY"},
	}
	for _, c := range []struct{ id, playbook, want string }{
		{"AROACI", "launch.by-hand", "trusted[0]"}, {"AROACI", "identity.deploy-role", "trusted[0]"}, {"AROACI", "identity.deploy", ""}, {"AROACI", "scaling.foreign-group", ""},
		{"AROAOTHER", "launch.by-hand", ""}, {"", "launch.by-hand", ""}, {"AROADECOY", "launch.by-hand", ""},
	} {
		if got := o.Automated(c.id, c.playbook); got != c.want {
			t.Errorf("%s for %s: %q, want %q", c.id, c.playbook, got, c.want)
		}
	}
}

// Break-glass principals, what is untouchable and riposte's own roles are known by ARN, id or name; a role of another path is another.
func TestGuarded(t *testing.T) {
	g := playbook.Guarded{Named: []string{"arn:aws:iam::111122223333:role/glass"}, Known: []string{"AROAEXAMPLEGLASS0000"}, Own: []string{"riposte/author", ""}}
	at := event.Place{Partition: "aws", Account: "111122223333"}
	for _, c := range []struct {
		of   event.Resource
		id   string
		want bool
	}{
		{at.In(event.Role, "glass"), "", true},
		{at.In(event.Role, "renamed"), "AROAEXAMPLEGLASS0000", true},
		{at.In(event.Role, "riposte/author"), "AROAEXAMPLEOTHER0000", true},
		{at.In(event.Role, "author"), "AROAEXAMPLEOTHER0000", false},
		{at.In(event.Role, "app"), "", false},
		{at.In(event.User, "riposte/author"), "", false},
	} {
		if got := g.Has(c.of, c.id); got != c.want {
			t.Errorf("%s %s: %v", c.of, c.id, got)
		}
	}
}

package app

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

// What an exception from no case is of: what its playbook found there, of the one principal that had the name. Who may is asked before it is written.
func TestAnExceptionIsGivenAlone(t *testing.T) {
	now := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	const staff = `people: {address: "{session}@example.com", groups: {security: {members: [ann@example.com, bob@example.com]}}}
approval: {approvers: [security], command_line: all}
`
	for _, x := range []struct {
		name, by, file string
		of             Extent
		o              ledger.Order
		root, found    string
		wrong          string
	}{
		{"a resource", "ann", staff, Extent{Resource: "111122223333/eu-west-1/group/web"}, ledger.Order{}, "111122223333/eu-west-1/group/web", "image ami-1", ""},
		{"an account", "ann", staff, Extent{Account: "111122223333"}, ledger.Order{}, "account:111122223333", "image ami-1, image ami-2", ""},
		{"a user", "ann", staff, Extent{Actor: "arn:aws:iam::111122223333:user/ci"}, ledger.Order{}, "actor:AIDACI0000000000001", "image ami-1", ""},
		{"a role, whoever comes by it", "ann", staff, Extent{Actor: "arn:aws:iam::111122223333:role/deploy"}, ledger.Order{}, "actor:AROADEPLOY0000000001", "image ami-1", ""},
		{"a user by its id, whatever it does", "ann", staff, Extent{Actor: "AIDAOTHER00000000001"}, ledger.Order{Any: true}, "actor:AIDAOTHER00000000001", "", ""},
		{"a name that two principals had", "ann", staff, Extent{Actor: "arn:aws:iam::111122223333:user/new"}, ledger.Order{}, "", "", "was the name of several principals (AIDANEW0000000000002, AIDANEW0000000000001)"},
		{"a session of a role that others have too", "ann", staff, Extent{Actor: "arn:aws:sts::111122223333:assumed-role/deploy/alice"}, ledger.Order{Any: true}, "", "", "is a session"},
		{"what nothing was found on", "ann", staff, Extent{Resource: "111122223333/eu-west-1/group/none"}, ledger.Order{}, "", "", "has found nothing there yet"},
		{"by a stranger", "eve", staff, Extent{Account: "111122223333"}, ledger.Order{}, "", "", "eve@example.com is none"},
		{"for too long", "ann", staff, Extent{Account: "111122223333"}, ledger.Order{Except: 800 * 24 * time.Hour}, "", "", "at most"},
		{"by anybody, where nobody is named", "eve", "{}", Extent{Account: "111122223333"}, ledger.Order{}, "account:111122223333", "image ami-1, image ami-2", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			s, err := sqlite.Open(t.Context(), sqlite.Memory)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			for i, c := range []struct{ group, user, id, image string }{
				{"web", "ci", "AIDACI0000000000001", "ami-1"}, {"old", "new", "AIDANEW0000000000001", "ami-2"}, {"new", "new", "AIDANEW0000000000002", "ami-2"},
				{"api", "deploy/alice", "AROADEPLOY0000000001", "ami-1"},
			} {
				suspicious(t, s, now.Add(time.Duration(i)*time.Minute), c.group, c.user, c.id, c.image)
			}
			cfg, err := config.Parse("riposte.yaml", []byte(x.file), playbooks.All())
			if err != nil {
				t.Fatal(err)
			}
			o := x.o
			o.Verb, o.By, o.At = ledger.Except, x.by, now
			if o.Except == 0 {
				o.Except = 24 * time.Hour
			}
			given, err := Let(t.Context(), cfg, s, definition(t, "launch.unapproved-image"), x.of, o)
			if (err == nil) != (x.wrong == "") || err != nil && !strings.Contains(err.Error(), x.wrong) {
				t.Fatalf("%v, want %q", err, x.wrong)
			}
			all, listed := s.Exceptions(t.Context(), now)
			if listed != nil || len(all) != map[bool]int{true: 1}[err == nil] {
				t.Fatalf("%d are in force, %v", len(all), listed)
			}
			if err == nil && (given.Root != x.root || strings.Join(given.Found, ", ") != x.found) {
				t.Errorf("%s, of %q", given.Root, given.Found)
			}
		})
	}
}

// An exception from no case is ended by whoever may.
func TestAnExceptionGivenAloneIsEnded(t *testing.T) {
	s, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	cfg, err := config.Parse("riposte.yaml", []byte("people: {address: \"{session}@example.com\", groups: {security: {members: [ann@example.com, bob@example.com]}}}\napproval: {approvers: [security], command_line: all}\n"), playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	x := ledger.Alone("launch.unapproved-image", "account:111122223333", ledger.Order{Verb: ledger.Except, By: "gil", At: now, Except: time.Hour, Any: true})
	if err := s.Grant(t.Context(), x); err != nil {
		t.Fatal(err)
	}
	of := definition(t, "launch.unapproved-image")
	for _, step := range []struct{ by, wrong string }{{"eve", "eve@example.com is none"}, {"gil", ""}, {"ann", "is not in force any more"}} {
		err := EndAlone(t.Context(), cfg, s, of, x, ledger.Order{Verb: ledger.Revoke, By: step.by, At: now})
		if (err == nil) != (step.wrong == "") || err != nil && !strings.Contains(err.Error(), step.wrong) {
			t.Errorf("by %s: %v", step.by, err)
		}
	}
}

func definition(t *testing.T, id string) playbook.Definition {
	t.Helper()
	for _, d := range playbooks.All() {
		if d.ID == id {
			return d
		}
	}
	t.Fatalf("there is no %s", id)
	return playbook.Definition{}
}

// suspicious opens a case about a group.
func suspicious(t *testing.T, s interface {
	Admit(context.Context, time.Time, []playbook.StoredSuspect, ledger.FirstClaim, ...time.Time) ([]ledger.Admission, error)
}, at time.Time, group, user, id, image string) {
	t.Helper()
	place := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	actor := event.Actor{Kind: event.UserActor, Account: place.Account, ARN: "arn:aws:iam::111122223333:user/" + user, PrincipalID: id, UserName: user}
	if role, session, is := strings.Cut(user, "/"); is {
		actor = event.Actor{
			Kind: event.RoleActor, Account: place.Account, ARN: "arn:aws:sts::111122223333:assumed-role/" + user, PrincipalID: id + ":" + session, Role: role, Session: session,
			Issuer: "arn:aws:iam::111122223333:role/" + role, IssuerID: id,
		}
	}
	_, err := s.Admit(t.Context(), at, []playbook.StoredSuspect{{
		Playbook: "launch.unapproved-image", Severity: playbook.High, Resource: place.In(event.Group, group), Title: group, Facts: []byte("{}"), Found: []string{"image " + image},
		Origin: playbook.Origin{EventID: fmt.Sprint("e-", group), Occurred: at, Received: at, Place: place, Actor: actor},
	}}, ledger.FirstClaim{})
	if err != nil {
		t.Fatal(err)
	}
}

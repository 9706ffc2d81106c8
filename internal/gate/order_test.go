package gate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

const month = 31 * 24 * time.Hour

// staffed is a policy with two approvers, ann and bob, and olga, whose account the shop is. Eve is nobody.
func staffed() gate.Policy {
	p := policy(gate.Ask)
	p.Approval = gate.Approval{
		People: event.People{
			Issuers: []string{"arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*", "arn:aws:iam::*:role/okta-*"}, Template: "{session}@example.com",
			Users:   map[string]string{mallory.ARN: "ann@example.com"},
			Aliases: map[string]string{"root@example.com": "ann@example.com"},
		},
		Approvers: []string{"ann@example.com", "bob@example.com"}, Owners: map[string][]string{shop.Account: {"olga@example.com"}},
		Production: func(account string) bool { return account == shop.Account }, Shell: true, Persons: 2,
		Quiet: gate.Quiet{Contain: month, Owner: month, Production: 12 * month},
	}
	return p
}

func classes() []action.Class {
	return []action.Class{action.Contain, action.Mend, action.Mark, action.Destroy}
}

func deeds(account string, of ...action.Class) (all []gate.Deed) {
	for _, class := range of {
		all = append(all, gate.Deed{Class: class, Account: account})
	}
	return all
}

// The table of who may give an order, walked: by eve, who has no part but that she is asked whether it was she, an approver, the owner, and either of
// them about their own doing; by tess, who owns it by a tag alone; and by gil, who has no part but that he gave the exception that is ended.
func TestWhoMayOrder(t *testing.T) {
	got := "verb     class    eve  ann  olga  ann of ann's  olga of olga's  tess  tess of tess's  gil  gil of gil's\n"
	for _, verb := range []ledger.Verb{ledger.Approve, ledger.Dismiss, ledger.Undo, ledger.Except, ledger.Mine, ledger.NotMine, ledger.Revoke, "shrug"} {
		for _, class := range classes() {
			var may []any
			for _, x := range []struct{ who, actor string }{{"eve", "mallory"}, {"ann", "mallory"}, {"olga", "mallory"}, {"ann", "ann"}, {"olga", "olga"}, {"tess", "mallory"}, {"tess", "tess"}, {"gil", "mallory"}, {"gil", "gil"}} {
				why := staffed().MayOrder(ledger.Order{Verb: verb, By: x.who}, gate.Standing{
					Deeds: deeds(shop.Account, class), Actors: []string{x.actor + "@example.com"}, Known: true, Asked: []string{"eve@example.com"}, Inferred: []string{"tess@example.com"}, Giver: map[bool]string{true: "gil@example.com"}[verb == ledger.Revoke],
				})
				may = append(may, map[bool]string{true: "yes", false: "-"}[why == ""])
			}
			got += strings.TrimRight(fmt.Sprintf("%-8s %-7s  %-4s %-4s %-5s %-13s %-14s  %-4s  %-15s  %-3s  %s", append([]any{verb, class}, may...)...), " ") + "\n"
		}
	}
	const want = `verb     class    eve  ann  olga  ann of ann's  olga of olga's  tess  tess of tess's  gil  gil of gil's
approve  contain  -    yes  -     -             -               -     -                -    -
approve  mend     -    yes  yes   -             -               yes   -                -    -
approve  mark     -    yes  yes   -             -               yes   -                -    -
approve  destroy  -    yes  yes   -             -               yes   -                -    -
dismiss  contain  -    yes  -     -             -               -     -                -    -
dismiss  mend     -    yes  yes   yes           yes             yes   -                -    -
dismiss  mark     -    yes  yes   yes           yes             yes   -                -    -
dismiss  destroy  -    yes  yes   yes           yes             yes   -                -    -
undo     contain  -    yes  -     -             -               -     -                -    -
undo     mend     -    yes  yes   -             -               -     -                -    -
undo     mark     -    yes  yes   -             -               -     -                -    -
undo     destroy  -    yes  -     -             -               -     -                -    -
except   contain  -    yes  -     -             -               -     -                -    -
except   mend     -    yes  yes   yes           yes             yes   -                -    -
except   mark     -    yes  yes   yes           yes             yes   -                -    -
except   destroy  -    yes  yes   yes           yes             yes   -                -    -
mine     contain  yes  -    -     -             -               -     -                -    -
mine     mend     yes  -    -     -             -               -     -                -    -
mine     mark     yes  -    -     -             -               -     -                -    -
mine     destroy  yes  -    -     -             -               -     -                -    -
not-mine contain  yes  yes  -     yes           -               -     -                -    -
not-mine mend     yes  yes  -     yes           -               -     -                -    -
not-mine mark     yes  yes  -     yes           -               -     -                -    -
not-mine destroy  -    -    -     -             -               -     -                -    -
revoke   contain  -    yes  -     -             -               -     -                yes  yes
revoke   mend     -    yes  -     -             -               -     -                yes  yes
revoke   mark     -    yes  -     -             -               -     -                yes  yes
revoke   destroy  -    yes  -     -             -               -     -                yes  yes
shrug    contain  -    -    -     -             -               -     -                -    -
shrug    mend     -    -    -     -             -               -     -                -    -
shrug    mark     -    -    -     -             -               -     -                -    -
shrug    destroy  -    -    -     -             -               -     -                -    -
`
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestWhatElseAnOrderNeeds(t *testing.T) {
	sound := gate.Standing{Deeds: deeds(shop.Account, action.Mend), Known: true}
	for _, x := range []struct {
		name string
		o    ledger.Order
		to   func(*gate.Policy, *gate.Standing)
		want string // "": they may
	}{
		{"an approver by their name", ledger.Order{Verb: ledger.Approve, By: "ann"}, nil, ""},
		{"in capitals, by their address", ledger.Order{Verb: ledger.Approve, By: "Ann@Example.com"}, nil, ""},
		{"by another address of theirs", ledger.Order{Verb: ledger.Approve, By: "root@example.com"}, nil, ""},
		{"by an address elsewhere", ledger.Order{Verb: ledger.Approve, By: "ann@evil.example"}, nil, "to approve what is to mend takes an approver or an owner, and ann@evil.example is none"},
		{"nobody", ledger.Order{Verb: ledger.Approve, By: " "}, nil, "it does not say who gives it"},
		{"nobody configured: anybody, as before there were approvers", ledger.Order{Verb: ledger.Approve, By: "eve"}, func(p *gate.Policy, _ *gate.Standing) { p.Approval = gate.Approval{} }, ""},
		{"at a command line that may not", ledger.Order{Verb: ledger.Approve, By: "ann"}, func(p *gate.Policy, _ *gate.Standing) { p.Approval.Shell = false }, "the command line gives no such orders (approval.command_line)"},
		{"in the console, by its key, beside a command line that may", ledger.Order{Verb: ledger.Approve, By: "ann", Via: ledger.ByKey}, func(*gate.Policy, *gate.Standing) {}, "the console's key says nothing of who holds it"},
		{"proven, beside such a command line", ledger.Order{Verb: ledger.Approve, By: "ann", Proven: true}, func(p *gate.Policy, _ *gate.Standing) { p.Approval.Shell = false }, ""},
		{"an actor of another case that is open and grave", ledger.Order{Verb: ledger.Dismiss, By: "ann"}, func(_ *gate.Policy, s *gate.Standing) { s.Grave = "c_1" },
			"ann@example.com is an actor of case c_1, which is open, and gives no orders until it is closed"},
		{"that it was they, by an actor of such a case", ledger.Order{Verb: ledger.Mine, By: "eve"}, func(_ *gate.Policy, s *gate.Standing) { s.Grave, s.Asked = "c_1", []string{"eve@example.com"} }, ""},
		{"that it was they, where nobody is asked", ledger.Order{Verb: ledger.Mine, By: "ann"}, nil, "the case asks nobody whether it was they"},
		{"that, where anybody may order", ledger.Order{Verb: ledger.NotMine, By: "eve"}, func(p *gate.Policy, _ *gate.Standing) { p.Approval = gate.Approval{} }, "the case asks nobody"},
		{"that it was they, at a command line that gives no orders", ledger.Order{Verb: ledger.Mine, By: "eve"}, func(p *gate.Policy, s *gate.Standing) { p.Approval.Shell, s.Asked = false, []string{"eve@example.com"} }, "the command line gives no such orders"},
		{"an owner where the actor is not known", ledger.Order{Verb: ledger.Approve, By: "olga"}, func(_ *gate.Policy, s *gate.Standing) { s.Known = false }, "nobody is known behind the call, so that an owner may not approve: an approver must"},
		{"an approver where the actor is not known", ledger.Order{Verb: ledger.Approve, By: "ann"}, func(_ *gate.Policy, s *gate.Standing) { s.Known = false }, ""},
		{"an owner by tag, where the actor is not known, who may be the actor", ledger.Order{Verb: ledger.Dismiss, By: "tess"}, func(_ *gate.Policy, s *gate.Standing) { s.Known, s.Inferred = false, []string{"tess@example.com"} }, "nobody is known behind the call, so that who owns it by a tag, or made it, may not dismiss"},
		{"an owner by tag, of what also contains", ledger.Order{Verb: ledger.Dismiss, By: "tess"}, func(_ *gate.Policy, s *gate.Standing) {
			s.Deeds, s.Inferred = deeds(shop.Account, classes()...), []string{"tess@example.com"}
		}, "to dismiss what is to contain takes an approver, and tess"},
		{"an exception by an owner by tag, outside production", ledger.Order{Verb: ledger.Except, By: "tess", Except: month}, func(_ *gate.Policy, s *gate.Standing) {
			s.Deeds, s.Inferred = deeds("444455556666", action.Mend), []string{"tess@example.com"}
		}, ""},
		{"an exception by an owner by tag, in production", ledger.Order{Verb: ledger.Except, By: "tess", Except: time.Hour}, func(_ *gate.Policy, s *gate.Standing) { s.Inferred = []string{"tess@example.com"} }, "may stay quiet for 0s at most"},
		{"an owner by name, in another account", ledger.Order{Verb: ledger.Approve, By: "eve"}, func(_ *gate.Policy, s *gate.Standing) {
			s.Deeds, s.Owners = deeds("444455556666", action.Mend), []string{"eve@example.com"}
		}, ""},
		{"an owner of another account", ledger.Order{Verb: ledger.Approve, By: "olga"}, func(_ *gate.Policy, s *gate.Standing) { s.Deeds = deeds("444455556666", action.Mend) }, "olga@example.com is none"},
		{"an owner, of what reaches into another account", ledger.Order{Verb: ledger.Approve, By: "olga"}, func(_ *gate.Policy, s *gate.Standing) {
			s.Deeds = append(s.Deeds, deeds("444455556666", action.Mend)...)
		}, "olga@example.com is none"},
		{"an owner, of what also contains", ledger.Order{Verb: ledger.Approve, By: "olga"}, func(_ *gate.Policy, s *gate.Standing) { s.Deeds = deeds(shop.Account, classes()...) }, "to approve what is to contain takes an approver, and olga"},
		{"an owner, of what has no plan yet", ledger.Order{Verb: ledger.Dismiss, By: "olga"}, func(_ *gate.Policy, s *gate.Standing) { s.Deeds = nil }, "takes an approver, and olga"},
		{"what destroys in production, just signed in", ledger.Order{Verb: ledger.Approve, By: "ann", At: noon, Strong: noon.Add(-4 * time.Minute)}, func(_ *gate.Policy, s *gate.Standing) { s.Deeds = deeds(shop.Account, action.Destroy) }, ""},
		{"that, signed in this morning", ledger.Order{Verb: ledger.Approve, By: "ann", At: noon, Strong: noon.Add(-6 * time.Minute)}, func(_ *gate.Policy, s *gate.Standing) { s.Deeds = deeds(shop.Account, action.Destroy) }, "takes a sign-in of the last 5m0s"},
		{"that, signed in tomorrow", ledger.Order{Verb: ledger.Approve, By: "ann", At: noon, Strong: noon.Add(time.Hour)}, func(_ *gate.Policy, s *gate.Standing) { s.Deeds = deeds(shop.Account, action.Destroy) }, "takes a sign-in of the last 5m0s"},
		{"that, outside production", ledger.Order{Verb: ledger.Approve, By: "ann", At: noon, Strong: noon.Add(-time.Hour)}, func(_ *gate.Policy, s *gate.Standing) { s.Deeds = deeds("444455556666", action.Destroy) }, ""},
		{"what mends, signed in this morning", ledger.Order{Verb: ledger.Approve, By: "ann", At: noon, Strong: noon.Add(-time.Hour)}, nil, ""},
		{"an exception within its bounds", ledger.Order{Verb: ledger.Except, By: "olga", Except: month}, nil, ""},
		{"a longer one", ledger.Order{Verb: ledger.Except, By: "olga", Except: month + 1}, nil, "may stay quiet for 31d at most"},
		{"one of what hides traces", ledger.Order{Verb: ledger.Except, By: "ann", Except: month}, func(_ *gate.Policy, s *gate.Standing) { s.Never = true }, "has no exception"},
		{"that, where anybody may order", ledger.Order{Verb: ledger.Except, By: "eve", Except: month}, func(p *gate.Policy, s *gate.Standing) { p.Approval, s.Never = gate.Approval{}, true }, "has no exception"},
		{"an undo with a short exception", ledger.Order{Verb: ledger.Undo, By: "olga", Except: month}, nil, ""},
		{"an undo with a longer one, by the owner", ledger.Order{Verb: ledger.Undo, By: "olga", Except: month + 1}, nil, "may stay quiet for 31d at most"},
		{"an undo with a longer one, by an approver, in production", ledger.Order{Verb: ledger.Undo, By: "ann", Except: 12 * month}, nil, ""},
		{"an undo with that, outside production", ledger.Order{Verb: ledger.Undo, By: "ann", Except: 12 * month}, func(_ *gate.Policy, s *gate.Standing) { s.Deeds = deeds("444455556666", action.Mend) }, "may stay quiet for 31d at most"},
		{"an undo of a containment with that", ledger.Order{Verb: ledger.Undo, By: "ann", Except: 12 * month}, func(_ *gate.Policy, s *gate.Standing) { s.Deeds = deeds(shop.Account, classes()...) }, "may stay quiet for 31d at most"},
	} {
		t.Run(x.name, func(t *testing.T) {
			p, s := staffed(), sound
			if x.to != nil {
				x.to(&p, &s)
			}
			if why := p.MayOrder(x.o, s); (why == "") != (x.want == "") || !strings.Contains(why, x.want) {
				t.Errorf("got %q, want %q", why, x.want)
			}
		})
	}
}

// How long each may let be what was found is what an order of that length is taken for, and not of a second more.
func TestTheLongestIsTaken(t *testing.T) {
	for _, x := range []struct {
		who  string
		s    gate.Standing
		want time.Duration
	}{
		{"olga", gate.Standing{Deeds: deeds(shop.Account, action.Mend), Known: true}, month},
		{"ann", gate.Standing{Deeds: deeds(shop.Account, action.Mend), Known: true}, 12 * month},
		{"ann", gate.Standing{Deeds: deeds(shop.Account, action.Mend, action.Contain), Known: true}, month},
		{"tess", gate.Standing{Deeds: deeds(shop.Account, action.Mend), Known: true, Inferred: []string{"tess@example.com"}}, 0},
		{"tess", gate.Standing{Deeds: deeds("444455556666", action.Mend), Known: true, Inferred: []string{"tess@example.com"}}, month},
		{"olga", gate.Standing{Deeds: deeds(shop.Account, action.Contain), Known: true}, 0},
		{"ann", gate.Standing{}, month},
		{"ann", gate.Standing{Deeds: deeds(shop.Account, action.Mend), Never: true}, 0},
	} {
		p, o := staffed(), ledger.Order{Verb: ledger.Except, By: x.who, Proven: true}
		got := p.Longest(o, x.s)
		if o.Except = got; got != x.want || got > 0 && p.MayOrder(o, x.s) != "" {
			t.Errorf("%s: %s, want %s: %s", x.who, got, x.want, p.MayOrder(o, x.s))
		}
		if o.Except += time.Second; p.MayOrder(o, x.s) == "" {
			t.Errorf("%s may a second more", x.who)
		}
	}
}

// person is a session that ann, or whoever it is called after, had to sign in for.
func person(name string) event.Actor {
	return session("arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_1", name)
}

// Whatever ann comes as, a case about what she did is not hers to answer.
func TestAnActorInAllGuises(t *testing.T) {
	chained := session("arn:aws:iam::111122223333:role/deploy", "build-7")
	named := chained
	named.SourceIdentity = "ann"
	for _, x := range []struct {
		name   string
		origin event.Actor
		of     func(*ledger.Case)
		want   bool // it is ann's doing
		known  bool
	}{
		{"her session", person("ann"), nil, true, true},
		{"her session in capitals", person("ANN"), nil, true, true},
		{"a session by her other address", person("root@example.com"), nil, true, true},
		{"her IAM user", mallory, nil, true, true},
		{"a chained role with her source identity", named, nil, true, false},
		{"a chained role that she assumed", chained, func(c *ledger.Case) { c.Upstream = []playbook.Minter{{Actor: person("ann")}} }, true, true},
		{"a further suspect of hers", person("bob"), func(c *ledger.Case) {
			c.Suspects = append(c.Suspects, ledger.Suspect{Checked: "confirmed", StoredSuspect: playbook.StoredSuspect{Origin: playbook.Origin{Actor: person("ann")}}})
		}, true, true},
		{"a suspect of hers that was dismissed", person("bob"), func(c *ledger.Case) {
			c.Suspects = append(c.Suspects, ledger.Suspect{Checked: "dismissed", StoredSuspect: playbook.StoredSuspect{Origin: playbook.Origin{Actor: person("ann")}}})
		}, false, true},
		{"a session under her name, by a role that fits an issuer and that any administrator can make", session("arn:aws:iam::111122223333:role/okta-admin", "ann"), nil, true, false},
		{"a session that anybody may call so", session("arn:aws:iam::111122223333:role/deploy", "ann"), nil, false, false},
		{"somebody else", person("bob"), nil, false, true},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := &ledger.Case{ID: "c_1", Root: web, Origin: playbook.Origin{Actor: x.origin}, State: ledger.Asked, Severity: playbook.High,
				Suspects: []ledger.Suspect{{Checked: "confirmed", StoredSuspect: playbook.StoredSuspect{Origin: playbook.Origin{Actor: x.origin}}}}}
			if x.of != nil {
				x.of(c)
			}
			o := ledger.Order{Verb: ledger.Approve, By: "ann"}
			s, err := staffed().Standing(c, o, func(action.Sealed) (action.Plan, error) { return action.Plan{}, nil })
			if err != nil {
				t.Fatal(err)
			}
			if why := staffed().MayOrder(o, s); (why == "the case is about what ann@example.com did") != x.want || s.Known != x.known {
				t.Errorf("got %q, known %t, of %q", why, s.Known, s.Actors)
			}
		})
	}
}

// What keeps a person from all orders is open, confirmed, grave, and no name that a caller may choose.
func TestAGraveCaseKeepsItsActorFromAllOrders(t *testing.T) {
	named := session("arn:aws:iam::111122223333:role/deploy", "build-7")
	named.SourceIdentity = "ann"
	for _, x := range []struct {
		name     string
		actor    event.Actor
		state    ledger.State
		severity playbook.Severity
		want     bool
	}{
		{"contained", person("ann"), ledger.Contained, playbook.High, true},
		{"asked, and worse", person("ann"), ledger.Asked, playbook.Critical, true},
		{"not looked at yet", person("ann"), ledger.Suspected, playbook.High, false},
		{"closed", person("ann"), ledger.Verified, playbook.High, false},
		{"not grave", person("ann"), ledger.Contained, playbook.Medium, false},
		{"somebody else's", person("bob"), ledger.Contained, playbook.High, false},
		{"with her source identity, which is its caller's choice", named, ledger.Contained, playbook.High, false},
		{"under her name, by a role that any administrator can make to fit an issuer", session("arn:aws:iam::111122223333:role/okta-admin", "ann"), ledger.Contained, playbook.High, false},
	} {
		c := &ledger.Case{State: x.state, Severity: x.severity, Origin: playbook.Origin{Actor: x.actor},
			Suspects: []ledger.Suspect{{Checked: "confirmed", StoredSuspect: playbook.StoredSuspect{Origin: playbook.Origin{Actor: x.actor}}}}}
		if got := slices.Contains(staffed().Grave(c), "ann@example.com"); got != x.want {
			t.Errorf("%s: %t", x.name, got)
		}
	}
}

// One human with two addresses counts once, where what brought the orders knows that it is one.
func TestOneHumanWithTwoAddresses(t *testing.T) {
	deed := gate.Deed{Class: action.Destroy, Account: shop.Account}
	for _, x := range []struct {
		ann, bob string
		want     bool
	}{{"idp|1", "idp|1", false}, {"idp|1", "idp|2", true}, {"", "", true}, {"idp|1", "", true}} {
		by := []ledger.Order{{By: "ann", Subject: x.ann}, {By: "bob", Subject: x.bob}}
		if got := staffed().Enough(by, gate.Standing{}, deed); got != x.want {
			t.Errorf("%q and %q: %t", x.ann, x.bob, got)
		}
	}
}

func TestHowManyPersonsItTakes(t *testing.T) {
	p := staffed()
	for class, want := range map[action.Class]int{action.Contain: 1, action.Mend: 1, action.Mark: 1, action.Destroy: 2} {
		if n := p.Persons(gate.Deed{Class: class, Account: shop.Account}); n != want {
			t.Errorf("%s takes %d", class, n)
		}
	}
	if n := p.Persons(gate.Deed{Class: action.Destroy, Account: "444455556666"}); n != 1 {
		t.Errorf("outside production it takes %d", n)
	}
	if n := policy(gate.Ask).Persons(gate.Deed{Class: action.Destroy, Account: shop.Account}); n != 1 {
		t.Errorf("without approvers it takes %d", n)
	}
	s := gate.Standing{Actors: []string{"bob@example.com"}, Known: true}
	for _, x := range []struct {
		by   string
		want bool
	}{
		{"ann", false}, {"ann ann@example.com root@example.com", false}, {"ann olga", true}, {"olga ann", true}, {"ann bob", false}, {"ann eve", false}, {"olga eve", false},
	} {
		var all []ledger.Order
		for _, who := range strings.Fields(x.by) {
			all = append(all, ledger.Order{By: who})
		}
		if got := p.Enough(all, s, gate.Deed{Class: action.Destroy, Account: shop.Account}); got != x.want {
			t.Errorf("%s: %t", x.by, got)
		}
	}
}

// An owner lets nothing be that might come to contain: an order is about all that it keeps from happening, not only about what stands.
func TestWhatAnOrderIsAbout(t *testing.T) {
	group := shop.In(event.Group, "web")
	mend := action.SetSizes{Group: group}
	plan := action.Plan{Steps: []action.Step{
		{Ladder: []action.Rung{{Do: mend}, {Do: action.Suspend{Group: group}, Ask: "it stops the group"}, {Do: action.Terminate{Instance: web}}}},
		action.Try(action.Terminate{Instance: web}),
		action.Try(action.Suspend{Group: group}),
	}}
	asks, done := ledger.Step{Verdict: "ask"}, ledger.Step{State: ledger.Done}
	for _, x := range []struct {
		name  string
		verb  ledger.Verb
		steps []ledger.Step
		extra ledger.Suspect
		want  []action.Class
	}{
		{"an approval: the rung that stands, and those of the same question that do no worse", ledger.Approve, []ledger.Step{asks, done, done}, ledger.Suspect{Checked: "confirmed"}, []action.Class{action.Mend}},
		{"an approval of what destroys", ledger.Approve, []ledger.Step{done, asks, done}, ledger.Suspect{Checked: "confirmed"}, []action.Class{action.Destroy}},
		{"a dismissal: all rungs that it keeps from coming", ledger.Dismiss, []ledger.Step{asks, done, done}, ledger.Suspect{Checked: "confirmed"}, []action.Class{action.Mend, action.Contain, action.Destroy}},
		{"a dismissal of what has climbed", ledger.Dismiss, []ledger.Step{{Verdict: "ask", Rung: 2}, done, done}, ledger.Suspect{Checked: "confirmed"}, []action.Class{action.Destroy}},
		{"a dismissal with a suspect that was not looked at", ledger.Dismiss, []ledger.Step{done, asks, done}, ledger.Suspect{}, []action.Class{action.Destroy, action.Contain}},
		{"an exception: what was contained, too, since it would not be again", ledger.Except, []ledger.Step{{Verdict: "ask", Rung: 2}, done, done}, ledger.Suspect{Checked: "confirmed"}, []action.Class{action.Destroy, action.Contain}},
		{"an undo: what still asks, too, since it is quiet about that", ledger.Undo, []ledger.Step{{State: ledger.Done, Rung: 2}, done, asks}, ledger.Suspect{Checked: "confirmed"}, []action.Class{action.Destroy, action.Contain}},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := &ledger.Case{Root: group, Suspects: []ledger.Suspect{x.extra}, Revisions: []ledger.Revision{{Number: 1, Superseded: 2, Steps: []ledger.Step{asks, asks, asks}}, {Number: 2, Steps: x.steps}}}
			s, err := staffed().Standing(c, ledger.Order{Verb: x.verb, By: "olga"}, func(action.Sealed) (action.Plan, error) { return plan, nil })
			if err != nil {
				t.Fatal(err)
			}
			var got []action.Class
			for _, d := range s.Deeds {
				got = append(got, d.Class)
			}
			if d := cmp.Diff(x.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// Who gave an exception ends it, also of what they did themselves and of more than one resource; nobody else does by that, and it gives them no word in
// anything else.
func TestWhoGaveAnExceptionEndsIt(t *testing.T) {
	c := &ledger.Case{ID: "c_1", Root: web, Origin: playbook.Origin{Actor: person("gil")}, State: ledger.Excepted}
	c.Grant(ledger.Exception{Playbook: "p", Root: web.String(), Until: noon.Add(month), By: "gil", Case: c.ID, Found: []string{"it"}})
	for _, x := range []struct {
		verb ledger.Verb
		who  string
		wide bool
		want bool
	}{
		{ledger.Revoke, "gil@example.com", false, true}, {ledger.Revoke, "gil@example.com", true, true}, {ledger.Revoke, "eve", false, false}, {ledger.Revoke, "ann", false, true},
		{ledger.Undo, "gil", false, false}, {ledger.Except, "gil", false, false},
	} {
		o := ledger.Order{Verb: x.verb, By: x.who, At: noon, Ends: c.Granted[0].ID(), Proven: true}
		s, err := staffed().Standing(c, o, func(action.Sealed) (action.Plan, error) { return action.Plan{}, nil })
		if err != nil {
			t.Fatal(err)
		}
		s.Wide = x.wide
		if why := staffed().MayOrder(o, s); (why == "") != x.want {
			t.Errorf("%s by %s, wide %t: %q", x.verb, x.who, x.wide, why)
		}
	}
}

// At nine ann, an approver, made a key for a user that is nobody's. Whoever holds it is not known, and not ann: of this case she has no say, of others she has.
func TestWhoMadeAKeyIsNotWhoUsesIt(t *testing.T) {
	user := event.Actor{
		Kind: event.UserActor, Partition: "aws", Account: shop.Account, ARN: "arn:aws:iam::111122223333:user/temp", PrincipalID: "AIDATEMP000000000001", UserName: "temp", AccessKey: "AKIATEMP000000000001",
	}
	for _, x := range []struct {
		story  string
		behind []playbook.Minter
		known  bool
	}{
		{"the key", []playbook.Minter{{Actor: person("ann"), Call: "CreateAccessKey"}}, false},
		{"the key that opened the session", []playbook.Minter{{Actor: user, Call: "AssumeRole"}, {Actor: person("ann"), Call: "CreateAccessKey"}}, false},
		{"the session that made the key", []playbook.Minter{{Actor: user, Call: "CreateAccessKey"}, {Actor: person("ann"), Call: "AssumeRole"}}, false},
		{"the session", []playbook.Minter{{Actor: person("ann"), Call: "AssumeRole"}}, true},
	} {
		o := playbook.Origin{Actor: user}
		c := &ledger.Case{ID: "c_1", State: ledger.Asked, Severity: playbook.High, Origin: o, Upstream: x.behind,
			Suspects: []ledger.Suspect{{Key: "s", Checked: "confirmed", StoredSuspect: playbook.StoredSuspect{Origin: o}}}}
		p := staffed()
		s, err := p.Standing(c, ledger.Order{Verb: ledger.Approve}, func(action.Sealed) (action.Plan, error) { return action.Plan{}, nil })
		if err != nil || s.Known != x.known || !slices.Contains(s.Actors, "ann@example.com") {
			t.Errorf("%s: known %t, of %q, %v", x.story, s.Known, s.Actors, err)
		}
		kept, err := p.KeptBy("ann", func(yield func(*ledger.Case, error) bool) { yield(c, nil) })
		if err != nil || (kept != "") != x.known {
			t.Errorf("%s: ann is kept from orders by %q, %v", x.story, kept, err)
		}
		if asked := c.Actor(p.Approval.People, "s"); (asked != "") != x.known {
			t.Errorf("%s: %q is asked whether it was they", x.story, asked)
		}
	}
}

// Since olga's yes somebody unknown has joined, who may be olga: her yes, which she could not give any more, is no second person's.
func TestAnOwnersYesWhereAnActorIsNotKnown(t *testing.T) {
	p, deed := staffed(), gate.Deed{Class: action.Destroy, Account: shop.Account}
	for _, known := range []bool{true, false} {
		s := gate.Standing{Known: known, Deeds: []gate.Deed{deed}}
		may := p.MayOrder(ledger.Order{Verb: ledger.Approve, By: "olga"}, s) == ""
		if may != known || p.Enough([]ledger.Order{{By: "olga"}, {By: "ann"}}, s, deed) != known || !p.Enough([]ledger.Order{{By: "bob"}, {By: "ann"}}, s, deed) {
			t.Errorf("known %t: olga may %t", known, may)
		}
	}
}

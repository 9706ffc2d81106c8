package gate_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// An exception that a person gave alone is written without the engine: whether they may is asked whenever it would count, and of the very
// step that it would let be.
func TestAnExceptionGivenAloneIsJudgedWhereItCounts(t *testing.T) {
	now := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	bob := person("bob")
	sound := ledger.Order{Verb: ledger.Except, By: "ann", At: now, Except: month, Found: []string{"image ami-1"}, Reason: "ours"}
	for _, x := range []struct {
		name string
		root string
		o    func(*ledger.Order)
		x    func(*ledger.Exception)
		f    func(*gate.Facts)
		p    func(*gate.Policy)
		want gate.Decision
		page string
	}{
		{"an approver's, of the account", "account:" + shop.Account, nil, nil, nil, nil, gate.Except, ""},
		{"an approver's, of an actor", "actor:AROA1", nil, nil, nil, nil, gate.Except, ""},
		{"an approver's, of what is contained", web.String(), nil, nil, func(f *gate.Facts) { f.Class = action.Contain }, nil, gate.Except, ""},
		{"of something else, on the resource", web.String(), nil, nil, func(f *gate.Facts) { f.Found = []string{"image ami-2"} }, nil, gate.Act, "something else than what exception x_"},
		{"of something else, in the account", "account:" + shop.Account, nil, nil, func(f *gate.Facts) { f.Found = []string{"image ami-2"} }, nil, gate.Act, ""},
		{"of whatever is found", "account:" + shop.Account, func(o *ledger.Order) { o.Any, o.Found = true, nil }, nil, func(f *gate.Facts) { f.Found = []string{"image ami-2"} }, nil, gate.Except, ""},
		{"of whatever is found, before the check", "account:" + shop.Account, func(o *ledger.Order) { o.Any, o.Found = true, nil }, nil, func(f *gate.Facts) { f.Found = nil }, nil, gate.Except, ""},
		{"that has ended", web.String(), nil, nil, func(f *gate.Facts) { f.Now = now.Add(month) }, nil, gate.Act, ""},
		{"the owner's, of what mends", web.String(), func(o *ledger.Order) { o.By = "olga" }, nil, nil, nil, gate.Except, ""},
		{"the owner's, of what contains", web.String(), func(o *ledger.Order) { o.By = "olga" }, nil, func(f *gate.Facts) { f.Class = action.Contain }, nil, gate.Act, "takes an approver, and olga@example.com is none"},
		{"the owner's, of the account", "account:" + shop.Account, func(o *ledger.Order) { o.By = "olga" }, nil, nil, nil, gate.Act, "more than what was seen on one resource takes an approver"},
		{"the owner's, of whatever is found", web.String(), func(o *ledger.Order) { o.By, o.Any = "olga", true }, nil, nil, nil, gate.Act, "more than what was seen on one resource takes an approver"},
		{"a stranger's", web.String(), func(o *ledger.Order) { o.By = "eve" }, nil, nil, nil, gate.Act, "eve@example.com is none"},
		{"of an approver who has left", web.String(), nil, nil, nil, func(p *gate.Policy) { p.Approval.Approvers = []string{"bob@example.com"} }, gate.Act, "ann@example.com is none"},
		{"too long", web.String(), func(o *ledger.Order) { o.Except = 13 * month }, nil, nil, nil, gate.Act, "at most"},
		{"longer than it was ordered", web.String(), nil, func(x *ledger.Exception) { x.Until = x.Until.Add(time.Hour) }, nil, nil, gate.Act, "it is not the one that was ordered"},
		{"of more than was ordered", web.String(), nil, func(x *ledger.Exception) { x.Any = true }, nil, nil, gate.Act, "it is not the one that was ordered"},
		{"by nobody", web.String(), nil, func(x *ledger.Exception) { x.Order = nil }, nil, nil, gate.Act, "it says neither who gave it"},
		{"by the one who did it, of what contains", web.String(), nil, nil, func(f *gate.Facts) { f.Class, f.Actor = action.Contain, person("ann") }, nil, gate.Act, "the case is about what ann@example.com did"},
		{"by a command line that gives no orders", web.String(), nil, nil, nil, func(p *gate.Policy) { p.Approval.Shell = false }, gate.Act, "the command line gives no such orders"},
		{"of what hides traces", web.String(), nil, nil, func(f *gate.Facts) { f.Playbook = "evasion.trail-stopped" }, nil, gate.Act, "has no exception"},
		{"of what the configuration lets nobody let be", web.String(), nil, nil, nil, func(p *gate.Policy) {
			p.Approval.Never = func(id string) bool { return id == "launch.unapproved-image" }
		}, gate.Act, "has no exception"},
		{"of an actor that calls by a decoy's key", "actor:AROA1", nil, nil, func(f *gate.Facts) { f.Actor = keyed(bob, "ASIADECOY") }, nil, gate.Act, "a decoy's credentials called"},
		{"where anybody may order", "account:" + shop.Account, func(o *ledger.Order) { o.By, o.Any = "eve", true }, nil, nil, func(p *gate.Policy) { p.Approval = gate.Approval{} }, gate.Except, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			o, p := sound, staffed()
			p.Mode, p.Untouchable, p.Decoys = policy(gate.Act).Mode, nil, playbook.Decoys{"ASIADECOY"}
			if x.o != nil {
				x.o(&o)
			}
			if x.p != nil {
				x.p(&p)
			}
			one := ledger.Alone("launch.unapproved-image", x.root, o)
			if x.x != nil {
				x.x(&one)
			}
			f := gate.Facts{
				Now: now, Occurred: now, Received: now, Playbook: "launch.unapproved-image", Class: action.Mend, Target: shop.In(event.Group, "web"), Region: "eu-west-1", Actor: bob,
				Found: []string{"image ami-1"}, Exceptions: []ledger.Exception{one},
			}
			if x.f != nil {
				x.f(&f)
			}
			if v := gate.Judge(p, f); v.Do != x.want || !strings.Contains(v.Page, x.page) || (v.Page == "") != (x.page == "") {
				t.Errorf("%s, %s, page %q", v.Do, v.Reason(), v.Page)
			}
		})
	}
}

// What a case let be is let be by the word of whoever gave it, as long as they have one in what is to be done now: an owner let be what mended, and the
// same finding of another caller is contained all the same. A row that an older riposte wrote does not say who gave it, and counts as it did.
func TestAnExceptionFromACaseIsOfWhatItsGiverHasAWordIn(t *testing.T) {
	now := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	c := &ledger.Case{ID: "c_1", Playbook: "launch.unapproved-image", Root: web}
	known := gate.Standing{Known: true, Actors: []string{"eve@example.com"}}
	for _, x := range []struct {
		story, by string
		verb      ledger.Verb
		class     action.Class
		about     gate.Standing
		p         func(*gate.Policy)
		want      gate.Decision
	}{
		{"the owner's, of what mends", "olga", ledger.Except, action.Mend, known, nil, gate.Except},
		{"the owner's, of what contains", "olga", ledger.Except, action.Contain, known, nil, gate.Act},
		{"an approver's, of what contains", "ann", ledger.Except, action.Contain, known, nil, gate.Except},
		{"an approver's who has left", "ann", ledger.Except, action.Contain, known, func(p *gate.Policy) { p.Approval.Approvers = []string{"bob@example.com"} }, gate.Act},
		{"an approver's who does it now", "ann", ledger.Except, action.Contain, gate.Standing{Known: true, Actors: []string{"ann@example.com"}}, nil, gate.Act},
		{"an owner's of the resource", "rita", ledger.Except, action.Mend, gate.Standing{Known: true, Owners: []string{"rita@example.com"}}, nil, gate.Except},
		{"what the owner took back, and mends", "olga", ledger.Undo, action.Mend, known, nil, gate.Except},
		{"what the owner took back, and contains now", "olga", ledger.Undo, action.Contain, known, nil, gate.Act},
		{"where anybody may order", "eve", ledger.Undo, action.Contain, known, func(p *gate.Policy) { p.Approval = gate.Approval{} }, gate.Except},
		{"of an older riposte", "olga", "", action.Contain, known, nil, gate.Except},
	} {
		p := staffed()
		p.Mode, p.Untouchable = policy(gate.Act).Mode, nil
		if x.p != nil {
			x.p(&p)
		}
		one := c.Exception(ledger.Order{Verb: x.verb, By: x.by, At: now.Add(-time.Minute), Found: []string{"image ami-1"}}, now, 24*time.Hour, []string{"image ami-1"}, "let be")
		if x.verb == "" {
			one.Order = nil
		}
		v := gate.Judge(p, gate.Facts{
			Now: now.Add(time.Hour), Playbook: c.Playbook, Class: x.class, Target: web, Actor: person("eve"), Found: []string{"image ami-1"}, About: x.about,
			Occurred: now, Received: now, Exceptions: []ledger.Exception{one},
		})
		if v.Do != x.want || (v.Page == "") != (x.want == gate.Except) {
			t.Errorf("%s: %s, %q, pages %q", x.story, v.Do, v.Text, v.Page)
		}
	}
}

package console_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
)

// A question is looked at, answered, and what became of the answer is said.
func TestWhatAsksIsLetGo(t *testing.T) {
	s := set(t, asking)
	s.login()
	c := s.attack()
	s.says(s.page("/"), "Asked of people "+c.Title)
	s.says(s.page("/cases?open=on"), c.Title)
	s.says(s.page("/cases/"+c.ID), "Let it go")
	s.says(s.page("/incidents/"+c.Incident), c.Title)

	a := s.order(c.ID, "approve", "reason", "seen")
	if a.status != http.StatusSeeOther || !strings.HasPrefix(a.header.Get("Location"), "/cases/"+c.ID+"?") {
		t.Fatalf("%d %s", a.status, a.body)
	}
	after := a.header.Get("Location")
	s.says(s.page(after), "Your order is recorded; the riposte that serves this ledger takes it up.")
	s.work()
	s.says(s.page(after), "Your order was taken. (approve)")
	s.says(s.page(after), "approved by ann (unproven, by the console's key)")
	if now := s.load(c.ID); now.State != ledger.Contained {
		t.Errorf("the case is %s", now.State)
	}
	if a := s.get("/cases/" + c.ID + "/undo"); a.status != http.StatusConflict || !strings.Contains(a.body, "does not take this order") {
		t.Errorf("to take back what is ended for good: %d", a.status)
	}
}

// What was shown is what is approved: where more asks meanwhile, nothing is.
func TestAnApprovalIsOfWhatWasShown(t *testing.T) {
	s := set(t, asking)
	s.login()
	c := s.attack()
	path := "/cases/" + c.ID + "/approve"
	form := s.filled(s.page(path), path)
	form.Set("shown", "0123456789abcdef")
	if a := s.ask("POST", path, form); a.status != http.StatusForbidden || len(s.load(c.ID).Approvals()) != 0 {
		t.Errorf("another name in the form: %d", a.status)
	}
	form = s.filled(s.page(path), path)
	claimed, err := s.store.Claim(t.Context(), s.w.Now().Add(1e15), "other", 1e9) // something joins, and asks something else
	if err != nil || claimed == nil {
		t.Fatal(claimed, err)
	}
	claimed.Case.Revisions[0].Steps[0].Reason = "mode: another question"
	if err := s.store.Commit(t.Context(), claimed.Case, ledger.Write{At: s.w.Now(), EndsLease: true}); err != nil {
		t.Fatal(err)
	}
	a := s.ask("POST", path, form)
	if a.status != http.StatusConflict {
		t.Errorf("what has changed since: %d", a.status)
	}
	s.says(a.body, "what asks has changed since")
}

// Two orders lie in the inbox: the second finds the case closed, and its giver is told.
func TestAnOrderThatComesTooLateIsVoid(t *testing.T) {
	s := set(t, asking)
	s.login()
	c := s.attack()
	path := "/cases/" + c.ID + "/approve"
	form := s.filled(s.page(path), path)
	if a := s.order(c.ID, "dismiss"); a.status != http.StatusSeeOther {
		t.Fatal(a.status, a.body)
	}
	late := s.ask("POST", path, form)
	if late.status != http.StatusSeeOther {
		t.Fatal(late.status, late.body)
	}
	s.work()
	s.says(s.page(late.header.Get("Location")), "Your order is void. (approve)")
	if now := s.load(c.ID); now.State != ledger.Dismissed {
		t.Errorf("the case is %s", now.State)
	}
	if a := s.get(path); a.status != http.StatusConflict {
		t.Errorf("the page of an order that the case takes no more: %d", a.status)
	}
}

// An exception is given, shown and ended.
func TestAnExceptionIsGivenAndEnded(t *testing.T) {
	s := set(t, asking)
	s.login()
	c := s.attack()
	if a := s.order(c.ID, "except", "for", "a month"); a.status != http.StatusBadRequest {
		t.Errorf("for a month: %d", a.status)
	}
	if a := s.order(c.ID, "except", "for", "31d", "reason", "known"); a.status != http.StatusSeeOther {
		t.Fatal(a.status, a.body)
	}
	s.work()
	x := s.load(c.ID).Granted[0]
	s.says(s.page("/exceptions"), "was let be: known")
	path := "/cases/" + c.ID + "/revoke"
	if a := s.ask("POST", path, s.filled(s.page(path+"?ends="+x.ID()), path)); a.status != http.StatusSeeOther {
		t.Fatal(a.status, a.body)
	}
	s.work()
	s.says(s.page("/exceptions"), "None.")
}

// One form is one order, however often it is clicked.
func TestADoubleClickIsOneOrder(t *testing.T) {
	s := set(t, asking)
	s.login()
	c := s.attack()
	path := "/cases/" + c.ID + "/dismiss"
	form := s.filled(s.page(path), path)
	first, second := s.ask("POST", path, form), s.ask("POST", path, form)
	if first.status != http.StatusSeeOther || second.status != http.StatusConflict {
		t.Errorf("%d, then %d", first.status, second.status)
	}
}

// Where there are approvers, whoever has the key is none of them by name.
func TestTheKeyIsNoApprover(t *testing.T) {
	s := set(t, asking+`
people: {address: "{session}@example.com", groups: {security: {members: [ann@example.com, bob@example.com]}}}
approval: {approvers: [security], command_line: all}
`)
	s.login()
	c := s.attack()
	s.says(s.page("/cases/"+c.ID), "Let it go: not by you, the console's key says nothing of who holds it")
	for _, verb := range []string{"approve", "dismiss", "except"} {
		if a := s.get("/cases/" + c.ID + "/" + verb); a.status != http.StatusForbidden {
			t.Errorf("the page of %s: %d", verb, a.status)
		}
	}
}

// Everything is halted, which every page says, and released.
func TestHaltAndRelease(t *testing.T) {
	s := set(t, asking)
	s.login()
	if a := s.ask("POST", "/halt", s.filled(s.page("/halt"), "/halt", "scope", "account:12")); a.status != http.StatusBadRequest {
		t.Errorf("a scope that stops nothing: %d", a.status)
	}
	if a := s.ask("POST", "/halt", s.filled(s.page("/halt"), "/halt", "scope", "all", "reason", "drill")); a.status != http.StatusSeeOther {
		t.Fatal(a.status, a.body)
	}
	s.says(s.page("/playbooks"), "Halted: all , by ann since 2030-01-07 09:00:00 : drill")
	release := s.filled(s.page("/halt"), "/release")
	if a := s.ask("POST", "/release", release); a.status != http.StatusSeeOther {
		t.Fatal(a.status, a.body)
	}
	if on, err := s.store.Brakes(t.Context()); err != nil || len(on) != 0 {
		t.Error(on, err)
	}
}

// What has no way back takes the resource's name in production.
func TestWhatIsFinalInProductionIsTyped(t *testing.T) {
	s := set(t, strings.Replace(asking, "development", "production", 1))
	s.login()
	c := s.attack()
	path := "/cases/" + c.ID + "/approve"
	page := s.page(path)
	s.says(page, "There is no way back: ec2.terminate on")
	instance := c.Root.ID
	s.says(page, "Type "+instance)
	if a := s.ask("POST", path, s.filled(page, path)); a.status != http.StatusBadRequest {
		t.Errorf("nothing typed: %d", a.status)
	}
	if a := s.order(c.ID, "approve", "typed", instance); a.status != http.StatusSeeOther {
		t.Errorf("its name typed: %d %s", a.status, a.body)
	}
}

// Of several that have no way back in production each is named.
func TestEachFinalTargetIsTyped(t *testing.T) {
	for n, want := range map[int]string{2: "i-00000000000000000 i-00000000000000001", 4: "4 in 111122223333"} {
		s := set(t, strings.Replace(asking, "development", "production", 1))
		s.login()
		c := s.attack()
		claimed, err := s.store.Claim(t.Context(), s.w.Now().Add(1e15), "other", time.Second)
		s.must(err)
		codec := action.NewCodec(action.Kinds()...)
		first := claimed.Case.Revisions[0]
		var plan action.Plan
		var steps []ledger.Step
		for i := range n {
			plan.Steps = append(plan.Steps, action.Try(action.Terminate{Instance: ireland.In(event.Instance, fmt.Sprintf("i-%017d", i))}))
			steps = append(steps, ledger.Step{State: ledger.Pending, Verdict: "ask", Reason: "mode: asks"})
		}
		first.Plan, err = codec.Seal(plan)
		s.must(err)
		first.Steps = steps
		claimed.Case.Revisions = []ledger.Revision{first}
		s.must(s.store.Commit(t.Context(), claimed.Case, ledger.Write{At: s.w.Now(), EndsLease: true}))
		path := "/cases/" + c.ID + "/approve"
		s.says(s.page(path), "Type "+want)
		last := fmt.Sprintf("i-%017d", n-1)
		if a := s.order(c.ID, "approve", "typed", last); a.status != http.StatusBadRequest {
			t.Errorf("%d targets, one name typed: %d", n, a.status)
		}
		if a := s.order(c.ID, "approve", "typed", want); a.status != http.StatusSeeOther {
			t.Errorf("%d targets, %q typed: %d %s", n, want, a.status, text(a.body))
		}
	}
}

// What can be taken back is, and the same finding is let be for as long as the form said.
func TestACaseIsTakenBack(t *testing.T) {
	s := set(t, asking)
	s.login()
	c := s.attack()
	claimed, err := s.store.Claim(t.Context(), s.w.Now().Add(100*time.Hour), "other", time.Second)
	if err != nil || claimed == nil {
		t.Fatal(claimed, err)
	}
	codec := action.NewCodec(action.Kinds()...)
	plan, err := codec.Seal(action.Plan{Steps: []action.Step{action.Try(action.Suspend{Group: ireland.In(event.Group, "web")})}})
	if err != nil {
		t.Fatal(err)
	}
	claimed.Case.State = ledger.Contained
	claimed.Case.Revisions[0].Plan, claimed.Case.Revisions[0].Steps = plan, []ledger.Step{{State: ledger.Done, Verdict: "act"}}
	if err := s.store.Commit(t.Context(), claimed.Case, ledger.Write{At: s.w.Now(), EndsLease: true}); err != nil {
		t.Fatal(err)
	}
	path := "/cases/" + c.ID + "/undo"
	before := s.filled(s.page(path), path, "for", "36h")
	s.joins(c.ID, "image ami-0bbbbbbbbbbbbbbbb")
	if a := s.ask("POST", path, before); a.status != http.StatusConflict {
		t.Errorf("the form of before something joined: %d", a.status)
	}
	a := s.order(c.ID, "undo", "for", "36h")
	if a.status != http.StatusSeeOther {
		t.Fatal(a.status, a.body)
	}
	s.work()
	s.says(s.page(a.header.Get("Location")), "Your order was taken. (undo)")
	s.says(s.page("/exceptions"), "case "+c.ID+" was taken back")
}

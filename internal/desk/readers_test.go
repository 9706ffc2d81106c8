package desk

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

// A letter offers what its readers may order, for as long as each of them may, and says truly who else may answer.
func TestALetterOffersWhatItsReadersMay(t *testing.T) {
	const month, year = 31 * 24 * time.Hour, 366 * 24 * time.Hour
	const nobody = "nobody is known behind the call, so that an owner may not approve: an approver must"
	eve := event.Actor{Kind: event.UserActor, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/eve", PrincipalID: "AIDAEVE", UserName: "eve"}
	for _, x := range []struct {
		story, to, account string
		does               func(string) action.Action
		known, tagged      bool
		refused            string
		letBe              time.Duration
		answers            string
	}{
		{"the owner, in production", "olga@example.com", "999999999999", starts, true, false, "", month, "approvers (security), or the owner: olga@example.com"},
		{"an approver, in production", "ann@example.com", "999999999999", starts, true, false, "", year, "approvers (security), or the owner: olga@example.com"},
		{"the approvers' group", "group:security", "999999999999", starts, true, false, "", year, "approvers (security), or the owner: olga@example.com"},
		{"a channel without members: whoever has a word", "everybody", "999999999999", starts, true, false, "", month, "approvers (security), or the owner: olga@example.com"},
		{"the owner by a tag, in production", "olga@example.com", "999999999999", starts, true, true, "", 0, "approvers (security), or the owner: olga@example.com"},
		{"the owner by a tag, elsewhere", "olga@example.com", "111122223333", starts, true, true, "", month, "approvers (security), or the owner: olga@example.com"},
		{"the owner, of what nobody is known to have done", "olga@example.com", "111122223333", starts, false, false, nobody, month, "approvers (security); to say no alone: olga@example.com"},
		{"an approver, of that", "ann@example.com", "111122223333", starts, false, false, "", month, "approvers (security); to say no alone: olga@example.com"},
		{"the owner, of what contains", "olga@example.com", "111122223333", stops, true, false, "to approve what is to contain takes an approver, and olga@example.com is none", 0, "approvers (security)"},
	} {
		t.Run(x.story, func(t *testing.T) {
			w := newWorld(t)
			d := w.desk(&life{}, company(), nil)
			d.Policy.Approval.Owner = func(*ledger.Case) ([]string, bool) { return []string{"olga@example.com"}, x.tagged }
			d.Policy.Approval.Answer = func(string, gate.Deed) gate.Answer { return gate.Answer{} }
			if x.known {
				d.Policy.Approval.People.Users = map[string]string{eve.ARN: "eve@example.com"}
			}
			at := shop
			at.Account = x.account
			does := x.does("1")
			switch does.(type) {
			case action.Start:
				does = action.Start{Instance: at.In(event.Instance, "i-1")}
			case action.Stop:
				does = action.Stop{Instance: at.In(event.Instance, "i-1")}
			}
			c := w.add("c_1", ledger.Asked, does, asksMode)
			c.Origin.Actor = eve
			v := d.see(c, w.now)
			a := d.ask(v, x.to)
			if a.Refused != x.refused || a.Except != x.letBe {
				t.Errorf("refused %q, let be for %s", a.Refused, a.Except)
			}
			if got := d.mayAnswer(v); got != x.answers {
				t.Errorf("may answer: %q", got)
			}
		})
	}
}

// Who is asked whether it was they is told which steps their no lets be done: not those that others are asked about.
func TestWhatANoDoesIsTold(t *testing.T) {
	w := newWorld(t)
	d := w.desk(&life{}, company(), nil)
	eve := event.Actor{Kind: event.UserActor, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/eve", PrincipalID: "AIDAEVE", UserName: "eve"}
	d.Policy.Approval.People.Users = map[string]string{eve.ARN: "eve@example.com"}
	c := w.add("c_1", ledger.Asked, stops("1"), asksMode)
	sealed, err := codec().Seal(action.Plan{Steps: []action.Step{action.Try(ends("2")), action.Try(stops("1")).WasItYou()}})
	if err != nil {
		t.Fatal(err)
	}
	c.Origin.Actor = eve
	c.Suspects = []ledger.Suspect{{Key: "k", StoredSuspect: playbook.StoredSuspect{Origin: c.Origin}, Checked: "confirmed"}}
	c.Revisions[0] = ledger.Revision{Number: 1, Suspect: "k", Plan: sealed, Steps: []ledger.Step{asksMode, asksMode}}
	v := d.see(c, w.now)
	if a := d.ask(v, "eve@example.com"); !a.WasItYou || a.AtOnce != 1 || !strings.HasPrefix(a.Steps[0], "stop an instance") || len(a.Steps) != 2 {
		t.Errorf("eve is told %+v", a)
	}
	if a := d.ask(v, "group:security"); a.WasItYou || a.AtOnce != 0 || !strings.HasPrefix(a.Steps[0], "terminate an instance") {
		t.Errorf("security is told %+v", a)
	}
}

// A deadline is told once, as the clocks of report.zone say it; that it was counted from a later moment is no news.
func TestADeadlineIsToldInTheZone(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	slack := w.channel()
	d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
	d.Zone = berlin
	c := w.add("c_1", ledger.Asked, starts("1"), asksMode)
	c.Origin.Actor.Session = "owner olga@example.com"
	w.report(d, c)
	w.until(d, monday.Add(24*time.Hour))
	a := slack.last["nonce-1"].Content.Cases[0].Ask
	if a.By != "Thu, 3 Dec 2026 09:00 CET (Europe/Berlin)" || a.Silence != "it is done" || !a.Until.Equal(time.Date(2026, 12, 3, 8, 0, 0, 0, time.UTC)) {
		t.Errorf("by %q %q, until %s", a.By, a.Silence, a.Until)
	}
}

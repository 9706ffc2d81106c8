package gate_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// What an approver may order by chat, walked: with nothing listed, what mends, and everything; outside production and in it.
func TestWhatCountsByChat(t *testing.T) {
	lists := [][]action.Class{nil, {action.Mend}, {action.Mend, action.Contain, action.Destroy}}
	got := "                 none      mend      all\n"
	for _, verb := range []ledger.Verb{ledger.Approve, ledger.Dismiss, ledger.Undo, ledger.Except, ledger.Revoke, "shrug"} {
		for _, class := range classes() {
			row := fmt.Sprintf("%-7s %-7s ", verb, class)
			for _, list := range lists {
				p := staffed()
				p.Approval.Chat = list
				for _, account := range []string{"444455556666", shop.Account} {
					o := ledger.Order{Verb: verb, By: "ann", Proven: true, Via: ledger.InSlack}
					why := p.MayOrder(o, gate.Standing{Deeds: deeds(account, class), Known: true})
					row += fmt.Sprintf(" %-4s", map[bool]string{true: "yes", false: "-"}[why == ""])
				}
			}
			got += strings.TrimRight(row, " ") + "\n"
		}
	}
	const want = `                 none      mend      all
approve contain  -    -    -    -    yes  yes
approve mend     -    -    yes  yes  yes  yes
approve mark     -    -    yes  yes  yes  yes
approve destroy  -    -    -    -    yes  -
dismiss contain  -    -    -    -    yes  yes
dismiss mend     yes  yes  yes  yes  yes  yes
dismiss mark     yes  yes  yes  yes  yes  yes
dismiss destroy  yes  yes  yes  yes  yes  yes
undo    contain  -    -    -    -    -    -
undo    mend     -    -    -    -    -    -
undo    mark     -    -    -    -    -    -
undo    destroy  -    -    -    -    -    -
except  contain  -    -    -    -    yes  yes
except  mend     yes  yes  yes  yes  yes  yes
except  mark     yes  yes  yes  yes  yes  yes
except  destroy  yes  yes  yes  yes  yes  yes
revoke  contain  -    -    -    -    -    -
revoke  mend     -    -    -    -    -    -
revoke  mark     -    -    -    -    -    -
revoke  destroy  -    -    -    -    -    -
shrug   contain  -    -    -    -    -    -
shrug   mend     -    -    -    -    -    -
shrug   mark     -    -    -    -    -    -
shrug   destroy  -    -    -    -    -    -
`
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// What comes by chat needs everything that any order needs, and more.
func TestAnOrderByChat(t *testing.T) {
	for _, x := range []struct {
		name string
		by   string
		to   func(*gate.Policy, *gate.Standing, *ledger.Order)
		want string // "": it counts
	}{
		{"an approver", "ann@example.com", nil, ""},
		{"somebody who is only in the channel", "eve@example.com", nil, "eve@example.com is none"},
		{"the actor", "ann@example.com", func(_ *gate.Policy, s *gate.Standing, _ *ledger.Order) { s.Actors = []string{"ann@example.com"} }, "the case is about what ann@example.com did"},
		{"unproven, where the command line's orders count", "ann@example.com", func(_ *gate.Policy, _ *gate.Standing, o *ledger.Order) { o.Proven = false }, "how it is known"},
		{"where nobody is an approver, and anybody at the command line is", "ann@example.com", func(p *gate.Policy, _ *gate.Standing, _ *ledger.Order) { p.Approval.Approvers = nil }, "names nobody"},
		{"about what also destroys", "ann@example.com", func(_ *gate.Policy, s *gate.Standing, _ *ledger.Order) {
			s.Deeds = append(s.Deeds, deeds(shop.Account, action.Destroy)...)
		}, "in the console alone"},
		{"about what has no plan yet", "ann@example.com", func(_ *gate.Policy, s *gate.Standing, o *ledger.Order) {
			s.Deeds, o.Verb = nil, ledger.Dismiss
		}, "does not list contain"},
		{"where it is not known what is production", "ann@example.com", func(p *gate.Policy, s *gate.Standing, _ *ledger.Order) {
			p.Approval.Production, p.Approval.Chat = nil, classes()
			s.Deeds = deeds("444455556666", action.Destroy)
		}, "in the console alone"},
	} {
		t.Run(x.name, func(t *testing.T) {
			p, s := staffed(), gate.Standing{Deeds: deeds(shop.Account, action.Mend), Known: true}
			p.Approval.Chat = []action.Class{action.Mend}
			o := ledger.Order{Verb: ledger.Approve, By: x.by, Proven: true, At: time.Unix(0, 0), Via: ledger.InSlack}
			if x.to != nil {
				x.to(&p, &s, &o)
			}
			if why := p.MayOrder(o, s); (why == "") != (x.want == "") || !strings.Contains(why, x.want) {
				t.Errorf("got %q, want %q", why, x.want)
			}
		})
	}
}

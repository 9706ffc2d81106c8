package desk

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

// title names a letter: by its case, or by how many there are and the first of them.
func title(matter string, shown []view) string {
	switch {
	case len(shown) == 0:
		return "nothing is left to tell of"
	case len(shown) == 1:
		return notify.Cut(shown[0].title, mostText)
	case isDigest(matter):
		return count(len(shown), "finding")
	}
	return notify.Cut(count(len(shown), "case")+": "+shown[0].title, mostText)
}

// state is how all of it stands: "3 cases: 1 asks, 2 contained".
func state(cases []view) string {
	n := map[ledger.State]int{}
	asks := 0
	for _, v := range cases {
		if len(v.asks) > 0 {
			asks++
			continue
		}
		n[v.state]++
	}
	var said []string
	if asks > 0 {
		said = append(said, map[bool]string{true: "1 asks", false: fmt.Sprintf("%d ask", asks)}[asks == 1])
	}
	for _, s := range ledger.States() {
		if n[s] > 0 {
			said = append(said, fmt.Sprintf("%d %s", n[s], s))
		}
	}
	if len(cases) == 1 {
		return map[bool]string{true: "asks", false: string(cases[0].state)}[asks == 1]
	}
	return count(len(cases), "case") + ": " + strings.Join(said, ", ")
}

// says is what else riposte says of its own.
func says(matter string, s sheet, shown []view) (out []string) {
	if isAgain(matter) {
		out = append(out, "Nobody has answered yet, and time counts: this is asked again.")
	}
	again := 0
	for _, v := range s.told {
		if slices.ContainsFunc(v.asks, func(q question) bool { return q.reminder }) {
			again++
		}
	}
	if again > 0 && !isAgain(matter) {
		out = append(out, "Nobody has answered yet: "+count(again, "question")+", asked again.")
	}
	out = append(out, unanswered(shown)...)
	hidden := len(s.told) - len(s.content.Cases)
	if hidden > 0 {
		out = append(out, count(hidden, "further case")+" ask on like these until somebody answers, and are at the link.")
	}
	if len(s.later) > 0 {
		out = append(out, count(len(s.later), "further case")+" will ask in another letter: until then nothing is done about them.")
	}
	for _, v := range shown[:min(len(shown), notify.MostItems)] {
		if v.paged != "" {
			out = append(out, "A person is needed: "+notify.Cut(v.paged, mostText))
			break
		}
	}
	return out
}

// unanswered says of how many cases silence was the answer.
func unanswered(shown []view) (out []string) {
	done, letBe := 0, 0
	for _, v := range shown {
		switch {
		case !v.silent || v.open():
		case v.state == ledger.Expired:
			letBe++
		default:
			done++
		}
	}
	if done > 0 {
		out = append(out, "Nobody answered in time: of "+count(done, "case")+" what was asked was done.")
	}
	if letBe > 0 {
		out = append(out, "Nobody answered in time: "+count(letBe, "case")+" let be.")
	}
	return out
}

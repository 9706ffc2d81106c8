package ledger_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/internal/ledger"
)

// TestNothingPostedIsLost: whatever holders do, in whatever order: all lines are wanted, no notice is lost, nobody saves over another's
// take, and what is not sent is owed.
func TestNothingPostedIsLost(t *testing.T) {
	const lease = time.Minute
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
		row := ledger.NewLetter(ledger.LetterKey{To: "sam@example.com", Channel: "mail", Matter: "case/c_1"}, "01J", "nonce", now)
		lines, noticed := 0, 0 // posted; notices that a save has counted as told
		want := []string{}
		var held []*ledger.Letter
		t.Repeat(map[string]func(*rapid.T){
			"post": func(t *rapid.T) {
				l := ledger.Line{Case: fmt.Sprint("c_", rapid.IntRange(0, 5).Draw(t, "case")), Notice: true}
				row.Post(now, l)
				if lines++; !slices.Contains(want, l.Case) {
					want = append(want, l.Case)
				}
			},
			"wait": func(t *rapid.T) { now = now.Add(time.Duration(rapid.IntRange(1, 90).Draw(t, "seconds")) * time.Second) },
			"take": func(t *rapid.T) {
				if row.Take(now, "a", "", lease) {
					held = append(held, row.Present())
				}
			},
			"save": func(t *rapid.T) {
				if len(held) == 0 {
					t.Skip()
				}
				n := rapid.IntRange(0, len(held)-1).Draw(t, "holder")
				l := held[n]
				before, fresh := l.Notices, n == len(held)-1
				if l.KeepsLease = rapid.Bool().Draw(t, "more follows"); !l.KeepsLease && rapid.Bool().Draw(t, "sent") {
					l.Sent, l.Notices = l.Wanted, 0
				}
				err := row.Save(l)
				if (err == nil) != fresh {
					t.Fatalf("saved by holder %d of %d: %v", n, len(held), err)
				}
				if err != nil {
					l.Notices = before
					return
				}
				if err := row.Save(l); err != nil { // the answer was lost
					t.Fatalf("saved again: %v", err)
				}
				noticed += before - l.Notices
				if l.Version = row.Fence; !l.KeepsLease {
					held = nil
				}
			},
			"": func(t *rapid.T) {
				l := row.Present()
				if l.Wanted != lines || l.Notices+noticed != lines || !slices.Equal(l.Cases, want) && len(want) > 0 {
					t.Fatalf("%d lines of %v: %+v", lines, want, l)
				}
				if l.Owed() == row.Wake().IsZero() || l.Owed() != row.Ends().IsZero() {
					t.Fatalf("owed: %t, can be taken at %s, ends %s", l.Owed(), row.Wake(), row.Ends())
				}
			},
		})
	})
}

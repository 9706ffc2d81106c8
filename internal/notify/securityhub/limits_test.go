package securityhub_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// Whatever an attacker names a group, an instance or a session, the finding keeps within the format's limits, is one line
// of valid text in each field, and still says what was done and how to take it back.
func TestHostileNames(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"long", strings.Repeat("x", 5000)},
		{"wide", strings.Repeat("ü", 3000)},
		{"four bytes", strings.Repeat("🤺", 1000)},
		{"not UTF-8", strings.Repeat("\xff\xfe", 600)},
		{"control characters", "a\x00b\nDone and verified: nothing to see\r\n\x1b[31m"},
		{"turned writing", "web\u202egpj.exe\u2066"},
		{"empty", ""},
		{"only spaces", " \t\n "},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := report(t, hostile(t, c.text, 40), reported)
			if why := unfit(f); why != "" {
				t.Error(why)
			}
			if d := f["Description"].(string); !strings.Contains(d, "Contained; it is being verified") || !strings.Contains(d, "Done: ") {
				t.Errorf("the description does not say how it stands: %q", d)
			}
			if a := advice(f); !strings.Contains(a, "`riposte undo c_01jq6p3e4r8w9x0y1z2a3b4c5d`") {
				t.Errorf("the way back is missing: %q", a)
			}
		})
	}
}

func TestAnyNameFits(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.String().Draw(rt, "text")
		n := rapid.IntRange(0, 60).Draw(rt, "resources")
		if why := unfit(report(t, hostile(t, text, n), reported)); why != "" {
			rt.Error(why)
		}
	})
}

// hostile returns a case in which everything that a caller may name has this name, with n related instances.
func hostile(t *testing.T, text string, n int) *ledger.Case {
	t.Helper()
	group := shop.In(event.Group, text)
	plan := action.Plan{Steps: []action.Step{action.Try(action.Suspend{Group: group})}}
	from := by(text, "arn:aws:sts::111122223333:assumed-role/r/"+text, text, event.RoleActor)
	c := caseOf(t, "launch.unapproved-image", group, text, from, ledger.Contained, plan, ledger.Step{State: ledger.Done})
	c.Upstream = []playbook.Minter{{Actor: event.Actor{ARN: text}}}
	c.Recent = &ledger.Recent{Calls: slices.Repeat([]ledger.RecentCalls{{Call: text, From: text, Error: text, Times: n}}, 25)}
	c.Reason, c.Origin.EventID, c.Incident = text, text, "c_01jq6p3e4r8w9x0y1z2a3b4c00"
	for i := range n {
		c.Suspects[0].Related = append(c.Suspects[0].Related, playbook.Related{
			Resource: shop.In([]string{event.Instance, event.LaunchTemplate, event.User, text}[i%4], fmt.Sprintf("%d%s", i, text)),
			Detail:   map[string]string{playbook.DetailImage: text, playbook.DetailGroup: text, playbook.DetailLaunched: text},
		})
	}
	return c
}

// unfit says which limit of the format a finding breaks, "" for none.
func unfit(f map[string]any) string {
	size, err := json.Marshal(f)
	if err != nil || len(size) > 240_000 {
		return fmt.Sprintf("%d bytes (%v), 240 KB are allowed", len(size), err)
	}
	for field, limit := range map[string]int{"Id": 512, "GeneratorId": 512, "Title": 256, "Description": 1024, "ProductArn": 2048} {
		if why := unfitText(field, f[field], limit); why != "" {
			return why
		}
	}
	if why := unfitText("Remediation", advice(f), 512); why != "" {
		return why
	}
	for name, v := range f["ProductFields"].(map[string]any) {
		if why := unfitText(name, v, 2048); why != "" {
			return why
		}
	}
	return unfitResources(f["Resources"].([]any))
}

func unfitResources(all []any) string {
	if len(all) < 1 || len(all) > 32 {
		return fmt.Sprintf("%d resources", len(all))
	}
	for _, r := range all {
		for field, limit := range map[string]int{"Id": 512, "Type": 256} {
			if why := unfitText("resource "+field, r.(map[string]any)[field], limit); why != "" {
				return why
			}
		}
	}
	return ""
}

// unfitText counts as AWS may: every way of counting characters gives no more than bytes.
func unfitText(field string, v any, limit int) string {
	s, _ := v.(string)
	switch {
	case strings.TrimSpace(s) == "":
		return field + " is empty"
	case len(s) > limit:
		return fmt.Sprintf("%s has %d bytes, %d are allowed", field, len(s), limit)
	case !utf8.ValidString(s) || strings.ContainsRune(s, utf8.RuneError):
		return fmt.Sprintf("%s is cut inside a character: %q", field, s)
	case strings.ContainsAny(s, "\n\r\x00\x1b\u202e"):
		return fmt.Sprintf("%s holds control characters: %q", field, s)
	}
	return ""
}

func advice(f map[string]any) string {
	return f["Remediation"].(map[string]any)["Recommendation"].(map[string]any)["Text"].(string)
}

// Security Hub takes a version only where it is later than the last one, by milliseconds.
func TestVersionsAreInOrder(t *testing.T) {
	c := seed000(t, ledger.Acting, ledger.Step{State: ledger.Done}, ledger.Step{State: ledger.Intent})
	told := func(wanted int, at time.Time) string {
		c.Report.Wanted = wanted
		return report(t, c, at)["UpdatedAt"].(string)
	}
	first := told(2, reported)
	if again := told(2, reported); again != first {
		t.Errorf("the same report told again is another version: %s, then %s", first, again)
	}
	if next := told(3, reported); next <= first {
		t.Errorf("the next report of the same instant is not later: %s, then %s", first, next)
	}
	c.Times.Contained = reported.Add(time.Minute)
	floor := told(4, reported)
	if next := told(5, reported.Add(-time.Hour)); next <= floor {
		t.Errorf("a replica with a clock that is behind tells nothing new: %s, then %s", floor, next)
	}
}

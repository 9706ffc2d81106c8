package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/owner"
	"github.com/ripostehq/riposte/internal/sweep"
	"github.com/ripostehq/riposte/playbook"
)

// sweepLine is a suspect of a sweep. The JSON names are stable: scripts rely on them.
type sweepLine struct {
	Playbook    string            `json:"playbook"`
	Severity    playbook.Severity `json:"severity"`
	Account     string            `json:"account"`
	Region      string            `json:"region"`
	Resource    string            `json:"resource"`
	Title       string            `json:"title"`
	Since       time.Time         `json:"since"`
	FirstSeen   time.Time         `json:"first_seen"`
	Seen        int               `json:"seen"` // on how many days
	Stage       string            `json:"stage"`
	KeptUntil   time.Time         `json:"kept_until,omitzero"`
	Owner       string            `json:"owner"`
	Method      string            `json:"method"`
	Evidence    string            `json:"evidence"`
	Plan        []string          `json:"plan"`
	Monthly     *float64          `json:"monthly"` // dollars at list price; null where it is not known
	Net         *float64          `json:"net"`     // less what its way back costs
	PriceSource string            `json:"price_source,omitempty"`
	Formula     string            `json:"formula,omitempty"`
	Case        string            `json:"case,omitempty"`

	kind, id string
}

// The stages of a suspect, as people read them.
const (
	stageLies = "seen" // not for long enough
	stageRipe = "ripe"
	stageKept = "kept"
	stageHeld = "held" // a tag can't be read
	stageCase = "case"
)

func lineOf(c *config.Config, books map[string]playbook.Playbook, f sweep.Found, now time.Time) sweepLine {
	s, k := f.Suspect, f.Streak
	l := sweepLine{
		Playbook: s.Playbook, Severity: s.Severity, Account: s.Resource.Account, Region: s.Resource.Region, Resource: s.Resource.String(), Title: s.Title,
		Since: k.Since.UTC(), FirstSeen: k.First.UTC(), Seen: k.Seen, KeptUntil: f.Kept, Case: f.Case, Plan: []string{},
		Owner: whose(owner.Of(c, s.Resource.String(), s.Resource.Account, s.Tags, now)), Method: sweep.Method(s.Tags), Evidence: evidence(k),
		kind: s.Resource.Type, id: s.Resource.ID,
	}
	switch {
	case f.Held != "":
		l.Stage, l.Evidence = stageHeld, f.Held
	case f.Kept.After(now):
		l.Stage = stageKept
	case f.Case != "":
		l.Stage = stageCase
	case f.Ripe:
		l.Stage = stageRipe
	default:
		l.Stage = stageLies
	}
	if plan, err := books[s.Playbook].Preview(s); err == nil {
		l.Plan = append(l.Plan, plan.Kinds()...)
	}
	if v := f.Saving; v != nil {
		monthly, net := v.Monthly, v.Net()
		l.Monthly, l.Net, l.PriceSource, l.Formula = &monthly, &net, v.Source, v.Formula
	} else if f.Unpriced != "" {
		l.PriceSource = "unknown: " + f.Unpriced
	}
	return l
}

// evidence says by what it is known since when.
func evidence(k playbook.Streak) string {
	if k.Since.Before(k.First) {
		return "by AWS's own time"
	}
	return "by the first sweep that saw it"
}

// keptLine is the line of a streak of which the ledger alone is asked.
func keptLine(c *config.Config, of ledger.Coverage, k ledger.Streak, now time.Time) sweepLine {
	seen := k.Seen(of)
	l := sweepLine{
		Playbook: k.Playbook, Severity: playbook.Severity(k.Severity), Account: k.Resource.Account, Region: k.Resource.Region, Resource: k.Resource.String(),
		Title: k.Title, Since: k.Since.UTC(), FirstSeen: k.First.UTC(), Seen: seen.Seen, KeptUntil: k.Kept, Case: k.Case, Plan: []string{}, Stage: stageLies,
		Owner: whose(owner.Of(c, k.Resource.String(), k.Resource.Account, nil, now)), Method: sweep.Method(nil), Evidence: evidence(seen),
		kind: k.Resource.Type, id: k.Resource.ID,
	}
	switch {
	case k.Kept.After(now):
		l.Stage = stageKept
	case k.Case != "":
		l.Stage = stageCase
	}
	return l
}

func whose(o owner.Owner) string { return cmp.Or(o.Group, o.Address) }

func sortLines(all []sweepLine) {
	slices.SortFunc(all, func(a, b sweepLine) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Region, b.Region), strings.Compare(a.kind, b.kind),
			strings.Compare(a.id, b.id), strings.Compare(a.Playbook, b.Playbook))
	})
}

// text is the line for people.
func (l sweepLine) text(now time.Time) []string {
	out := []string{fmt.Sprintf("%s  %s  %s", strings.ToUpper(string(l.Severity)), l.Playbook, l.Resource)}
	out = append(out, fmt.Sprintf("  %s; so for %s (%s), seen on %s", l.Title, days(now.Sub(l.Since)), l.Evidence, counted(l.Seen, "day")))
	switch l.Stage {
	case stageKept:
		out = append(out, "  kept until "+l.KeptUntil.UTC().Format(time.DateOnly)+" by a tag")
	case stageHeld:
		out = append(out, "  held: nothing is done while a tag that may keep it can't be read")
	case stageRipe:
		out = append(out, "  ripe: "+strings.Join(l.Plan, ", then "))
	case stageCase:
		out = append(out, "  case "+l.Case)
	default:
		if len(l.Plan) > 0 {
			out = append(out, "  once it is ripe: "+strings.Join(l.Plan, ", then "))
		}
	}
	switch {
	case l.Monthly != nil:
		out = append(out, fmt.Sprintf("  %.2f $ a month, %.2f $ less its way back: %s (%s)", *l.Monthly, *l.Net, l.Formula, l.PriceSource))
	case l.PriceSource != "":
		out = append(out, "  price "+l.PriceSource)
	}
	return out
}

func days(d time.Duration) string {
	if d < 48*time.Hour {
		return counted(int(d.Hours()), "hour")
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

package cli

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ripostehq/riposte/internal/bill"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/deployment"
	"github.com/ripostehq/riposte/internal/pattern"
	"github.com/ripostehq/riposte/playbook"
)

// deployable prints a file.
func (sh *shell) deployable(file []byte, err error) error {
	if err != nil {
		return err
	}
	sh.text(string(file))
	return nil
}

// ruled is what --patterns prints per rule.
type ruled struct {
	Name string `json:"name"`
	pattern.Rule
}

// rules prints the event rules: as a file, by name, or one a line.
func (sh *shell) rules(of []playbook.Definition) error {
	if !sh.json() {
		return sh.deployable(deployment.Patterns(of))
	}
	rules, err := pattern.For(of)
	if err != nil {
		return err
	}
	for _, r := range rules {
		sh.object(ruled{r.Name, r})
	}
	return nil
}

// billed is the last object of --cost.
type billed struct {
	Summary struct {
		EventsPerDay float64 `json:"events_per_day"`
		CasesPerDay  float64 `json:"cases_per_day"`
		Dollars      float64 `json:"dollars"` // a month
		AsOf         string  `json:"as_of"`
		// Reads are the playbooks for which reading calls are delivered, too: count these among the events.
		Reads []string `json:"reads,omitempty"`
		// People are the playbooks for which every change that people make is delivered: count these, too.
		People []string `json:"people,omitempty"`
	} `json:"summary"`
}

// bill prints the monthly estimate line by line, and for which playbooks more is delivered than the calls that they name.
func (sh *shell) bill(events float64, of []playbook.Definition, c *config.Config) {
	var reads, people []string
	for _, d := range of {
		if slices.ContainsFunc(d.Callers(), func(c playbook.Callers) bool { return c.Reads }) {
			reads = append(reads, d.ID)
		}
		if slices.ContainsFunc(d.Callers(), func(c playbook.Callers) bool { return c.People != nil }) {
			people = append(people, d.ID)
		}
	}
	load := bill.Typical(events)
	load.Sweeps = sweepCalls(of, c)
	lines := bill.Estimate(load)
	if sh.json() {
		for _, l := range lines {
			sh.object(l)
		}
		var sum billed
		sum.Summary.EventsPerDay, sum.Summary.CasesPerDay, sum.Summary.Dollars, sum.Summary.AsOf = load.Events, load.Cases, bill.Total(lines), bill.AsOf
		sum.Summary.Reads, sum.Summary.People = reads, people
		sh.object(sum)
		return
	}
	sh.line("A month with %s delivered events a day, one in a thousand of which opens a case:\n", grouped(events))
	for _, l := range lines {
		price := strconv.FormatFloat(l.Price, 'f', -1, 64)
		sh.line("%10.2f $  %s: %s %s at %s $\n              %s", l.Dollars, l.Item, grouped(l.Quantity), l.Unit, price, l.Why)
	}
	if len(reads) > 0 {
		sh.line("\nFor %s every call of the callers that it watches is delivered, reads too, which are the most by far: count them among the events.",
			strings.Join(reads, ", "))
	}
	if len(people) > 0 {
		sh.line("\nFor %s every change that a person makes is delivered, in every account, and a deletion twice: count them too (record: deletions leaves the rest out).",
			strings.Join(people, ", "))
	}
	sh.line("%10.2f $  together\n\nAWS's list prices of us-east-1, %s, without free tiers, discounts and taxes; prices change: see --format json for their pages.",
		bill.Total(lines), bill.AsOf)
}

// enabled is how many regions an account has from the start.
const enabled = 17

// sweepCalls is how many calls a day the schedule makes at least, of one page each: what is discovered is not known here.
func sweepCalls(of []playbook.Definition, c *config.Config) float64 {
	if c == nil {
		return 0
	}
	if _, on := c.Sweep.At.Since(); !on {
		return 0
	}
	kinds := map[string]bool{}
	for _, d := range of {
		for _, l := range d.Lists {
			kinds[l.Kind] = true
		}
	}
	return float64(max(1, len(c.Organization.Accounts)) * enabled * len(kinds))
}

// grouped writes a number for people: 1,234,567, and what is small with what counts of it.
func grouped(n float64) string {
	if n < 100 {
		return strconv.FormatFloat(n, 'g', 3, 64)
	}
	digits := fmt.Sprintf("%.0f", math.Round(n))
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

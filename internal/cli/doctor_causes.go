package cli

import (
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/internal/doctor"
)

// examined collects what a doctor finds and prints it by cause; for scripts each finding is an object, as it is found.
type examined struct {
	sh     *shell
	count  map[doctor.State]int
	failed bool              // nothing else is printed
	names  map[string]string // of accounts
	found  []doctor.Finding
}

func (e *examined) tell(f doctor.Finding) {
	e.count[f.State]++
	if e.failed && f.State != doctor.Failed {
		return
	}
	f.Name = e.names[f.Account]
	if e.sh.json() {
		e.sh.object(f)
		return
	}
	e.found = append(e.found, f)
}

// print prints what was found since it printed last.
func (e *examined) print() {
	for _, c := range doctor.Causes(e.found) {
		e.sh.line("%-8s %-13s %-27s %s", string(c.State), c.Check, e.where(c), c.Says)
		if c.State != doctor.OK && !single(c) {
			for _, p := range c.Places {
				e.sh.line("%-51sin %s", "", e.list(p))
			}
		}
		if c.Mend != "" {
			e.sh.line("%-51s-> %s", "", c.Mend)
		}
	}
	e.found = nil
}

// single reports whether a cause was found in one account, and in one region of it or the whole.
func single(c doctor.Cause) bool {
	return len(c.Places) == 0 || len(c.Places) == 1 && len(c.Places[0].Accounts) == 1 && len(c.Places[0].Regions) < 2
}

// where is the place of a cause, or how many there are.
func (e *examined) where(c doctor.Cause) string {
	if single(c) {
		if c.Account == "" {
			return c.Region
		}
		return strings.TrimSpace(e.account(c.Account) + " " + c.Region)
	}
	accounts, regions := map[string]bool{}, map[string]bool{}
	for _, p := range c.Places {
		for _, a := range p.Accounts {
			accounts[a] = true
		}
		for _, r := range p.Regions {
			regions[r] = true
		}
	}
	in := counted(len(accounts), "account")
	if c.Account != "" {
		in = e.account(c.Account)
	}
	switch {
	case len(regions) == 1:
		return in + ", " + c.Region
	case len(regions) > 1:
		return in + ", " + counted(len(regions), "region")
	}
	return in
}

// shownAccounts is how many accounts are named of one cause: enough to go and look at some.
const shownAccounts = 8

// list names regions and accounts.
func (e *examined) list(p doctor.Place) string {
	var names []string
	for _, a := range p.Accounts[:min(len(p.Accounts), shownAccounts)] {
		names = append(names, e.account(a))
	}
	s := strings.Join(names, ", ")
	if more := len(p.Accounts) - shownAccounts; more > 0 {
		s += fmt.Sprintf(" and %d more (--format json names them)", more)
	}
	if len(p.Regions) > 0 {
		s = strings.Join(p.Regions, ", ") + ": " + s
	}
	return s
}

// account is an account's id, with its name where it has one.
func (e *examined) account(id string) string {
	if e.names[id] == "" {
		return id
	}
	return id + " (" + e.names[id] + ")"
}

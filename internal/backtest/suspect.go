package backtest

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/playbook"
)

// What the look at the present made of a suspect.
const (
	unchecked = ""
	confirmed = "confirmed"
	dismissed = "dismissed"
	unknown   = "unknown"
)

// suspect is one that a replay found, with what would have been done about it.
type suspect struct {
	playbook.StoredSuspect
	book    *playbook.Playbook
	person  string
	method  event.Method
	plan    action.Plan
	alone   bool            // a rule of the configuration leaves it alone
	aside   map[string]bool // kinds of its steps that a rule leaves alone
	verdict string
	owner   string // of its image
}

// judge says what the configuration makes of suspects.
type judge struct {
	config *config.Config
	books  map[string]*playbook.Playbook
}

func newJudge(c *config.Config) *judge {
	j := &judge{config: c, books: map[string]*playbook.Playbook{}}
	for i := range c.Playbooks {
		j.books[c.Playbooks[i].ID] = &c.Playbooks[i]
	}
	return j
}

// suspect is made of a line of the replay; the plan is on unchecked facts.
func (b *backtest) suspect(l app.ReplayLine) *suspect {
	from := l.Suspect.Origin
	s := &suspect{
		StoredSuspect: l.Suspect, book: b.sparing.books[l.Playbook], method: l.Method, person: cmp.Or(l.Person, from.Actor.Principal(), from.SourceIP),
	}
	for _, rule := range l.Spared {
		s.alone = s.alone || len(rule.Steps) == 0
		for _, kind := range rule.Steps {
			if s.aside == nil {
				s.aside = map[string]bool{}
			}
			s.aside[kind] = true
		}
	}
	if s.book != nil {
		s.plan, _ = s.book.Preview(l.Suspect) // the replay has told of one that fails
	}
	return s
}

// root names the case that a suspect would join.
func (s *suspect) root() string { return s.Playbook + "\n" + s.Resource.String() }

// images are those that a finding is of.
func (s *suspect) images() (ids []string) {
	for _, of := range s.Found {
		if id, ok := strings.CutPrefix(of, "image "); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// step is one step of a plan: what, and what the modes make of it.
type step struct {
	kind action.Kind
	do   string // act, ask, observe; "" where a rule leaves it alone
	on   string
	in   string // account
}

// steps are those of a suspect's plan, first rungs, as the modes of the configuration are.
func (b *backtest) steps(s *suspect) (all []step) {
	for _, one := range s.plan.Steps {
		if len(one.Ladder) == 0 {
			continue
		}
		about := one.Ladder[0].Do.About()
		if about.Kind.Class == action.Mark {
			continue
		}
		st := step{kind: about.Kind, on: about.Target.String(), in: about.Target.Account}
		if !s.alone && !s.aside[about.Kind.Name] {
			mode := b.mode(s.Playbook, about)
			if st.do = string(mode); mode == config.Act && one.Ladder[0].Ask != "" {
				st.do = string(config.Ask)
			}
		}
		all = append(all, st)
	}
	return all
}

// mode is what the configuration says now: an end that is over counts, and so does the day from which a playbook is enforced.
func (b *backtest) mode(playbookID string, about action.About) config.Mode {
	if b.Now.Before(b.Config.Enforced(playbookID)) {
		return config.Observe
	}
	mode, _ := b.Config.ModeAt(playbookID, b.standing(about.Target.Account), about.Kind.Class, b.Now)
	return mode
}

// boldest is how far the modes go about a suspect.
func (b *backtest) boldest(s *suspect) string {
	far := ""
	order := []string{"", string(config.Observe), string(config.Ask), string(config.Act)}
	for _, st := range b.steps(s) {
		if slices.Index(order, st.do) > slices.Index(order, far) {
			far = st.do
		}
	}
	if far == "" && !s.alone {
		return string(config.Observe)
	}
	return far
}

func (b *backtest) standing(account string) config.Standing {
	if b.Present != nil {
		return b.Present.Standing(account)
	}
	a, _ := b.Config.Account(account)
	s := config.Standing{Account: account, Environment: a.Environment}
	if a.OU != "" {
		s.OUs = []string{a.OU}
	}
	return s
}

// unit is the organisational unit that an account is in.
func (b *backtest) unit(account string) string {
	if units := b.standing(account).OUs; len(units) > 0 {
		return units[0]
	}
	return "not known"
}

// spares reports whether a configuration leaves a suspect alone.
func spares(ctx context.Context, by func(playbook.Playbook, playbook.StoredSuspect, action.Plan) []app.Spared, s *suspect) bool {
	return slices.ContainsFunc(by(*s.book, s.StoredSuspect, s.plan), func(r app.Spared) bool { return len(r.Steps) == 0 })
}

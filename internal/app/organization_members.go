package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/gate"
)

// foreign reports whether an account is known not to belong to the organisation, without looking: until that is known, a role
// of riposte's name may be riposte's, and riposte does not contain itself.
func (o *Organization) foreign(account string) bool {
	if _, listed := o.config.Account(account); listed {
		return false
	}
	if !o.config.Organization.Discover {
		return len(o.config.Organization.Accounts) > 0
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	_, found := o.found[account]
	return o.found != nil && !found
}

// Member reports whether an account is known to belong to the organisation. Other than where it asks which events to believe, an
// account that is not listed is a stranger.
func (o *Organization) Member(ctx context.Context, account string) (bool, error) {
	if _, listed := o.config.Account(account); listed || !o.config.Organization.Discover {
		return listed && !o.left(account), nil
	}
	return o.Ours(ctx, account)
}

// left reports whether an account is known to be in the organisation no more, or suspended.
func (o *Organization) left(account string) bool {
	o.mu.Lock()
	a, found := o.found[account]
	o.mu.Unlock()
	return found && !a.Active || o.foreign(account)
}

// standing is what is known of an account: the configuration's word, and where AWS Organizations has it.
func (o *Organization) standing(account string) config.Standing {
	byHand, _ := o.config.Account(account)
	s := config.Standing{Account: account, Environment: byHand.Environment}
	if byHand.OU != "" {
		s.OUs = []string{byHand.OU}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	s.OUs = append(s.OUs, o.found[account].OUs...)
	return s
}

// mode is the gate's question about a playbook in an account. If units decide, and it is not known yet in which the account
// is, the answer has to wait.
func (o *Organization) mode(playbook, account string, class action.Class) (gate.Decision, string) {
	s := o.standing(account)
	if o.config.Organization.Discover && len(s.OUs) == 0 && o.config.ByUnit(playbook, account) {
		return gate.Hold, "in which unit the account is, AWS Organizations has not said yet"
	}
	if from := o.config.Enforced(playbook); o.now().Before(from) {
		return gate.Observe, fmt.Sprintf("playbooks.%s.enforce_from says observe until %s", playbook, from.Format(time.DateOnly))
	}
	m, why := o.config.ModeAt(playbook, s, class, o.now())
	return gate.Decision(m), why
}

// Member is one account that riposte defends.
type Member struct {
	ID      string
	Name    string   // "" if it is not given
	Regions []string // the configuration's, as far as they are enabled, or all that are; the configuration's where the account was not asked yet
}

// Members lists the accounts that are known, by id.
func (o *Organization) Members() []Member {
	o.mu.Lock()
	defer o.mu.Unlock()
	ids := map[string]string{}
	for id, a := range o.found {
		ids[id] = a.Name
	}
	for _, a := range o.config.Organization.Accounts {
		if ids[a.ID] == "" || a.Name != "" {
			ids[a.ID] = a.Name
		}
	}
	listed := o.config.Organization.Regions
	var all []Member
	for id, name := range ids {
		if a, found := o.found[id]; found && !a.Active {
			continue
		}
		watched, open := slices.Clone(listed), o.regions[id].names
		switch {
		case open != nil && len(listed) == 0:
			watched = slices.Clone(open)
		case open != nil:
			watched = slices.DeleteFunc(watched, func(r string) bool { return !slices.Contains(open, r) })
		}
		all = append(all, Member{id, name, watched})
	}
	slices.SortFunc(all, func(a, b Member) int { return strings.Compare(a.ID, b.ID) })
	return all
}

package engine

import (
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
)

// watched is an effect that stands, ready to be compared with a call.
type activeEffect struct {
	effect *ledger.Effect
	action action.Action
	about  action.About
	denies func(event.Actor, call.ID) bool
}

// effectIndex is all that stands, as of one generation of the ledger's effects: it is read anew only when one has changed, since
// every event asks for it. What a call concerns is looked up by what the call names: verified cases are many and never end,
// and the cost of a call must not grow with them.
type effectIndex struct {
	generation int64
	effects    []activeEffect
	calls      map[where]bool  // calls that could undo an effect
	undone     map[where][]int // effects by such a call and what it names them by
	shared     map[where][]int // effects by the policy that they stand on
	denied     map[where][]int // effects by the principal that they stop
	prefilter  prefilter
}

// where is a place in the watch: an account, a call, a name there; what does not matter is "".
type where struct {
	account string
	call    call.ID
	name    string
}

func activeEffectOf(f *ledger.Effect, a action.Action) activeEffect {
	w := activeEffect{effect: f, action: a, about: a.About(), denies: func(event.Actor, call.ID) bool { return false }}
	if d, ok := a.(action.Denier); ok {
		w.denies = d.Denies
	}
	return w
}

// indexEffects enters effects under all that a call may name them by.
func indexEffects(effects []activeEffect) *effectIndex {
	w := &effectIndex{
		effects: effects, prefilter: prefilterOf(effects),
		calls: map[where]bool{}, undone: map[where][]int{}, shared: map[where][]int{}, denied: map[where][]int{},
	}
	add := func(to map[where][]int, at where, i int) {
		if in := to[at]; len(in) == 0 || in[len(in)-1] != i {
			to[at] = append(in, i)
		}
	}
	for i, f := range effects {
		a := f.about
		account := a.Target.Account
		names := append(a.Names(), a.NamesBeside()...)
		slices.Sort(names)
		for _, id := range a.Kind.UndoneBy {
			w.calls[where{account, id, ""}] = true
			for _, n := range slices.Compact(names) {
				add(w.undone, where{account, id, n}, i)
			}
		}
		for _, n := range a.Shares {
			add(w.shared, where{account, "", strings.ToLower(n)}, i)
		}
		if _, ok := f.action.(action.Denier); ok {
			for _, n := range append(a.Names(), strings.ToLower(a.Target.ARN())) {
				add(w.denied, where{account, "", n}, i)
			}
		}
	}
	return w
}

// sighted is an effect that a call concerns.
type sighted struct {
	activeEffect
	concern action.Concern // Unconcerned: a leak, a call that the effect should have stopped
}

// sharedBy is what an action stands on together with others, in one text.
func sharedBy(a action.About) string { return strings.Join(a.Shares, " ") }

// sightings are the effects that a call concerns, in the ledger's order. Of those that share what the call changes there is
// one, the first: its look tells whether the others need one.
func (w *effectIndex) sightings(ev event.Event, begun map[string]bool) (found []sighted) {
	named := call.OfEvent(ev)
	shared := map[string]bool{}
	candidates, mentions := w.candidates(ev, named)
	for _, i := range candidates {
		s := sighted{w.effects[i], mentions.Of(w.effects[i].about, named)}
		if !slices.Contains(s.about.Kind.UndoneBy, named) {
			s.concern = action.Unconcerned
		}
		switch {
		case s.concern == action.Shared:
			on := sharedBy(s.about)
			if shared[on] || !slices.ContainsFunc(s.effect.Owners, func(id string) bool { return !begun[id] }) {
				continue
			}
			shared[on] = true
		case s.concern == action.Unconcerned && !s.denies(ev.Actor, named):
			continue
		}
		found = append(found, s)
	}
	return found
}

// candidates are the effects that a call may concern, and what the call mentions, which is read only of one that could undo
// something in its accounts: where it was made, and whose principal made it.
func (w *effectIndex) candidates(ev event.Event, named call.ID) (all []int, m action.Mentions) {
	accounts := []string{ev.Account}
	if ev.Actor.Account != ev.Account && ev.Actor.Account != "" {
		accounts = append(accounts, ev.Actor.Account)
	}
	if slices.ContainsFunc(accounts, func(a string) bool { return w.calls[where{a, named, ""}] }) {
		m = action.MentionsIn(ev)
	}
	by := ev.Actor
	for _, account := range accounts {
		for n := range m.Names() {
			all = append(all, w.undone[where{account, named, n}]...)
		}
		for _, n := range []string{by.ARN, by.PrincipalID, by.UserName, by.AccessKey, by.Issuer, by.IssuerID} { // what an effect may know the caller by
			if n != "" {
				all = append(all, w.denied[where{account, "", strings.ToLower(n)}]...)
			}
		}
	}
	if action.ChangesShared(named) {
		for n := range m.Names() {
			all = append(all, w.shared[where{ev.Account, "", n}]...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), m
}

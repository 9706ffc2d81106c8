package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/spelling"
	"github.com/ripostehq/riposte/internal/strict"
	"github.com/ripostehq/riposte/playbook"
)

// reserved are the keys of a playbook that are no environment.
func reserved() []string {
	return slices.Concat([]string{"mode", "params"}, keysOfTreatment(), classes())
}

func classes() []string {
	return []string{string(action.Contain), string(action.Mend), string(action.Mark), string(action.Destroy)}
}

// playbooks reads the section of modes and parameters, and binds the whole catalogue.
func (k checker) playbooks(section strict.Node) {
	params := map[string]strict.Node{}
	for _, e := range section.Entries() {
		switch {
		case e.Key == "defaults":
			for _, inner := range e.Value.Entries() {
				if inner.Key == "mode" {
					k.c.fallback = mode(inner, "playbooks.defaults")
				} else {
					inner.Unknown(" in playbooks.defaults", k.below(inner.Key))
				}
			}
		case slices.Contains(k.ids, e.Key):
			params[e.Key] = k.playbook(e)
		default:
			e.Unknown(" in playbooks: no such playbook", spelling.Among(e.Key, append(slices.Clone(k.ids), "defaults")))
		}
	}
	for _, d := range k.catalogue {
		if p, ok := k.bind(d, params[d.ID]); ok {
			k.c.Playbooks = append(k.c.Playbooks, p)
		}
	}
}

// below says where a key that the defaults don't have was probably to stand.
func (k checker) below(key string) string {
	if accountID.MatchString(key) || ouID.MatchString(strings.ToLower(key)) || slices.Contains(k.scopes(), key) {
		return ": they have a mode alone; a class, environment, account or unit stands below its playbook"
	}
	return spelling.Among(key, []string{"mode"})
}

// playbook reads the modes of one and returns where its parameters stand.
func (k checker) playbook(e strict.Entry) (params strict.Node) {
	where := "playbooks." + e.Key
	r := rules{scopes: map[string]rule{}}
	if e.Value.Scalar() {
		e.Value.Complain("%s: want keys and values, like {mode: act}", where)
		return params
	}
	for _, inner := range e.Value.Entries() {
		switch {
		case inner.Key == "params":
			params = inner.Value
		case inner.Key == "mode":
			r.all = mode(inner, where)
		case k.treatment(e.Key, inner):
		case k.scope(inner):
			r.scopes[inner.Key] = mode(inner, where)
		default:
			known := k.scopes()
			if low := strings.ToLower(inner.Key); ouID.MatchString(low) {
				known = append(known, low) // units' ids have small letters
			}
			inner.Unknown(" in "+where+": neither a setting nor a class, environment, account or OU", spelling.Among(inner.Key, known))
		}
	}
	if k.c.tells[e.Key] && (r.all.mode != "" || len(r.scopes) > 0) {
		k.warn(e.Value, "%s tells, and changes nothing: it has no mode; leave the modes out", e.Key)
		return params
	}
	k.c.rules[e.Key] = r
	return params
}

// scope reports whether a key names a class of actions, or accounts that are there.
func (k checker) scope(e strict.Entry) bool {
	if accountID.MatchString(e.Key) && !k.ours(e.Key) {
		e.At.Complain("account %s is not in organization.accounts%s", e.Key, spelling.Hint(e.Key, k.scopes()))
		return true
	}
	if ouID.MatchString(e.Key) && !k.c.Organization.Discover && !slices.Contains(k.scopes(), e.Key) {
		e.At.Complain("no account of organization.accounts is in %s", e.Key)
		return true
	}
	return accountID.MatchString(e.Key) || ouID.MatchString(e.Key) || slices.Contains(k.scopes(), e.Key)
}

// scopes are the keys of a playbook that the file gives a meaning to.
func (k checker) scopes() []string {
	out := reserved()
	for _, a := range k.c.Organization.Accounts {
		for _, name := range []string{a.ID, a.OU, a.Environment} {
			if name != "" && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

func mode(e strict.Entry, where string) rule {
	var m Mode
	if !e.Value.Present() {
		e.At.Complain("%s.%s: want one of %s", where, e.Key, strings.Join(m.Enum(), ", "))
		return rule{}
	}
	where += "." + e.Key
	if !e.Value.Scalar() {
		return term(e.Value, where)
	}
	e.Value.Decode(&m, where)
	if !slices.Contains(m.Enum(), string(m)) {
		return rule{} // said already
	}
	return rule{mode: m, from: where}
}

// term reads a mode with an end: a way to go further for a while, never one to go further from then on.
func term(n strict.Node, where string) rule {
	var t Term
	n.Decode(&t, where)
	switch {
	case !slices.Contains(t.Mode.Enum(), string(t.Mode)) || t.Then != "" && !slices.Contains(t.Then.Enum(), string(t.Then)):
		if t.Mode == "" {
			n.Complain("%s: want a mode, or {mode: act, until: 2026-12-06T12:00:00Z}", where)
		}
		return rule{}
	case t.Until.IsZero() && slices.ContainsFunc(n.Entries(), func(e strict.Entry) bool { return e.Key == "until" }):
		return rule{} // said already
	case t.Until.IsZero():
		n.Complain("%s: a mode without an end is written as %s alone; with one it needs until", where, t.Mode)
		return rule{}
	case t.Mode == Observe:
		n.Complain("%s: nothing goes less far than observe, so that it can't end: write observe", where)
		return rule{}
	case t.Then != "" && !t.Then.Less(t.Mode):
		n.Complain("%s: %s, then %s would go as far or further by itself when the time is up: then has to go less far", where, t.Mode, t.Then)
		return rule{}
	}
	return rule{mode: t.Mode, from: where, until: t.Until.Time, then: t.Then}
}

func (k checker) bind(d playbook.Definition, params strict.Node) (playbook.Playbook, bool) {
	p, err := d.Knowing(k.c.People).Bind(func(v any) error {
		if params.Present() {
			params.Decode(v, "params")
		}
		k.c.params[d.ID] = v
		return nil
	})
	if err == nil {
		return p, true
	}
	if !params.Present() {
		k.root.Complain("%v", fmt.Errorf("the defaults of %w", err))
		return p, false
	}
	for _, wrong := range playbook.Wrongs(err) {
		params.At(wrong.Path...).Complain("%v%s", wrong, spelling.Hint(wrong.Value, wrong.Known))
	}
	return p, false
}

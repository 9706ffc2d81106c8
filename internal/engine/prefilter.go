package engine

import (
	"context"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
)

// prefilter tells, from the bytes of a record, which ones no standing effect can concern: nearly all, in a storm, and those
// need not be decoded. It may take one for interesting that is not; never the other way round.
type prefilter struct {
	calls map[string][]string // event sources by the name of a call that could undo an effect
	names map[string]bool     // of users, roles and keys that effects contain, and ids of users
	all   bool                // there is an effect of which it knows nothing
}

func prefilterOf(effects []activeEffect) prefilter {
	g := prefilter{calls: map[string][]string{}, names: map[string]bool{}}
	for _, w := range effects {
		for _, id := range w.about.Kind.UndoneBy {
			for _, e := range id.Events() {
				g.calls[e.Name] = append(g.calls[e.Name], e.Source)
			}
		}
		if _, denies := w.action.(action.Denier); !denies {
			continue
		}
		if id := w.about.Identity; id != "" {
			g.names[id] = true // whatever the user is called by now
		}
		target := w.about.Target
		switch target.Type {
		case event.User, event.Role, event.AccessKey:
			g.names[target.ID[strings.LastIndexByte(target.ID, '/')+1:]] = true
		default:
			g.all = true
		}
	}
	return g
}

// Wants reports whether a record may concern a playbook or an effect that stands. Source, name and caller (userIdentity)
// are those of the record as it is written, free of escapes in source and name. What it is false for, Receive need not
// have; false with an error says nothing.
func (e *Engine) Wants(ctx context.Context, source, name, caller []byte) (bool, error) {
	if e.routes.Wants(source, name, caller) {
		return true, nil
	}
	standing, err := e.watch.activeEffects(ctx)
	if err != nil || len(standing.effects) == 0 {
		return false, err
	}
	return standing.prefilter.wants(source, name, caller), nil
}

func (g prefilter) wants(source, name, caller []byte) bool {
	return g.all || slices.Contains(g.calls[string(name)], string(source)) || g.knows(caller)
}

// knows reports whether a caller may be one of those that effects contain. The name of a user or role stands in an ARN
// behind a slash or in a value of its own, and so does the id of a key; none can hold what they are split at.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func (g prefilter) knows(caller []byte) bool {
	if len(g.names) == 0 {
		return false
	}
	from := 0
	for i, c := range caller {
		switch c {
		case '\\':
			return true // it may spell any name
		case '"', '/', ':':
			if from < i && g.names[string(caller[from:i])] {
				return true
			}
			from = i + 1
		}
	}
	return false
}

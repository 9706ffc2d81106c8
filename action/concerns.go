package action

import "github.com/ripostehq/riposte/event"

// Concerning is an action whose calls concern other resources than its target, or more: AWS decides about its rights by
// those, and a session for it is narrowed to them.
type Concerning interface{ Concerns() []event.Resource }

// Concerns are what an action's calls concern, its target first.
func Concerns(a Action) []event.Resource {
	all := []event.Resource{a.Target()}
	if c, ok := a.(Concerning); ok {
		all = append(all, c.Concerns()...)
	}
	return all
}

// Concerns returns the group that the instance is taken from.
func (s Standby) Concerns() []event.Resource {
	return []event.Resource{s.Instance.Place().In(event.Group, s.Group)}
}

// Concerns returns the group that the instance returns to.
func (s Return) Concerns() []event.Resource {
	return []event.Resource{s.Instance.Place().In(event.Group, s.Group)}
}

// Concerns returns the key's user: IAM knows no key as a resource.
func (k DeactivateKey) Concerns() []event.Resource { return []event.Resource{k.User} }

// Concerns returns the key's user.
func (k ActivateKey) Concerns() []event.Resource { return []event.Resource{k.User} }

// Concerns returns the interfaces, and the groups that they are put into.
func (a Isolate) Concerns() []event.Resource {
	return append(named(a.Instance.Place(), event.NetworkInterface, a.Interfaces), named(a.Instance.Place(), event.SecurityGroup, a.Groups)...)
}

// Concerns returns the interfaces, and the groups that they get back.
func (a Reconnect) Concerns() []event.Resource {
	var all []event.Resource
	for _, n := range a.Interfaces {
		all = append(all, a.Instance.Place().In(event.NetworkInterface, n.ID))
		all = append(all, named(a.Instance.Place(), event.SecurityGroup, n.Groups)...)
	}
	return all
}

func named(p event.Place, kind string, ids []string) []event.Resource {
	var all []event.Resource
	for _, id := range ids {
		all = append(all, p.In(kind, id))
	}
	return all
}

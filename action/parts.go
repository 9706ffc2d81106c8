package action

import "slices"

// Parted is an action in parts that are changed and taken back one by one: processes of a group, interfaces of an instance.
type Parted interface {
	// Parts returns their names, for people too; they tell nothing of what is wanted of each.
	Parts() []string
	// only is the same of some of the parts; nil where none is left.
	only(parts []string) Action
}

// Parts are those of an action; one that has none is a part of its own, "".
func Parts(a Action) []string {
	if p, ok := a.(Parted); ok {
		return p.Parts()
	}
	return []string{""}
}

// Beyond is what an action is about besides the parts that are known already, nil where that is nothing.
func Beyond(a Action, known []string) Action {
	fresh := slices.DeleteFunc(slices.Clone(Parts(a)), func(p string) bool { return slices.Contains(known, p) })
	p, parted := a.(Parted)
	switch {
	case len(fresh) == 0:
		return nil
	case !parted:
		return a
	}
	return p.only(fresh)
}

// Parts returns the processes, and those of what a group does are not its instances'.
func (s Suspend) Parts() []string { return s.all() }

func (s Suspend) only(parts []string) Action { return Suspend{s.Group, parts} }

// Parts returns the processes.
func (s Resume) Parts() []string { return s.Processes }

func (s Resume) only(parts []string) Action { return Resume{s.Group, parts} }

// Parts returns the interfaces.
func (a Isolate) Parts() []string { return a.Interfaces }

func (a Isolate) only(parts []string) Action { return Isolate{a.Instance, parts, a.Groups} }

// Parts returns the interfaces.
func (a Reconnect) Parts() []string {
	var ids []string
	for _, n := range a.Interfaces {
		ids = append(ids, n.ID)
	}
	return ids
}

func (a Reconnect) only(parts []string) Action {
	return Reconnect{a.Instance, slices.DeleteFunc(slices.Clone(a.Interfaces), func(n Interface) bool { return !slices.Contains(parts, n.ID) })}
}

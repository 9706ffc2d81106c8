package action

import "slices"

// parted is an action in parts (About.Parts); only is the same action of some of them.
type parted interface{ only(parts []string) Action }

// Parts are those of an action; one that has none is a part of its own, "".
func Parts(a Action) []string {
	if _, ok := a.(parted); ok {
		return a.About().Parts
	}
	return []string{""}
}

// Beyond is what an action is about besides the parts that are known already, nil where that is nothing.
func Beyond(a Action, known []string) Action {
	fresh := slices.DeleteFunc(slices.Clone(Parts(a)), func(p string) bool { return slices.Contains(known, p) })
	if len(fresh) == 0 {
		return nil
	}
	if p, ok := a.(parted); ok {
		return p.only(fresh)
	}
	return a
}

package paths

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/show"
)

// maxBranches bounds what is printed below one line of the tree; the rest is counted.
const maxBranches = 20

// branch is a node on the way, and the nodes that come to it.
type branch struct {
	step  *Step // that leads from it towards the target; nil at the target
	name  string
	begin string // how certain the way is that begins here; "" where none does
	count int    // ways through it
	below []*branch
}

// Text writes the ways as a tree that grows backwards from what they lead to: what several ways share stands there once.
func Text(r Report) string {
	out := &strings.Builder{}
	for _, root := range r.tree() {
		fmt.Fprintf(out, "%s\n", show.Plain(root.name))
		root.write(out, "  ")
	}
	return out.String()
}

// Cut writes what to take away.
func Cut(r Report) string {
	if len(r.Cut) == 0 {
		return ""
	}
	out := &strings.Builder{}
	fmt.Fprintf(out, "\nTaking these away leaves no way. Of each, one line is enough:\n")
	for _, x := range r.Cut {
		fmt.Fprintf(out, "  %s  %s\n", show.Plain(Short(x.Principal)), x.Technique)
		for _, need := range x.Needs {
			fmt.Fprintf(out, "      %s\n", strings.Join(need, " and "))
		}
	}
	return out.String()
}

// tree turns the ways round.
func (r Report) tree() []*branch {
	roots := &branch{}
	for i := range r.Ways {
		w := &r.Ways[i]
		at := roots.to(r.role+target(w), nil)
		at.count++
		for n := len(w.Steps) - 1; n >= 0; n-- {
			at = at.to(w.Steps[n].Principal, &w.Steps[n])
			at.count++
		}
		at.begin = w.Certainty
	}
	slices.SortStableFunc(roots.below, func(a, b *branch) int { return b.count - a.count })
	return roots.below
}

func target(w *Way) string {
	last := w.Steps[len(w.Steps)-1]
	return strings.TrimSuffix(Short(last.Gains)+", "+last.With, ", ")
}

func (b *branch) to(name string, step *Step) *branch {
	for _, have := range b.below {
		if have.name == name && (step == nil || have.step.Technique == step.Technique) {
			return have
		}
	}
	b.below = append(b.below, &branch{name: name, step: step})
	return b.below[len(b.below)-1]
}

func (b *branch) write(out io.Writer, indent string) {
	for i, x := range b.below {
		if i == maxBranches {
			fmt.Fprintf(out, "%s... and %d more\n", indent, len(b.below)-i)
			return
		}
		line := fmt.Sprintf("%s<- %s  by %s", indent, show.Plain(Short(x.name)), x.step.Technique)
		if x.step.With != "" && indent != "  " {
			line += " (" + show.Plain(x.step.With) + ")"
		}
		if x.step.Certainty == possible {
			line += "  possible: " + show.Plain(hanging(x.step.Keys))
		}
		fmt.Fprintln(out, line)
		x.write(out, indent+"   ")
	}
}

func hanging(keys []string) string {
	if len(keys) == 0 {
		return "a part of it is not known"
	}
	return strings.Join(keys, ", ")
}

// Short is an ARN as people read it: account and name.
func Short(arn string) string {
	p := strings.SplitN(arn, ":", 6)
	if len(p) < 6 {
		return arn
	}
	return p[4] + " " + p[5]
}

// Why writes one way hop by hop: the calls to make, what they stand on, what they hang on.
func Why(w Way) string {
	out := &strings.Builder{}
	fmt.Fprintf(out, "%s to %s: %s, %s\n", show.Plain(Short(w.From)), show.Plain(Short(w.To)), hops(w.Hops), w.Certainty)
	for i, s := range w.Steps {
		gains := show.Plain(Short(s.Gains))
		if s.With != "" {
			gains += ", " + show.Plain(s.With)
		}
		fmt.Fprintf(out, "\n%d. %s, as %s\n   gains %s\n", i+1, s.Technique, show.Plain(Short(s.Principal)), gains)
		for _, r := range s.Requests {
			fmt.Fprintf(out, "   calls %s on %s%s: %s\n", r.Action, show.Plain(r.Resource), show.Plain(context(r.Context)), r.Decision)
		}
		for _, x := range s.Statements {
			fmt.Fprintf(out, "   allowed by %s\n", show.Plain(x.String()))
		}
		if len(s.Keys) > 0 {
			fmt.Fprintf(out, "   hangs on %s\n", show.Plain(strings.Join(s.Keys, ", ")))
		}
	}
	fmt.Fprintln(out)
	return out.String()
}

func hops(n int) string {
	if n == 1 {
		return "1 hop"
	}
	return fmt.Sprintf("%d hops", n)
}

func context(c map[string]string) string {
	var out []string
	for k, v := range c {
		out = append(out, k+"="+v)
	}
	if len(out) == 0 {
		return ""
	}
	slices.Sort(out)
	return " with " + strings.Join(out, ", ")
}

package paths

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/iam/reach"
)

const preface = `# Ways from one principal to another

What riposte paths looks for: each row is a technique of [iam/reach](../iam/reach/technique.go), written from the table there by make generate.
Of what stands between slashes any one is enough; what a semicolon parts is needed together. Marks say on what: ` + "`@role`" + ` the role that is
passed, ` + "`@new`" + ` something of the caller's naming, ` + "`@self`" + ` the caller, ` + "`@own`" + ` a customer managed policy that the gained principal has,
` + "`@group`" + ` a group; without a mark, what is gained or taken over. Identifiers are those of [pathfinding.cloud](https://pathfinding.cloud).

A way is **sure** where the policies that were read allow it under any circumstance, **possible** where it hangs on something that they do not
tell, which is named beside it. An administrator is who may, on names of its own choice and without having to set a boundary, do all of
`

// Page is docs/paths.md.
func Page() string {
	var b strings.Builder
	b.WriteString(preface)
	fmt.Fprintf(&b, "%s.\n\n| technique | identifiers | needs | gains | never sure, since it hangs on |\n| --- | --- | --- | --- | --- |\n", strings.Join(reach.Administration(), ", "))
	combinations, known := 0, map[string]bool{}
	for _, t := range reach.Table() {
		n := 1
		for _, need := range t.Needs {
			n *= len(need)
		}
		combinations += n
		for _, r := range t.Refs {
			known[r] = true
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", t.ID, strings.Join(t.Refs, ", "), needs(t), gains(t), t.Maybe)
	}
	fmt.Fprintf(&b, "\n%d techniques, %d combinations of actions, %d identifiers.\n", len(reach.Table()), combinations, len(known))
	return b.String()
}

func needs(t reach.Technique) string {
	var all []string
	for _, need := range t.Needs {
		var one []string
		for _, a := range need {
			if m := a.Action + mark(a.On); !slices.Contains(one, m) {
				one = append(one, m)
			}
		}
		all = append(all, strings.Join(one, " / "))
	}
	return strings.Join(all, "; ")
}

func mark(o reach.On) string {
	return map[reach.On]string{
		reach.Passed: " `@role`", reach.New: " `@new`", reach.Self: " `@self`", reach.OwnPolicy: " `@own`", reach.OwnGroup: " `@group`", reach.AnyGroup: " `@group`",
	}[o]
}

func gains(t reach.Technique) string {
	switch t.Gain {
	case reach.Impersonate:
		return "the " + string(t.Kind)
	case reach.Elevate:
		return "the " + string(t.Kind) + ", with any policy"
	case reach.Escalate:
		return "oneself, with any policy"
	case reach.Create:
		return "a new principal, with any policy"
	case reach.Unbound:
		return "oneself, without its boundary"
	case reach.Join:
		return "oneself, with the group's policies"
	case reach.Revert:
		return "oneself, with another version"
	case reach.Pass:
		return "a role that trusts " + t.To
	case reach.Deputy:
		return "every role that trusts " + t.To + " and has a profile"
	case reach.Federate:
		return "every role that trusts the provider"
	}
	return "the role of the " + string(t.Kind)
}

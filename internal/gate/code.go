package gate

import (
	"fmt"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/config"
)

// byCode holds what mends and destroys where code makes the thing: the code would make it again, or fail on what it no longer knows. The change
// belongs into the code, and no person's yes makes up for that; containment waits for no pipeline. Where a place that could own the thing can't be
// read, its owner is not known, which holds as well. A playbook that goes ahead all the same (code: both) does so once: what comes back
// was made by the owner's pipeline, and riposte does not fight it.
func byCode(p Policy, f Facts) (Verdict, bool) {
	if !p.MindsCode(f) {
		return pass()
	}
	says, owners := p.inCode(f.Playbook), f.Code.Owners
	switch {
	case says == config.CodeAndAPI && f.Undone && len(owners) > 0:
		text := fmt.Sprintf("it came back: %s", owners[0])
		return Verdict{Do: Hold, Rule: "code", Text: text, Page: text + "; riposte does not take it away a second time"}, true
	case says == config.CodeAndAPI:
		return pass()
	case len(owners) == 1:
		return object(Hold, "code", owners[0].String()+": the change belongs there")
	case len(owners) > 1:
		return object(Hold, "code", fmt.Sprintf("%d pieces of code make it; the first: %s", len(owners), owners[0]))
	case !f.Code.Known():
		return object(Hold, "code", "whether code makes it is not known: "+f.Code.Unknown[0])
	}
	return pass()
}

// MindsCode reports whether it counts for a step which code makes its target: that need not be asked for any other. Of what is only watched, the mode says why.
func (p Policy) MindsCode(f Facts) bool {
	if f.Class != action.Mend && f.Class != action.Destroy || p.inCode(f.Playbook) == config.CodeIgnored {
		return false
	}
	d, _ := p.Mode(f.Playbook, f.Target.Account, f.Class)
	return d == Act || d == Ask
}

// inCode is what a playbook does about what code makes.
func (p Policy) inCode(playbook string) config.InCode {
	if p.Code == nil {
		return config.CodeAlone
	}
	return p.Code(playbook)
}

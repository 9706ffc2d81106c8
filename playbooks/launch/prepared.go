package launch

import (
	"fmt"
	"strings"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// prepared are the facts about something that would launch an unapproved image.
type prepared struct {
	Name    string   `json:",omitempty"` // of the template
	Default int64    `json:",omitempty"` // version, when checked
	Bad     []broken `json:",omitempty"` // what would be launched, and why it may not be
	Back    int64    `json:",omitempty"` // the version to make the default again, 0: none, or not needed
	Guess   bool     `json:",omitempty"` // nothing shows that Back was the default before
	Groups  []string `json:",omitempty"` // whose Launch has to be suspended
	Follow  []string `json:",omitempty"` // groups that moving the default back helps
	Refresh bool     `json:",omitempty"` // an instance refresh brings it, which has to stop as well
	Checked bool     `json:",omitempty"`

	At time.Time // of the call
	By string    `json:",omitempty"` // who called
}

// broken is one version (0: a launch configuration, which has none) with its image.
type broken struct {
	Version int64 `json:",omitempty"`
	Image   string
	Breaks  string
	Doubt   string `json:",omitempty"` // why it may have been fit before it was changed
}

// title says what would be launched, and why it may not be.
func (f prepared) title(what string) string {
	var parts []string
	for _, b := range f.Bad {
		part := fmt.Sprintf("would launch %s: %s", b.Image, b.Breaks)
		if b.Version > 0 {
			part = fmt.Sprintf("version %d %s", b.Version, part)
		}
		parts = append(parts, part)
	}
	return what + " " + strings.Join(parts, "; ")
}

// doubt is why a person must agree to what is done, "" where something that is certain calls for it.
func (f prepared) doubt() (why string) {
	for _, b := range f.Bad {
		if why = b.Doubt; why == "" {
			return ""
		}
	}
	return why
}

// Found are the images that would be launched, by whatever version.
func (f prepared) Found() (of []string) {
	for _, b := range f.Bad {
		if b.Image != "" {
			of = append(of, "image "+b.Image)
		}
	}
	return of
}

// Related are the root with the newest image that it may not launch, once that is known, and the groups that would.
func (f prepared) Related(root event.Resource) []playbook.Related {
	var out []playbook.Related
	if n := len(f.Bad); n > 0 && strings.HasPrefix(f.Bad[n-1].Image, "ami-") {
		out = append(out, playbook.Related{Resource: root, Detail: map[string]string{playbook.DetailImage: f.Bad[n-1].Image}})
	}
	for _, g := range f.Groups {
		out = append(out, playbook.Related{Resource: root.Place().In(event.Group, g)})
	}
	return out
}
